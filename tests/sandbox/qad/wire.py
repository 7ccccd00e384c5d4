"""How QAD speaks: exact JSON, calendar dates in a long form, and two shapes of error."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import orjson
from starlette.responses import Response

Record = dict[str, Any]

TOO_LONG, NOT_FOUND, EXISTS, MANDATORY, NOT_VALID = "47", "5", "3", "11", "61"
PERIOD_CLOSED, STALE = "72", "88"


class RejectedError(Exception):
    """QAD's business rules refuse the record; the answer is still HTTP 200."""

    def __init__(self, code: str, message: str, field: str = "", value: Any = "") -> None:
        """Keeps one error as QAD lists it; QAD writes field names with a capital here."""
        super().__init__(message)
        name = field[:1].upper() + field[1:]
        self.error = {"severity": 1, "code": code, "message": message, "fieldName": name, "fieldValue": str(value)}


class BareError(Exception):
    """The gateway refuses the request before any business rule is asked."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """Keeps the HTTP status and the one error of the answer."""
        super().__init__(message)
        self.status = status
        self.error = {"severity": 1, "code": code, "message": message, "fieldName": ""}


class NoSuchPageError(Exception):
    """The address leads to nothing; the web server, not QAD, answers."""


def dumps(value: Any) -> bytes:
    """Returns JSON in which each Decimal is a number with exactly its digits."""
    return orjson.dumps(value, default=_exact)


def loads(text: bytes) -> Any:
    """Returns the value of a JSON text, its fractions as Decimal.

    Raises:
        ValueError: the text is not JSON.
    """
    return json.loads(text, parse_float=Decimal, parse_constant=_no_constant)


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Returns a JSON answer."""
    return Response(dumps(value), status, headers, "application/json")


def accepted(collection: str, records: Iterable[Record]) -> Response:
    """Returns the answer to a write that was done."""
    result = {"success": True, "errorSeverity": 0, "errors": []}
    return answer({"submitResult": result, "data": {collection: list(records)}})


def rejected(refusal: RejectedError) -> Response:
    """Returns the answer to a request that a business rule refused: HTTP 200 all the same."""
    return answer({"submitResult": {"success": False, "errorSeverity": 1, "errors": [refusal.error]}})


def bare(refusal: BareError) -> Response:
    """Returns the answer of the gateway, without a submit result."""
    return answer({"errors": [refusal.error]}, refusal.status)


def page_not_found() -> Response:
    """Returns what a web server says about an address it does not know."""
    page = "<!doctype html><html><head><title>HTTP Status 404</title></head><body><h1>Not Found</h1></body></html>"
    return Response(page, 404, media_type="text/html")


def day(value: date) -> str:
    """Returns a calendar date as it stands in JSON; such texts sort as their dates do."""
    return f"{value.year:04}-{value.month:02}-{value.day:02}T00:00:00.000Z"


def date_of(text: str) -> date:
    """Returns the calendar date that stands in JSON as `text`, whatever its time says.

    Raises:
        ValueError: it is no date in QAD's form.
    """
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC).date()


def _exact(value: Any) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f"))
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
