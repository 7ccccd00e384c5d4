"""Makes of what a person types the draft that a request would have brought."""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.sandbox.quickbooks_desktop.books import Books
from tests.sandbox.quickbooks_desktop.kinds import LISTS
from tests.sandbox.quickbooks_desktop.reading import Record, storable

_NUMBERS = frozenset({"Amount", "PaymentAmount", "DiscountAmount", "AppliedAmount", "CreditLimit", "Cost", "Quantity"})


def draft(books: Books, fields: Record) -> Record:
    """Returns the fields with references, dates and amounts as a request has them."""
    return {name: _value(books, name, value) for name, value in fields.items()}


def reference(books: Books, given: str) -> Record:
    """Returns a reference by ListID, if there is such an element, or else by name."""
    known = any(given in books.rows(kind) for kind in LISTS)
    return {"ListID": given} if known else {"FullName": given}


def _value(books: Books, name: str, value: Any) -> Any:
    if name.endswith("Ref") and isinstance(value, str):
        return reference(books, value) if value else {}
    if isinstance(value, dict):
        return draft(books, value)
    if isinstance(value, list):
        return [draft(books, each) if isinstance(each, dict) else each for each in value]
    if not isinstance(value, str) or not value:
        return value
    if name in _NUMBERS:
        return Decimal(value)
    return date.fromisoformat(value) if name.endswith("Date") else storable(value, books.switches)
