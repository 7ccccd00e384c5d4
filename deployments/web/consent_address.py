"""Where Intuit sends a browser back to, and whether the browser is there already."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from fastapi import Request

PATH = "/oauth/quickbooks-online"
MOVED = "moved"  # a query parameter; says that the browser was sent here from another address of this server


def base_of(request: Request, public_url: str) -> str:
    """Returns the address of the consent pages: the public one, or this machine's own for who uses this machine.

    Without a public address, and for who comes from elsewhere, there is none. Intuit takes plain http for
    `localhost` alone, by that name.
    """
    if public_url:
        return f"{public_url}{PATH}"
    host, port = _asked_for(request)
    if not _is_loopback(host):
        return ""
    return f"http://localhost:{port}{PATH}" if port else f"http://localhost{PATH}"


def is_elsewhere(request: Request, base: str) -> bool:
    """Tells whether the browser must change to this address, where its cookie will be found afterwards."""
    # A proxy may hide what the browser asked for; then one change is enough.
    return MOVED not in request.query_params and urlsplit(base).netloc != request.headers.get("host", "")


def _asked_for(request: Request) -> tuple[str, int | None]:
    try:
        parts = urlsplit(f"//{request.headers.get('host', '')}")
        return parts.hostname or "", parts.port
    except ValueError:
        return "", None


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
