"""One QAD tenant, the user that signs in to it and the workspace to work in, without Prefect."""

import base64
import hashlib
import re
import ssl
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, quote_plus, urlsplit

import httpx

from blocks.errors import ConfigurationError
from blocks.qad.profile import SYSTEM, Profile

AuthMode = Literal["oauth_password", "basic", "session"]
AUTO = "auto"
_WORKSPACE = re.compile(r"[\x21-\x7e]+_[\x21-\x7e]+")


@dataclass(frozen=True)
class QadAccount:
    """Everything that a client needs to know about a tenant; the password is not in its repr.

    Raises:
        ConfigurationError: the workspace is not a domain and an entity, joined by an underscore.
    """

    base_url: str  # complete: context root and environment included
    username: str
    workspace: str  # such as "10USA_10USACO"
    password: str = field(repr=False)
    auth_mode: AuthMode = "oauth_password"
    client_id: str = AUTO
    ca_bundle: str = ""
    profile: Profile = field(default_factory=Profile.default, repr=False)

    def __post_init__(self) -> None:
        """Checks what a header is made of."""
        if not _WORKSPACE.fullmatch(self.workspace):
            raise ConfigurationError(
                f"QAD: the workspace {self.workspace!r} is not of the form domain_entity, such as 10USA_10USACO",
                system=SYSTEM,
                field="workspace",
            )

    @property
    def domain(self) -> str:
        """The workspace's domain."""
        return self.workspace.partition("_")[0]

    @property
    def entity(self) -> str:
        """The workspace's legal entity."""
        return self.workspace.partition("_")[2]

    @property
    def place(self) -> str:
        """The tenant's host and path."""
        parts = urlsplit(self.base_url)
        return f"{parts.netloc.lower()}{parts.path}"

    @property
    def budget(self) -> str:
        """What QAD's own limits apply to: the tenant (hashed) and the user."""
        return f"qad:{hashlib.sha256(self.place.encode()).hexdigest()[:12]}:{self.username}"

    @property
    def identity(self) -> str:
        """Which tenant and workspace this is."""
        return f"qad:{self.place}:{self.workspace}"

    @property
    def session_key(self) -> str:
        """Under which name the session is kept; one made in another way is no use."""
        return f"{self.budget}:{self.auth_mode}:{self.client_id}"

    def basic(self) -> str:
        """Returns the header value that signs a request with the user's name and password."""
        pair = f"{self.username}:{self.password}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"

    def secrets(self) -> list[str]:
        """Returns the secret strings in use, in each form that may travel."""
        every = (self.password, self.basic().partition(" ")[2], quote_plus(self.password), quote(self.password))
        return sorted(set(every)) if self.password else []

    def trust(self) -> ssl.SSLContext | bool:
        """Returns what certificates are checked against: the usual authorities, and the tenant's own bundle.

        Raises:
            ConfigurationError: the bundle cannot be read.
        """
        if not self.ca_bundle:
            return True
        context = httpx.create_ssl_context()
        try:
            context.load_verify_locations(cafile=self.ca_bundle)
        except OSError as error:  # ssl.SSLError is one too
            raise ConfigurationError(
                f"QAD: the CA bundle {self.ca_bundle} cannot be read ({type(error).__name__})",
                system=SYSTEM,
                field="ca_bundle",
                remedy="Name a file with PEM certificates that each worker can read.",
            ) from error
        return context
