"""One Procurify tenant and the API application that signs in to it, without Prefect."""

import hashlib
import re
from dataclasses import dataclass, field

from blocks.errors import ConfigurationError

SYSTEM = "Procurify"
AUDIENCE = "https://api.procurify.com/"  # the same for every tenant, final slash included
PAGE_SIZE = 50
READ_PAUSE = 0.5  # seconds
_SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")


@dataclass(frozen=True)
class ProcurifyAccount:
    """Everything that a sign-in needs, and how gently the tenant is called; the secret is not in its repr.

    Raises:
        ConfigurationError: the subdomain is not one, or a credential is missing.
    """

    base_url: str  # scheme and host only
    subdomain: str
    client_id: str
    client_secret: str = field(repr=False)
    page_size: int = PAGE_SIZE
    read_pause_seconds: float = READ_PAUSE
    calls_at_once: int = 1

    def __post_init__(self) -> None:
        """Checks what would otherwise be told only by a refused sign-in."""
        if not _SUBDOMAIN.fullmatch(self.subdomain):
            raise ConfigurationError(
                "Procurify: the subdomain holds more than letters, digits and hyphens",
                system=SYSTEM,
                field="subdomain",
                remedy="Enter what stands before .procurify.com in the address of your Procurify.",
            )
        for name in ("client_id", "client_secret"):
            if not getattr(self, name):
                raise ConfigurationError(
                    f"Procurify: the {name} is empty",
                    system=SYSTEM,
                    field=name,
                    remedy="Create an application in Procurify (Settings, Integrations, API) and copy both values.",
                )

    @property
    def budget(self) -> str:
        """What calls are counted by: the tenant."""
        return f"procurify:{self.subdomain}"

    @property
    def identity(self) -> str:
        """Which tenant this is."""
        return f"procurify:{self.subdomain}"

    @property
    def session_key(self) -> str:
        """Under which name the token is kept; new credentials never meet what was kept of the old ones."""
        digest = hashlib.sha256(f"{self.client_id}\n{self.client_secret}".encode()).hexdigest()
        return f"{self.identity}:{digest[:12]}"

    def token_form(self) -> dict[str, str]:
        """Returns the body of a token request."""
        return {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "audience": AUDIENCE,
            "grant_type": "client_credentials",
        }

    def secrets(self) -> list[str]:
        """Returns the secret strings in use, none of them empty."""
        return [self.client_secret]
