"""One BILL organization and the user that signs in to it, without Prefect."""

import hashlib
import re
from dataclasses import dataclass, field

from blocks.errors import ConfigurationError

SYSTEM = "BILL"
_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")  # anything else would end up, quoted, in the HTTP library's own error


@dataclass(frozen=True)
class BillAccount:
    """Everything that a sign-in needs; the secret values are not in its repr.

    Raises:
        ConfigurationError: the developer key is empty or holds characters that no header may hold.
    """

    base_url: str  # ends in /connect
    events_base_url: str  # ends in /connect-events
    username: str
    organization_id: str
    password: str = field(repr=False)
    developer_key: str = field(repr=False)
    remember_me_id: str = field(default="", repr=False)
    device: str = ""
    webhook_security_keys: tuple[str, ...] = field(default=(), repr=False)
    environment: str = "sandbox"
    idle_minutes: int = 30

    def __post_init__(self) -> None:
        """Checks what would otherwise fail with the key in the error's text."""
        if not _HEADER_SAFE.fullmatch(self.developer_key):
            raise ConfigurationError(
                "BILL: the developer key is empty or holds spaces or special characters",
                system=SYSTEM,
                field="developer_key",
                remedy="Paste the developer key again.",
            )

    @property
    def budget(self) -> str:
        """What BILL counts calls by: the developer key (hashed) and the organization."""
        digest = hashlib.sha256(self.developer_key.encode()).hexdigest()
        return f"bill:{digest[:12]}:{self.organization_id}"

    @property
    def identity(self) -> str:
        """Which organization this is, in which environment."""
        return f"bill:{self.environment}:{self.organization_id}"

    @property
    def session_key(self) -> str:
        """Under which name the session is kept; a session is only good with the key it was made with."""
        return f"{self.budget}:{self.username}"

    def login_form(self) -> dict[str, str]:
        """Returns the body of a login; the device goes only with a remembered MFA id."""
        form = {
            "username": self.username,
            "password": self.password,
            "organizationId": self.organization_id,
            "devKey": self.developer_key,
        }
        remembered = {"rememberMeId": self.remember_me_id, "device": self.device}
        return form | remembered if self.remember_me_id else form

    def secrets(self) -> list[str]:
        """Returns the secret strings in use, none of them empty."""
        every = (self.password, self.developer_key, self.remember_me_id, *self.webhook_security_keys)
        return [secret for secret in every if secret]
