"""Which addresses a tenant may name: https on public hosts, unless the settings allow more."""

import ipaddress
import os
import socket
from urllib.parse import urlsplit

from blocks.errors import ConfigurationError

ALLOW_PRIVATE = "ML_CONNECTOR_ALLOW_PRIVATE_HOSTS"


def checked_url(url: str, *, system: str) -> str:
    """Returns the address without final slashes.

    Raises:
        ConfigurationError: it is not https, or its host is private, link-local or loopback, and
            `ML_CONNECTOR_ALLOW_PRIVATE_HOSTS` is not set.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigurationError(f"{system}: the address is not a complete https one", system=system)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigurationError(
            f"{system}: the address must not hold credentials, a query or a fragment", system=system
        )
    if os.environ.get(ALLOW_PRIVATE, "").lower() not in {"1", "true", "yes"}:
        _refuse_unsafe(parts.scheme, parts.hostname, system)
    return url.rstrip("/")


def _refuse_unsafe(scheme: str, host: str, system: str) -> None:
    if scheme != "https":
        raise ConfigurationError(f"{system}: {host} is addressed by plain http; use https", system=system)
    if is_private(host):
        raise ConfigurationError(f"{system}: {host} is a private or loopback host", system=system)


def is_private(host: str) -> bool:
    """Tells whether the host is not a public one: by its address, by its name, or by what its name leads to."""
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        local = host == "localhost" or host.endswith((".localhost", ".local", ".internal")) or "." not in host
        return local or any(not ipaddress.ip_address(one).is_global for one in _addresses(host))


def _addresses(host: str) -> set[str]:
    """Returns the addresses that the name leads to; none if it cannot be looked up, which the first call will tell."""
    try:
        found = socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)
    except OSError:
        return set()
    return {str(address[0]).split("%")[0] for *_kind, address in found}
