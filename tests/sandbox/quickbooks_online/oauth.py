"""Intuit's sign-in pages and token endpoints, all at one address.

Source: Intuit developer documentation, OAuth 2.0 and OpenID Connect discovery.
"""

import base64
import binascii
import html
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.sandbox.quickbooks_online.company import Company
from tests.sandbox.quickbooks_online.tokens import Denied, Tokens
from tests.sandbox.quickbooks_online.wire import Record, answer, trace

AUTHORIZE, TOKEN, REVOKE = "/connect/oauth2", "/oauth2/v1/tokens/bearer", "/v2/oauth2/tokens/revoke"
ACCOUNTING = "com.intuit.quickbooks.accounting"
SCOPES = frozenset({ACCOUNTING, "com.intuit.quickbooks.payment", "openid", "profile", "email", "phone", "address"})
_SILENT = {"Cache-Control": "no-cache, no-store", "Pragma": "no-cache"}
_LOOPBACK = frozenset({"localhost", "127.0.0.1"})


@dataclass(frozen=True)
class App:
    """The app whose keys these are; development keys open sandbox companies only."""

    client_id: str
    client_secret: str
    environment: str


class SignIn:
    """Answers everything that is not the Accounting API."""

    def __init__(self, app: App, tokens: Tokens, companies: Mapping[str, Company]) -> None:
        """Serves one app."""
        self.app, self.tokens, self.companies = app, tokens, companies

    def routes(self) -> list[Route]:
        """Returns the routes; the discovery documents stand with and without a final slash."""
        known = "/.well-known/openid_configuration", "/.well-known/openid_sandbox_configuration"
        return [
            Route(AUTHORIZE, self.authorize),
            Route(TOKEN, self.token, methods=["POST"]),
            Route(REVOKE, self.revoke, methods=["POST"]),
            Route("/v1/openid_connect/userinfo", self.user_info),
            Route("/op/v1/jwks", lambda _request: answer(200, {"keys": []})),
            *(Route(f"{path}{slash}", self.discovery) for path in known for slash in ("", "/")),
        ]

    async def authorize(self, request: Request) -> Response:
        """Shows the user the companies, or sends the browser back with the user's decision."""
        query = dict(request.query_params)
        if query.get("client_id") != self.app.client_id:
            return _page("<p>The client_id is not known.</p>", 400)
        back = query.get("redirect_uri", "")
        if not self._registered(back):
            return _page("<p>The redirect_uri query parameter value is invalid.</p>", 400)
        if not query.get("state"):
            return _page("<p>The state query parameter is missing.</p>", 400)
        scopes = frozenset(query.get("scope", "").split())
        if query.get("response_type") != "code" or not scopes or not scopes <= SCOPES:
            error = "invalid_scope" if query.get("response_type") == "code" else "unsupported_response_type"
            return _returned(back, error=error, state=query["state"])
        if query.get("decision") == "deny":
            return _returned(back, error="access_denied", state=query["state"])
        realm = query.get("realm", next(iter(self._offered()), ""))
        if query.get("decision") != "allow" or realm not in self._offered():
            return _page(self._form(query))
        code = self.tokens.code(realm, back, scopes)
        return _returned(back, code=code, state=query["state"], realmId=realm)

    async def token(self, request: Request) -> Response:
        """Gives tokens for a code or a refresh token."""
        form = _form(await request.body(), request.headers.get("content-type", ""))
        renewing = form.get("grant_type") == "refresh_token"
        try:
            self._admit(request, form)
            body = self._granted(form, request.headers.get("x-include-refresh-token-hard-expires-in") == "true")
        except Denied as denied:
            self.tokens.refused_renewals += renewing
            return answer(denied.status, denied.body, _SILENT)
        self.tokens.renewals += renewing
        return answer(200, body, _SILENT)

    async def revoke(self, request: Request) -> Response:
        """Ends the connection that a token belongs to."""
        raw, kind = await request.body(), request.headers.get("content-type", "")
        form = _json(raw) if kind.startswith("application/json") else _form(raw, kind)
        try:
            self._admit(request, form)
        except Denied as denied:
            return answer(denied.status, denied.body)
        if not self.tokens.revoke(str(form.get("token", ""))):
            return answer(400, {"error": "invalid_request"})
        return Response(status_code=200, headers=trace())

    async def user_info(self, request: Request) -> Response:
        """Tells who consented."""
        holder = self.tokens.holder(request.headers.get("authorization", "").partition(" ")[2])
        if holder is None or "openid" not in holder.scopes:
            return answer(401, {"error": "invalid_token"})
        return answer(200, {"sub": "5f0c7d1e-user", "email": "owner@example.com", "emailVerified": True})

    async def discovery(self, request: Request) -> Response:
        """Tells where everything is: here."""
        here = str(request.base_url).rstrip("/")
        addresses = {"authorization": AUTHORIZE, "token": TOKEN, "revocation": REVOKE}
        body: Record = {
            "issuer": f"{here}/op/v1",
            **{f"{name}_endpoint": f"{here}{path}" for name, path in addresses.items()},
            "userinfo_endpoint": f"{here}/v1/openid_connect/userinfo",
            "jwks_uri": f"{here}/op/v1/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "email", "profile", "address", "phone"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "claims_supported": ["aud", "exp", "iat", "iss", "realmid", "sub"],
        }
        return answer(200, body)

    def _granted(self, form: Mapping[str, str], hard: bool) -> Record:
        grants: dict[str, tuple[str, Callable[[], Record]]] = {
            "authorization_code": (
                "code",
                lambda: self.tokens.granted(self.tokens.exchange(form["code"], form.get("redirect_uri", "")), hard),
            ),
            "refresh_token": (
                "refresh_token",
                lambda: self.tokens.granted(self.tokens.renew(form["refresh_token"]), hard),
            ),
        }
        needed, grant = grants.get(form.get("grant_type", ""), ("", None))
        if grant is None:
            raise Denied("unsupported_grant_type" if form.get("grant_type") else "invalid_request")
        if not form.get(needed):
            raise Denied("invalid_request")
        return grant()

    def _admit(self, request: Request, form: Mapping[str, str]) -> None:
        kind, _, secret = request.headers.get("authorization", "").partition(" ")
        given = (form.get("client_id", ""), form.get("client_secret", ""))
        if kind.lower() == "basic":
            given = _basic(secret)
        if given != (self.app.client_id, self.app.client_secret):
            raise Denied("invalid_client", status=401)

    def _registered(self, uri: str) -> bool:
        if self.tokens.switches.redirect_uris:
            return uri in self.tokens.switches.redirect_uris
        parts = urlsplit(uri)
        return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)

    def _offered(self) -> list[str]:
        return [realm for realm, each in self.companies.items() if each.environment == self.app.environment]

    def _called(self, realm: str) -> str:
        return str(self.companies[realm].only("CompanyInfo")["CompanyName"])

    def _form(self, query: Mapping[str, str]) -> str:
        asked = {name: value for name, value in query.items() if name not in ("decision", "realm")}
        hidden = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
            for name, value in asked.items()
        )
        choices = "".join(
            f'<option value="{realm}">{html.escape(self._called(realm))}</option>' for realm in self._offered()
        )
        return (
            f'<form method="get" action="{AUTHORIZE}">{hidden}'
            f'<label>Company <select name="realm">{choices}</select></label> '
            '<button name="decision" value="allow">Connect</button> '
            '<button name="decision" value="deny">Cancel</button></form>'
        )


def _page(body: str, status: int = 200) -> Response:
    head = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Intuit</title></head>'
    return HTMLResponse(f"{head}<body><h1>Connect your company</h1>{body}</body></html>", status, trace())


def _returned(uri: str, **told: str) -> Response:
    joint = "&" if "?" in uri else "?"
    return RedirectResponse(f"{uri}{joint}{urlencode(told)}", 302, trace())


def _form(raw: bytes, kind: str) -> dict[str, str]:
    if kind.split(";")[0].strip() != "application/x-www-form-urlencoded":
        return {}
    return dict(parse_qsl(raw.decode(errors="replace"), keep_blank_values=True))


def _json(raw: bytes) -> dict[str, str]:
    try:
        body = json.loads(raw)
    except ValueError:
        return {}
    return {name: str(value) for name, value in body.items()} if isinstance(body, dict) else {}


def _basic(secret: str) -> tuple[str, str]:
    try:
        user, _, password = base64.b64decode(secret, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password
