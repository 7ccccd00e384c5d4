"""The Prefect block that signs in to BILL."""

from typing import ClassVar, Literal

import httpx
from pydantic import Field, HttpUrl, SecretStr, field_validator

from blocks.account import AccountCredentials
from blocks.bill.account import SYSTEM, BillAccount
from blocks.bill.client import BillClient
from blocks.hosts import checked_url
from blocks.limits import CallSlots
from blocks.sessions import SessionCache

BASE_URL = {
    "sandbox": "https://gateway.stage.bill.com/connect",
    "production": "https://gateway.prod.bill.com/connect",
}
EVENTS = "-events"  # what the webhook management's address has more than the API's


class BillCredentials(AccountCredentials):
    """Signs in to one BILL organization.

    Example:
        ```python
        from blocks.bill.credentials import BillCredentials

        bill = await BillCredentials.load("BLOCK_NAME")
        async with bill.get_client() as client:
            vendors = [page async for page in client.vendors()]
        ```
    """

    _block_type_name = "BILL Credentials"
    _block_type_slug = "bill-credentials"
    _documentation_url = HttpUrl("https://developer.bill.com/docs")
    learned: ClassVar[frozenset[str]] = frozenset({"webhook_security_keys", "remember_me_id"})  # while running

    environment: Literal["sandbox", "production"] = Field(
        default="sandbox", title="Environment", description="Which BILL to reach; production moves real money."
    )
    username: str = Field(
        title="Username", description="The BILL user that the service signs in as, or the name of a sync token."
    )
    password: SecretStr = Field(title="Password", description="That user's password, or the value of the sync token.")
    organization_id: str = Field(
        title="Organization ID", description="The BILL organization to work in; begins with 008."
    )
    developer_key: SecretStr = Field(
        title="Developer key", description="The developer key issued by BILL for this environment."
    )
    remember_me_id: SecretStr = Field(
        default=SecretStr(""),
        title="Remembered MFA id",
        description="Makes sessions trusted, which payments need; good for 30 days after it was made.",
    )
    device: str = Field(
        default="", title="Device", description="The device name that the remembered MFA id was made with."
    )
    webhook_security_keys: list[SecretStr] = Field(
        default_factory=list,
        title="Webhook security keys",
        description="The keys that BILL signs notifications with; keep the old one too while a key is rotated.",
    )
    base_url: str = Field(
        default="", title="Base URL", description="Replaces the environment's address; ends in /connect."
    )
    events_base_url: str = Field(
        default="",
        title="Webhook management base URL",
        description="Replaces the address of the webhook management; ends in /connect-events.",
    )
    idle_minutes: int = Field(
        default=30,
        ge=1,
        title="Idle minutes",
        description="After how long without a call a session is renewed: below 35 for a password, below 2880 for a"
        " sync token.",
    )

    @field_validator("username", "organization_id", "device", "base_url", "events_base_url")
    @classmethod
    def _trimmed(cls, value: str) -> str:
        return value.strip()

    @property
    def account(self) -> BillAccount:
        """What a sign-in needs.

        Raises:
            ConfigurationError: an address is not allowed, or the developer key is not one.
        """
        base_url = checked_url(self.base_url or BASE_URL[self.environment], system=SYSTEM)
        return BillAccount(
            base_url=base_url,
            events_base_url=checked_url(self.events_base_url or f"{base_url}{EVENTS}", system=SYSTEM),
            username=self.username,
            organization_id=self.organization_id,
            password=self.password.get_secret_value(),
            developer_key=self.developer_key.get_secret_value().strip(),
            remember_me_id=self.remember_me_id.get_secret_value().strip(),
            device=self.device,
            webhook_security_keys=tuple(key.get_secret_value().strip() for key in self.webhook_security_keys),
            environment=self.environment,
            idle_minutes=self.idle_minutes,
        )

    def get_client(
        self,
        slots: CallSlots | None = None,
        sessions: SessionCache | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> BillClient:
        """Returns a client for `async with`; without `slots` and `sessions` it shares nothing with others."""
        return BillClient(self.account, slots, sessions, transport)
