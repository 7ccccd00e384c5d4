"""Sign-in: `POST /oauth/token`, and which tokens are good.

Source: Procurify API, OAuth: client credentials in JSON with a fixed audience; 24 hours; no refresh token. A refused
request is sent back, secret and all.
"""

import base64
import json
import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from tests.sandbox.procurify.tenant import Tenant
from tests.sandbox.procurify.wire import Record, Refusal, answer, decoded, refused

AUDIENCE, GRANT = "https://api.procurify.com/", "client_credentials"
FIELDS = ("client_id", "client_secret", "audience", "grant_type")


class Tokens:
    """The tokens that were given, with their tenant and end."""

    def __init__(self) -> None:
        """Starts without any."""
        self.given: dict[str, tuple[str, datetime]] = {}
        self.asked = 0

    def good(self, tenant: Tenant, header: str | None) -> bool:
        """Returns whether a header carries a token of this tenant that has not ended, of a user who is active."""
        scheme, _, token = (header or "").partition(" ")
        subdomain, end = self.given.get(token, ("", tenant.clock.now()))
        alive = subdomain == tenant.subdomain and tenant.clock.now() < end
        return scheme == "Bearer" and alive and bool(tenant.user["is_active"])

    def issue(self, tenant: Tenant) -> str:
        """Returns a new token of a tenant's application."""
        parts = ({"alg": "RS256"}, {"sub": tenant.client_id, "jti": secrets.token_hex(6)}, {"signed": "nobody"})
        token = ".".join(base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in parts)
        end = tenant.clock.now() + timedelta(seconds=tenant.switches.token_seconds)
        self.given[token] = (tenant.subdomain, end)
        return token

    def expire(self, subdomain: str) -> int:
        """Ends all tokens of a tenant, and returns how many there were."""
        ended = [token for token, (whose, _) in self.given.items() if whose == subdomain]
        for token in ended:
            del self.given[token]
        return len(ended)

    async def answer(self, tenant: Tenant, request: Request) -> Response:
        """Returns the answer to a token request."""
        self.asked += 1
        try:
            body = _form(await request.body(), request.headers.get("content-type", ""))
        except Refusal as refusal:
            return refused(refusal)
        wrong = [name for name in FIELDS if not body.get(name)]
        if wrong or body["audience"] != AUDIENCE or body["grant_type"] != GRANT:
            return _refusal(tenant, 400, body)
        if (body["client_id"], body["client_secret"]) != (tenant.client_id, tenant.client_secret):
            return _refusal(tenant, 401, body)
        if not tenant.user["is_active"]:
            return _refusal(tenant, 401, body)
        scope = f"urn:procurify-api:domain:{tenant.subdomain} urn:procurify-api:email:{tenant.user['email']}"
        told = {"access_token": self.issue(tenant), "scope": scope, "expires_in": tenant.switches.token_seconds}
        return answer(200, {**told, "token_type": "Bearer"})


def _form(raw: bytes, content_type: str) -> Record:
    if content_type.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(raw.decode()))
    body: Any = decoded(raw)
    return body if isinstance(body, dict) else {}


def _refusal(tenant: Tenant, status: int, body: Record) -> Response:
    if tenant.switches.oauth_error == "plain":
        return answer(status, {"error": "invalid_client" if status == 401 else "invalid_request"})
    return answer(status, {"data": body, "errors": {"detail": {"message": "Unauthorized"}}})
