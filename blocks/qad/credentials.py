"""The Prefect block that signs in to QAD."""

from typing import Any

import httpx
from pydantic import Field, HttpUrl, SecretStr, field_validator

from blocks.account import AccountCredentials
from blocks.hosts import checked_url
from blocks.limits import CallSlots
from blocks.qad.account import AUTO, AuthMode, QadAccount
from blocks.qad.client import QadClient
from blocks.qad.profile import SYSTEM, Profile
from blocks.sessions import SessionCache


class QadCredentials(AccountCredentials):
    """Signs in to one QAD tenant.

    Example:
        ```python
        from blocks.qad.credentials import QadCredentials

        qad = await QadCredentials.load("BLOCK_NAME")
        async with qad.get_client() as client:
            suppliers = [page async for page in client.browse("supplier")]
        ```
    """

    _block_type_name = "QAD Credentials"
    _block_type_slug = "qad-credentials"
    _documentation_url = HttpUrl("https://www.qad.com/documentation")

    base_url: str = Field(
        title="Base URL",
        description="The tenant's complete address, with context root and environment; QAD shows it on the page"
        " My Developer Settings.",
    )
    auth_mode: AuthMode = Field(
        default="oauth_password",
        title="Authentication mode",
        description="How to sign in: OAuth with the password, Basic on every call, or a server session.",
    )
    client_id: str = Field(
        default=AUTO,
        title="Client ID",
        description="The client id that QAD issued for this environment; auto asks QAD for it.",
    )
    username: str = Field(title="Username", description="The QAD user that the service signs in as.")
    password: SecretStr = Field(title="Password", description="That user's password.")
    workspace: str = Field(title="Workspace", description="Domain and entity to work in, such as 10USA_10USACO.")
    ca_bundle: str = Field(
        default="",
        title="CA bundle",
        description="A file with further certificate authorities to trust, for tenants with certificates of their own.",
    )
    profile: dict[str, Any] = Field(
        default_factory=dict,
        title="Profile overrides",
        description="What this tenant calls differently: paths, browses, resources, fields and codes.",
    )

    @field_validator("base_url", "client_id", "username", "workspace", "ca_bundle")
    @classmethod
    def _trimmed(cls, value: str) -> str:
        return value.strip()

    @property
    def account(self) -> QadAccount:
        """What a client needs.

        Raises:
            ConfigurationError: the address is not allowed, the workspace is not one, or an override is misspelt.
        """
        return QadAccount(
            base_url=checked_url(self.base_url, system=SYSTEM),
            auth_mode=self.auth_mode,
            client_id=self.client_id or AUTO,
            username=self.username,
            password=self.password.get_secret_value(),
            workspace=self.workspace,
            ca_bundle=self.ca_bundle,
            profile=Profile.default().merged(self.profile),
        )

    @property
    def domain(self) -> str:
        """The workspace's domain."""
        return self.account.domain

    @property
    def entity(self) -> str:
        """The workspace's legal entity."""
        return self.account.entity

    def get_client(
        self,
        slots: CallSlots | None = None,
        sessions: SessionCache | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        **options: Any,
    ) -> QadClient:
        """Returns a client for `async with`; without `slots` and `sessions` it shares nothing with others."""
        return QadClient(self.account, slots, sessions, transport, **options)
