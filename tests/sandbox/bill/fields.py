"""Reads request bodies field by field and gathers everything that is wrong with them."""

import datetime
import re
from collections.abc import Collection
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.sandbox.bill.wire import Refusal, Row

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def cents(value: Decimal) -> Decimal:
    """Returns the amount rounded to cents, halves away from zero."""
    return value.quantize(CENT, ROUND_HALF_UP)


def is_date(value: Any) -> bool:
    """Tells whether a value is the text of a calendar date, yyyy-MM-dd."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return False
    try:
        datetime.date.fromisoformat(value)
    except ValueError:
        return False
    return True


class Findings:
    """What is wrong with one request, in the order it was found."""

    def __init__(self) -> None:
        """Starts with nothing wrong."""
        self.rows: list[Row] = []

    def add(self, code: str, message: str, status: int = 400) -> None:
        """Notes one more reason to refuse the request."""
        self.rows.append(Row(code, message, status))

    def settle(self) -> None:
        """Passes when nothing was wrong.

        Raises:
            Refusal: something was; it carries every reason.
        """
        if self.rows:
            raise Refusal(*self.rows)


class Fields:
    """One JSON object of a request; paths are dotted, and lead the messages as BILL's do."""

    def __init__(self, body: Any, findings: Findings, prefix: str = "") -> None:
        """Takes the object; anything else is noted as a wrong datatype and read as empty."""
        if not isinstance(body, dict):
            findings.add("BDC_1124", f"{prefix or 'body'}: must be an object")
            body = {}
        self.body: dict[str, Any] = body
        self.findings = findings
        self.prefix = prefix

    def at(self, path: str) -> Any:
        """Returns the value at a dotted path; None when it or a parent is missing."""
        value: Any = self.body
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def wrong(self, path: str, why: str, code: str = "BDC_1119", status: int = 400) -> None:
        """Notes that the field at a path is not acceptable."""
        self.findings.add(code, f"{self.prefix}{path}: {why}", status)

    def text(self, path: str, *, required: bool = False, limit: int = 0) -> str | None:
        """Returns the text at a path; None when it is missing or was noted as wrong."""
        value = self._present(path, required)
        if value is None:
            return None
        if not isinstance(value, str):
            self.wrong(path, "must be a string", "BDC_1124")
            return None
        if required and not value.strip():
            self.wrong(path, "must not be blank", "BDC_1117")
            return None
        if limit and len(value) > limit:
            self.wrong(path, f"length must be between 0 and {limit}", "BDC_1143")
            return None
        return value

    def date(self, path: str, *, required: bool = False) -> str | None:
        """Returns the date at a path as its text; None when it is missing or was noted as wrong."""
        value = self._present(path, required)
        if value is not None and not is_date(value):
            self.wrong(path, "must be a date yyyy-MM-dd")
            return None
        return value if isinstance(value, str) else None

    def number(self, path: str, *, required: bool = False, places: int = 2) -> Decimal | None:
        """Returns the number at a path; texts, and more decimals than `places`, are noted as wrong."""
        value = self._present(path, required)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            self.wrong(path, "must be a number", "BDC_1124")
            return None
        exact = Decimal(value)
        if exact != round(exact, places):
            self.wrong(path, f"must have at most {places} decimals", "BDC_1143")
            return None
        return cents(exact) if places == 2 else exact

    def flag(self, path: str, *, required: bool = False) -> bool | None:
        """Returns the truth value at a path; None when it is missing or was noted as wrong."""
        value = self._present(path, required)
        if value is not None and not isinstance(value, bool):
            self.wrong(path, "must be true or false", "BDC_1124")
            return None
        return value if isinstance(value, bool) else None

    def one_of(self, path: str, choices: Collection[str], *, required: bool = False) -> str | None:
        """Returns the enum member at a path; None when it is missing or was noted as wrong."""
        value = self._present(path, required)
        if value is not None and (not isinstance(value, str) or value not in choices):
            self.wrong(path, f"must be one of {', '.join(sorted(choices))}", "BDC_1129")
            return None
        return value if isinstance(value, str) else None

    def rows(self, path: str, *, required: bool = False) -> list[Any]:
        """Returns the list at a path; an empty one counts as missing."""
        value = self._present(path, required)
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(path, "must be an array", "BDC_1124")
            return []
        if required and not value:
            self.wrong(path, "must not be empty", "BDC_1117")
        return value

    def _present(self, path: str, required: bool) -> Any:
        value = self.at(path)
        if value is None and required:
            self.wrong(path, "must not be null", "BDC_1117")
        return value
