"""Whether a record of QuickBooks Desktop is the one that a body makes; exact, and never by a name or number alone."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

from blocks.exact import Record
from blocks.quickbooks_desktop.markers import mark
from blocks.quickbooks_desktop.texts import LONGEST, storable, variant_number
from blocks.quickbooks_desktop.values import amount, rows, text

Same = Callable[[Record, Record], bool]  # (fitted body, record)


def same_vendor(body: Record, row: Record) -> bool:
    """Tells whether the name is a variant of the body's, and our note is in the vendor's notes."""
    return variant_number(text(body, "Name"), text(row, "Name")) > 0 and _notes(body, row, "Notes")


def same_bill(body: Record, row: Record) -> bool:
    """Tells whether vendor, number and total are equal, and our memo is in the bill's."""
    return (
        _refers(body, row, "VendorRef")
        and text(body, "RefNumber") == text(row, "RefNumber")
        and total(body, "ExpenseLineAdd", "Amount") == amount(row, "AmountDue")
        and _notes(body, row, "Memo")
    )


def same_payment(body: Record, row: Record) -> bool:
    """Tells whether the payee and what each bill gets are equal, and our memo is in the payment's."""
    ours = {text(one, "TxnID"): amount(one, "PaymentAmount") for one in rows(body, "AppliedToTxnAdd")}
    theirs = {text(one, "TxnID"): amount(one, "Amount") for one in rows(row, "AppliedToTxnRet")}
    return _refers(body, row, "PayeeEntityRef") and ours == theirs and _notes(body, row, "Memo")


def matched(bodies: Sequence[Record], found: Iterable[Record], same: Same, name: str) -> list[Record | None]:
    """Returns for each body the record of the same mark; `same` decides only where one of the two has no mark.

    No record, known by the id of this name, stands for two bodies.
    """
    left = {text(row, name): row for row in found}
    marked = {mark(row): known for known, row in left.items() if mark(row)}
    result: list[Record | None] = []
    for body in bodies:
        known = marked.pop(mark(body), None) or _unmarked(body, left, same)
        result.append(left.pop(known, None) if known else None)
    return result


def _unmarked(body: Record, left: Mapping[str, Record], same: Same) -> str | None:
    own = mark(body)
    return next((known for known, row in left.items() if not (own and mark(row)) and same(body, row)), None)


def total(body: Record, lines: str, name: str) -> Decimal:
    """Returns the sum of the lines' amounts, in major units."""
    return sum((amount(line, name) for line in rows(body, lines)), Decimal(0))


def _refers(body: Record, row: Record, name: str) -> bool:
    if known := text(body, name, "ListID"):
        return known == text(row, name, "ListID")
    return text(body, name, "FullName").casefold() == text(row, name, "FullName").casefold() != ""


def _notes(body: Record, row: Record, name: str) -> bool:
    """Tells whether our text is in the record's, which people may have added to."""
    ours = storable(text(body, name), LONGEST)
    return bool(ours) and ours in storable(text(row, name), LONGEST)
