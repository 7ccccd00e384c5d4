"""One request, as an endpoint sees it, and the table of endpoints."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.sandbox.procurify.tenant import Tenant
from tests.sandbox.procurify.wire import Record, Refusal


@dataclass(frozen=True)
class Call:
    """One request with a good token."""

    tenant: Tenant
    method: str
    path: str  # below the tenant's address
    parts: Mapping[str, str]  # the variable parts of the path
    query: Sequence[tuple[str, str]]
    body: Any
    base: str  # scheme and host, and the tenant's base path, for links

    def asked(self, name: str) -> str | None:
        """Returns the value of a query parameter, the last one if it is repeated."""
        return next((value for key, value in reversed(self.query) if key == name), None)

    @property
    def fields(self) -> Record:
        """The body as an object.

        Raises:
            Refusal: 400, it is none.
        """
        if not isinstance(self.body, dict):
            raise Refusal(400, {"null": {"message": "Expected an object.", "code": "invalid"}})
        return self.body


Reply = tuple[int, Any]
Handler = Callable[[Call], Reply]


@dataclass(frozen=True)
class Endpoint:
    """One address, and who answers there by method; other methods are refused with 405."""

    path: str  # such as /api/v3/vendors/{id}/
    handlers: Mapping[str, Handler]
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        """Compiles the path."""
        object.__setattr__(self, "pattern", re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path)))


def resolved(endpoints: Sequence[Endpoint], path: str) -> tuple[Endpoint, dict[str, str]] | None:
    """Returns the endpoint at a path and the variable parts, or None."""
    for each in endpoints:
        match = each.pattern.fullmatch(path)
        if match:
            return each, match.groupdict()
    return None
