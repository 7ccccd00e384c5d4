"""The Prefect block that signs in to Procurify."""

from urllib.parse import urlsplit

import httpx
from pydantic import Field, HttpUrl, SecretStr, field_validator

from blocks.account import AccountCredentials
from blocks.errors import ConfigurationError
from blocks.hosts import checked_url
from blocks.limits import CallSlots
from blocks.procurify.account import PAGE_SIZE, READ_PAUSE, SYSTEM, ProcurifyAccount
from blocks.procurify.client import ProcurifyClient
from blocks.sessions import SessionCache

DOMAIN = ".procurify.com"
LONGEST_PAUSE = 20  # seconds; a call slot is held meanwhile, and must not be given up before the call itself


class ProcurifyCredentials(AccountCredentials):
    """Signs in to one Procurify tenant.

    Example:
        ```python
        from blocks.procurify.credentials import ProcurifyCredentials

        procurify = await ProcurifyCredentials.load("BLOCK_NAME")
        async with procurify.get_client() as client:
            orders = [page async for page in client.purchase_orders()]
        ```
    """

    _block_type_name = "Procurify Credentials"
    _block_type_slug = "procurify-credentials"
    _documentation_url = HttpUrl("https://developer.procurify.com")

    subdomain: str = Field(title="Subdomain", description="What stands before .procurify.com in your address.")
    client_id: str = Field(
        title="Client ID",
        description="Of an application made in Procurify (Settings, Integrations, API) by a user that stays active.",
    )
    client_secret: SecretStr = Field(
        title="Client secret", description="Shown once when the application is made; if lost, make another one."
    )
    base_url: str = Field(default="", title="Base URL", description="Replaces the tenant's address; scheme and host.")
    page_size: int = Field(default=PAGE_SIZE, ge=1, le=100, title="Page size", description="Records of a page.")
    read_pause_seconds: float = Field(
        default=READ_PAUSE,
        ge=0,
        le=LONGEST_PAUSE,
        title="Pause between reads",
        description="Seconds between two reads; Procurify suspends whoever asks too much.",
    )
    calls_at_once: int = Field(
        default=1, ge=1, le=10, title="Calls at once", description="How many calls may be under way for the tenant."
    )

    @field_validator("subdomain", "client_id", "base_url")
    @classmethod
    def _trimmed(cls, value: str) -> str:
        return value.strip()

    @property
    def account(self) -> ProcurifyAccount:
        """What a sign-in needs.

        Raises:
            ConfigurationError: the address or the subdomain is not one.
        """
        name = _subdomain(self.subdomain)
        base_url = checked_url(self.base_url or f"https://{name}{DOMAIN}", system=SYSTEM)
        if urlsplit(base_url).path:
            raise ConfigurationError(
                "Procurify: the base URL holds a path", system=SYSTEM, field="base_url", remedy="Leave the path out."
            )
        return ProcurifyAccount(
            base_url=base_url,
            subdomain=name,
            client_id=self.client_id,
            client_secret=self.client_secret.get_secret_value().strip(),
            page_size=self.page_size,
            read_pause_seconds=self.read_pause_seconds,
            calls_at_once=self.calls_at_once,
        )

    def get_client(
        self,
        slots: CallSlots | None = None,
        sessions: SessionCache | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> ProcurifyClient:
        """Returns a client for `async with`; without `slots` and `sessions` it shares nothing with others."""
        return ProcurifyClient(self.account, slots, sessions, transport)


def _subdomain(text: str) -> str:
    """Returns the tenant's name, from an address too, which is what people copy."""
    host = text.lower().split("://")[-1].split("/")[0]
    return host.removesuffix(DOMAIN)
