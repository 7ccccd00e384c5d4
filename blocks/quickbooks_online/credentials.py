"""The Prefect block that is connected to QuickBooks Online."""

from typing import ClassVar, Literal

import httpx
from pydantic import Field, HttpUrl, SecretStr, field_validator

from blocks.account import AccountCredentials
from blocks.limits import CallSlots
from blocks.quickbooks_online.account import (
    API_URL,
    AUTHORIZE_URL,
    REVOKE_URL,
    TOKEN_URL,
    QuickBooksAccount,
    address,
)
from blocks.quickbooks_online.client import QuickBooksClient
from blocks.quickbooks_online.tokens import Tokens
from blocks.sessions import SessionCache


class QuickBooksOnlineCredentials(AccountCredentials):
    """Reaches one QuickBooks Online company, once a person has given consent in the browser.

    Example:
        ```python
        from blocks.quickbooks_online.credentials import QuickBooksOnlineCredentials

        quickbooks = await QuickBooksOnlineCredentials.load("BLOCK_NAME")
        async with quickbooks.get_client() as client:
            company = await client.company_info()
        ```
    """

    _block_type_name = "QuickBooks Online Credentials"
    _block_type_slug = "quickbooks-online-credentials"
    _documentation_url = HttpUrl("https://developer.intuit.com/app/developer/qbo/docs/develop")
    ends_idle: ClassVar[bool] = True  # a consent that nobody uses ends; housekeeping keeps it alive
    learned: ClassVar[frozenset[str]] = frozenset({"refresh_token", "realm_id"})  # while running

    environment: Literal["sandbox", "production"] = Field(
        default="sandbox",
        title="Environment",
        description="Which QuickBooks Online to reach; each has its own client id and secret, and its own companies.",
    )
    client_id: str = Field(title="Client ID", description="The client id of the app at Intuit, for this environment.")
    client_secret: SecretStr = Field(title="Client secret", description="The client secret that belongs to it.")
    realm_id: str = Field(
        default="",
        title="Realm ID",
        description="The company to work in; filled in when a person connects the company in the browser.",
    )
    refresh_token: SecretStr = Field(
        default=SecretStr(""),
        title="Refresh token",
        description="Filled in when a person connects the company in the browser, and kept up to date by the service.",
    )
    webhook_verifier_token: SecretStr = Field(
        default=SecretStr(""),
        title="Webhook verifier token",
        description="What Intuit signs the app's notifications with; without it, none are accepted.",
    )
    base_url: str = Field(
        default="", title="Base URL", description="Replaces the scheme and host of the environment's API."
    )
    oauth_base_url: str = Field(
        default="",
        title="OAuth base URL",
        description="Replaces the scheme and host of the addresses for consent, tokens and their revocation.",
    )
    calls_per_minute: int = Field(
        default=500, ge=1, title="Calls per minute", description="How many calls a minute Intuit allows a company."
    )
    batches_per_minute: int = Field(
        default=40, ge=1, title="Batches per minute", description="How many batches a minute Intuit allows a company."
    )
    calls_at_once: int = Field(
        default=10, ge=1, title="Calls at once", description="How many calls may be under way at the same time."
    )

    @field_validator("client_id", "realm_id", "base_url", "oauth_base_url")
    @classmethod
    def _trimmed(cls, value: str) -> str:
        return value.strip()

    @property
    def account(self) -> QuickBooksAccount:
        """What a connection needs.

        Raises:
            ConfigurationError: an address is not allowed, or the realm id is not one.
        """
        return QuickBooksAccount(
            environment=self.environment,
            client_id=self.client_id,
            client_secret=self.client_secret.get_secret_value().strip(),
            realm_id=self.realm_id,
            api_url=address(API_URL[self.environment], self.base_url),
            authorize_url=address(AUTHORIZE_URL, self.oauth_base_url),
            token_url=address(TOKEN_URL, self.oauth_base_url),
            revoke_url=address(REVOKE_URL, self.oauth_base_url),
            refresh_token=self.refresh_token.get_secret_value().strip(),
            webhook_verifier_token=self.webhook_verifier_token.get_secret_value().strip(),
            calls_per_minute=self.calls_per_minute,
            batches_per_minute=self.batches_per_minute,
            calls_at_once=self.calls_at_once,
        )

    def get_client(
        self,
        slots: CallSlots | None = None,
        sessions: SessionCache | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> QuickBooksClient:
        """Returns a client for `async with`; without `slots` and `sessions` it shares nothing with others.

        New refresh tokens are stored in the block that this one was loaded from.
        """
        return QuickBooksClient(self.account, self._kept, slots, sessions, transport)

    async def _kept(self, tokens: Tokens) -> None:
        """The stored block holds the refresh token, unless it has been connected to another company meanwhile."""
        name = self._block_document_name
        if not name:
            return
        stored: QuickBooksOnlineCredentials = await QuickBooksOnlineCredentials.aload(name)
        changed = stored.refresh_token.get_secret_value() != tokens.refresh_token
        if changed and stored.account.session_key == self.account.session_key:
            stored.refresh_token = SecretStr(tokens.refresh_token)
            await stored.asave(name, overwrite=True)
