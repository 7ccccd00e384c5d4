"""Checks who sent a notification of QuickBooks Online."""

import base64
import hashlib
import hmac
from collections.abc import Sequence

HEADER = "intuit-signature"


def verify(raw: bytes, signature: str, tokens: Sequence[str]) -> bool:
    """Tells whether one of the verifier tokens signed the body as it came; with no token, nothing is genuine.

    It takes the same time for every wrong signature. That the body is genuine says nothing about the company: all
    companies of an Intuit app share its verifier token.

    Source: Intuit developer documentation, webhooks (HMAC-SHA256 in base64, under the token's own characters).
    """
    given = signature.strip().encode("utf-8", "replace")
    good = False
    for token in filter(None, tokens):
        wanted = base64.b64encode(hmac.new(token.encode(), raw, hashlib.sha256).digest())
        good |= hmac.compare_digest(wanted, given)
    return good
