"""Whether a record of QuickBooks Desktop is the one that a body makes; exact, and never by a name or number alone."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from blocks.exact import Record
from blocks.quickbooks_desktop.markers import FIELD, same_marker
from blocks.quickbooks_desktop.texts import LONGEST, storable, variant_number
from blocks.quickbooks_desktop.values import amount, rows, text

Same = Callable[[Record, Record], bool]  # (fitted body, record)


def same_vendor(body: Record, row: Record) -> bool:
    """Tells whether the marks are equal; of a record that shows none, the name and our note in it."""
    if text(row, FIELD):
        return same_marker(text(body, FIELD), text(row, FIELD))
    return variant_number(text(body, "Name"), text(row, "Name")) > 0 and _notes(body, row, "Notes")


def same_bill(body: Record, row: Record) -> bool:
    """Tells whether the marks are equal; of a record that shows none, vendor, number, total and our memo in it."""
    if text(row, FIELD):
        return same_marker(text(body, FIELD), text(row, FIELD))
    return (
        _refers(body, row, "VendorRef")
        and text(body, "RefNumber") == text(row, "RefNumber")
        and total(body, "ExpenseLineAdd", "Amount") == amount(row, "AmountDue")
        and _notes(body, row, "Memo")
    )


def same_payment(body: Record, row: Record) -> bool:
    """Tells whether the marks are equal; of a record that shows none, payee, total, bills and our memo in it."""
    if text(row, FIELD):
        return same_marker(text(body, FIELD), text(row, FIELD))
    ours = {text(one, "TxnID"): amount(one, "PaymentAmount") for one in rows(body, "AppliedToTxnAdd")}
    theirs = {text(one, "TxnID"): amount(one, "Amount") for one in rows(row, "AppliedToTxnRet")}
    return _refers(body, row, "PayeeEntityRef") and ours == theirs and _notes(body, row, "Memo")


def matched(bodies: Sequence[Record], found: Iterable[Record], same: Same, name: str) -> list[Record | None]:
    """Returns for each body the first record that is the same; no record, known by the id of this name, is so twice."""
    left = {text(row, name): row for row in found}
    result: list[Record | None] = []
    for body in bodies:
        known = next((one for one, row in left.items() if same(body, row)), None)
        result.append(None if known is None else left.pop(known))
    return result


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
