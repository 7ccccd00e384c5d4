"""Answers the API's requests: address, token, client header, role, method, and then the endpoint.

Source: Procurify API. Every address ends in a slash. That a request without `X-Procurify-Client: api` is refused with
403 is assumed.
"""

import itertools
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tests.sandbox.procurify.account_codes import AccountCodes
from tests.sandbox.procurify.bill_endpoints import Bills
from tests.sandbox.procurify.calls import Call, Endpoint, resolved
from tests.sandbox.procurify.gate import SIGN_IN
from tests.sandbox.procurify.order_endpoints import Orders
from tests.sandbox.procurify.payments import Payments
from tests.sandbox.procurify.receipts import Receipts
from tests.sandbox.procurify.reference import Reference
from tests.sandbox.procurify.tenant import Tenant
from tests.sandbox.procurify.tenants import Tenants
from tests.sandbox.procurify.tokens import Tokens
from tests.sandbox.procurify.vendors import Vendors
from tests.sandbox.procurify.wire import Refusal, answer, decoded, forbidden, not_found, refusal, refused, unauthorized

Answered = Callable[[Call], None]


class Api:
    """The endpoints of all tenants."""

    def __init__(self, tenants: Tenants, tokens: Tokens) -> None:
        """Serves the tenants; `between_calls`, if it is set, is called after each answer of the API."""
        self.tenants, self.tokens = tenants, tokens
        self.between_calls: Answered | None = None
        self._answers = itertools.count(1)
        families: Any = (Orders(), Receipts(), Bills(), Payments(), AccountCodes(), Reference(), Vendors())
        self._endpoints: list[Endpoint] = [each for family in families for each in family.endpoints()]

    async def __call__(self, request: Request) -> Response:
        """Returns the answer to one request."""
        tenant, base = self.tenants.of(request.scope)
        path = request.url.path.removeprefix(base)
        try:
            if path == SIGN_IN:
                if request.method != "POST":
                    raise _not_allowed(request.method)
                return await self.tokens.answer(tenant, request)
            return await self._answered(tenant, base, path, request)
        except Refusal as refusing:
            return refused(refusing)

    async def _answered(self, tenant: Tenant, base: str, path: str, request: Request) -> Response:
        if tenant.switches.slash == "lenient" and not path.endswith("/"):
            path = f"{path}/"
        at = resolved(self._endpoints, path)
        if at is None:
            if request.method == "GET" and resolved(self._endpoints, f"{path}/"):
                query = f"?{request.url.query}" if request.url.query else ""
                return RedirectResponse(f"{base}{path}/{query}", 301)
            raise not_found()
        endpoint, parts = at
        self._admit(tenant, path, request)
        if request.method not in endpoint.handlers:
            raise _not_allowed(request.method)
        raw = await request.body()
        call = Call(
            tenant=tenant, method=request.method, path=path, parts=parts, body=decoded(raw) if raw else None,
            query=parse_qsl(request.url.query, keep_blank_values=True), base=self._base(tenant, base, request),
        )  # fmt: skip
        status, value = endpoint.handlers[request.method](call)
        told = answer(status, value, {"x-request-id": f"req-{next(self._answers)}"})
        if self.between_calls is not None:
            self.between_calls(call)
        return told

    def _admit(self, tenant: Tenant, path: str, request: Request) -> None:
        if not self.tokens.good(tenant, request.headers.get("authorization")):
            raise unauthorized()
        if tenant.switches.client_header_required and request.headers.get("x-procurify-client") != "api":
            raise forbidden()
        if any(re.search(pattern, f"{request.method} {path}") for pattern in tenant.switches.denied):
            raise forbidden()

    def _base(self, tenant: Tenant, base: str, request: Request) -> str:
        """Returns scheme and host for links; what stands there is not always where the request came to."""
        links = tenant.switches.links
        if links == "foreign":
            return f"{tenant.switches.foreign_base}{base}"
        scheme, host = ("http" if links == "http" else request.url.scheme), request.headers.get("host", "")
        return f"{scheme}://{host.partition(':')[0] if links == 'http' else host}{base}"


def _not_allowed(method: str) -> Refusal:
    return refusal(405, f'Method "{method}" not allowed.', "method_not_allowed")
