"""What may be logged: vendor texts without secrets, and never too long."""

import re

_SENSITIVE = (
    r"password|passwd|secret|client_secret|devkey|developer_key|sessionid|session_id|access_token|refresh_token"
    r"|token|authorization|api_key|securitykey|rememberme(?:id)?|cookie|set-cookie|jsessionid"
)
_PAIR = re.compile(rf"""(?ix) (["']?(?:{_SENSITIVE})["']?\s*[:=]\s*) ("[^"]*"|'[^']*'|[^\s,;&}}"']+)""")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}")
MASK = "***"


def redacted(text: str, *secrets: str, limit: int = 500) -> str:
    """Returns the text without the given secrets and without anything that is named like one.

    Args:
        text: what a vendor, a proxy or an exception said.
        secrets: values that must not appear, in any place.
        limit: longest result, in characters.
    """
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, MASK)
    text = _BEARER.sub(rf"\1 {MASK}", _PAIR.sub(rf"\1{MASK}", text))
    return text if len(text) <= limit else text[: limit - 1] + "…"
