"""Whose address a request came to: a tenant's own door, its host name, its base path, or the first tenant's."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.sandbox.procurify.tenant import Tenant

_DOOR = "procurify_tenant"  # in the scope, when the request came by a tenant's own door


class Tenants:
    """The tenants by subdomain, the first one first."""

    def __init__(self) -> None:
        """Starts without any."""
        self.by_name: dict[str, Tenant] = {}

    def of(self, scope: Scope) -> tuple[Tenant, str]:
        """Returns the tenant of a request and the base path before its own paths."""
        if _DOOR in scope:
            return self.by_name[scope[_DOOR]], ""
        host = Headers(scope=scope).get("host", "").partition(".")[0]
        if host in self.by_name:
            return self.by_name[host], ""
        first = scope["path"].split("/", 2)[1]
        if first in self.by_name:
            return self.by_name[first], f"/{first}"
        return next(iter(self.by_name.values())), ""

    def door(self, app: ASGIApp, subdomain: str) -> ASGIApp:
        """Returns the application as it is seen at the address of one tenant."""

        async def entered(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, _DOOR: subdomain}, receive, send)

        return entered
