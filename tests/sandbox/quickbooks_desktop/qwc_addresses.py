"""Which addresses QBWC takes from a .QWC file."""

import ipaddress
from urllib.parse import SplitResult, urlsplit


class QwcRefusedError(Exception):
    """QBWC does not add the application, and shows `code`."""

    def __init__(self, code: str, text: str) -> None:
        """Keeps the code that the user sees."""
        super().__init__(f"{code}: {text}")
        self.code = code


def check_addresses(app_url: str, app_support: str, allow_loopback_http: bool) -> None:
    """Raises QwcRefusedError unless QBWC would call the one and trust the other."""
    url, support = _split("AppURL", app_url), _split("AppSupport", app_support)
    loopback = allow_loopback_http and url.hostname == "127.0.0.1"
    if _is_ip(url) and not loopback:
        raise QwcRefusedError("QBWC1001", f"AppURL names an IP address: {app_url}")
    if url.scheme != "https" and url.hostname != "localhost" and not loopback:
        raise QwcRefusedError("QBWC1010", f"AppURL is not https: {app_url}")
    if _is_ip(support) and not (allow_loopback_http and support.hostname == "127.0.0.1"):
        raise QwcRefusedError("QBWC1002", f"AppSupport names an IP address: {app_support}")
    if url.hostname != support.hostname:
        raise QwcRefusedError("QBWC1000", f"AppURL and AppSupport have different domains: {app_url}, {app_support}")


def _split(name: str, address: str) -> SplitResult:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise QwcRefusedError("QBWC1039", f"{name} is no address: {address}")
    return parts


def _is_ip(parts: SplitResult) -> bool:
    try:
        ipaddress.ip_address(parts.hostname or "")
    except ValueError:
        return False
    return True
