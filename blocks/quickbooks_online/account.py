"""One QuickBooks Online company and the app that is connected to it, without Prefect."""

import hashlib
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from blocks.errors import ConfigurationError
from blocks.hosts import checked_url

SYSTEM = "QuickBooks Online"
API_URL = {
    "sandbox": "https://sandbox-quickbooks.api.intuit.com",
    "production": "https://quickbooks.api.intuit.com",
}
AUTHORIZE_URL = "https://appcenter.intuit.com/connect/oauth2"
TOKEN_URL = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"  # noqa: S105 - an address
REVOKE_URL = "https://developer.api.intuit.com/v2/oauth2/tokens/revoke"


@dataclass(frozen=True)
class QuickBooksAccount:
    """Everything that a connection to one company needs; the secret values are not in its repr.

    Raises:
        ConfigurationError: the company's realm id is not one.
    """

    environment: str
    client_id: str
    client_secret: str = field(repr=False)
    realm_id: str  # empty until a person has given consent
    api_url: str
    authorize_url: str
    token_url: str
    revoke_url: str
    refresh_token: str = field(default="", repr=False)  # empty until a person has given consent
    webhook_verifier_token: str = field(default="", repr=False)
    calls_per_minute: int = 500
    batches_per_minute: int = 40
    calls_at_once: int = 10

    def __post_init__(self) -> None:
        """Checks what would otherwise lead each call to another path."""
        if self.realm_id and not (self.realm_id.isascii() and self.realm_id.isalnum()):
            raise ConfigurationError(
                f"{SYSTEM}: the realm id holds more than digits",
                system=SYSTEM,
                field="realm_id",
                remedy="Connect the company again in the browser, or copy the realm id from Intuit's developer portal.",
            )

    @property
    def company(self) -> str:
        """Which company this is, for people."""
        return f"company {self.realm_id} ({self.environment})" if self.realm_id else f"({self.environment})"

    @property
    def budget(self) -> str:
        """What Intuit counts calls by: the company."""
        return f"quickbooks-online:{self.environment}:{self.realm_id}"

    @property
    def identity(self) -> str:
        """Which company this is, in which environment."""
        return f"quickbooks_online:{self.environment}:{self.realm_id}"

    @property
    def session_key(self) -> str:
        """Under which name the tokens are kept; they are only good with the app that they were issued to."""
        digest = hashlib.sha256(self.client_id.encode()).hexdigest()
        return f"{self.identity}:{digest[:12]}"

    def secrets(self) -> list[str]:
        """Returns the secret strings in use, none of them empty."""
        every = (self.client_secret, self.refresh_token, self.webhook_verifier_token)
        return [secret for secret in every if secret]


def address(url: str, base_url: str = "") -> str:
    """Returns the address, on the scheme and host of `base_url` if that is given.

    Raises:
        ConfigurationError: it is not one that a tenant may name.
    """
    elsewhere = f"{base_url.rstrip('/')}{urlsplit(url).path}" if base_url else url
    return checked_url(elsewhere, system=SYSTEM)
