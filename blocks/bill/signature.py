"""Checks and reads the notifications that BILL sends."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

from blocks.bill.models import Notification
from blocks.exact import decode, encode

HEADER = "x-bill-sha-signature"


def verify(raw: bytes, signature: str, keys: Sequence[str]) -> bool:
    """Tells whether one of the keys signed the body; takes the same time for every wrong signature.

    Several keys are good while a key is being rotated; with none, nothing is. The signed text is the body as it
    came, or the same JSON minified: BILL's own receivers disagree about which.

    Source: BILL v3 API, webhook security (HMAC-SHA256 in base64, under the key's own characters).
    """
    given = signature.strip().encode("utf-8", "replace")
    if _signed_by(raw, given, keys):
        return True
    minified = _minified(raw)
    return minified is not None and _signed_by(minified, given, keys)


def parse(raw: str | bytes) -> Notification:
    """Returns the notification, also when its JSON was wrapped into a JSON string.

    Raises:
        ValueError: it is not a notification of BILL.
    """
    body: Any = decode(raw)
    if isinstance(body, str):
        body = decode(body)
    if not isinstance(body, dict):
        raise ValueError("the notification is not a JSON object")
    return Notification.of(body)


def _signed_by(text: bytes, given: bytes, keys: Sequence[str]) -> bool:
    good = False
    for key in filter(None, keys):
        wanted = base64.b64encode(hmac.new(key.encode(), text, hashlib.sha256).digest())
        good |= hmac.compare_digest(wanted, given)
    return good


def _minified(raw: bytes) -> bytes | None:
    """Returns the JSON without blanks, and out of the string it may be wrapped in; None if it is not JSON."""
    try:
        body = decode(raw)
        return encode(decode(body) if isinstance(body, str) else body)
    except (ValueError, RecursionError):  # the sender is not known yet, and may send anything
        return None
