"""The lines of bills and vendor credits: how they are made, and what a Mod leaves of them.

Source: qbXML 13.0, ExpenseLineAdd, ItemLineAdd, BillMod.
"""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from functools import partial

from tests.sandbox.quickbooks_desktop import refusals
from tests.sandbox.quickbooks_desktop.books import Books
from tests.sandbox.quickbooks_desktop.reading import Record
from tests.sandbox.quickbooks_desktop.references import resolve, resolved
from tests.sandbox.quickbooks_desktop.saving import merged

CENT = Decimal("0.01")
_NEW = "-1"  # the TxnLineID of a line that is to be added
_KINDS = ("Expense", "Item")


def added_lines(books: Books, what: str, draft: Record) -> Record:
    """Returns the lines of a new document by the elements that will hold them; takes them out of the draft.

    Raises:
        Refusal: 3120, 3140, 3150, 3250, 3270.
    """
    for group in draft.pop("ItemGroupLineAdd", []):
        resolve(books, "ItemGroupRef", group["ItemGroupRef"], what)
    if linked := draft.pop("LinkToTxnID", []):
        raise refusals.missing_object(linked[0])
    build = {"Expense": _expense, "Item": _item}
    return {
        f"{kind}LineRet": [build[kind](books, what, {}, line) for line in draft.pop(f"{kind}LineAdd", [])]
        for kind in _KINDS
    }


def modified_lines(books: Books, what: str, before: Record, draft: Record) -> Record:
    """Returns the lines that a Mod leaves; takes them out of the draft.

    No line sent: all stay. Else those that are not listed go, whatever their kind unless a switch says otherwise.

    Raises:
        Refusal: 3120 for an unknown line, 3290 for lines out of order; as `added_lines`.
    """
    for group in draft.pop("ItemGroupLineMod", []):
        raise refusals.missing_object(group["TxnLineID"])
    sent = {kind: draft.pop(f"{kind}LineMod", []) for kind in _KINDS}
    cleared = {kind: bool(draft.pop(f"Clear{kind}Lines", False)) for kind in _KINDS}
    builds = {"Expense": partial(_expense, books, what), "Item": partial(_item, books, what)}
    after: Record = {}
    for kind in _KINDS:
        stored = [] if cleared[kind] else before[f"{kind}LineRet"]
        touched = bool(sent[kind]) or (any(sent.values()) and not books.switches.line_kinds_separate)
        after[f"{kind}LineRet"] = _listed(what, stored, sent[kind], builds[kind]) if touched else stored
    return after


def total(lines: Record) -> Decimal:
    """Returns what the lines come to."""
    return sum((line["Amount"] for kind in _KINDS for line in lines[f"{kind}LineRet"]), Decimal(0))


def _listed(
    what: str, stored: list[Record], sent: list[Record], build: Callable[[Record, Record], Record]
) -> list[Record]:
    places = {line["TxnLineID"]: place for place, line in enumerate(stored)}
    after, last = [], -1
    for draft in sent:
        identifier = draft["TxnLineID"]
        if identifier == _NEW:
            after.append(build({}, draft))
            continue
        if identifier not in places:
            raise refusals.missing_object(identifier)
        if places[identifier] <= last:
            raise refusals.wrong_order(what)
        last = places[identifier]
        after.append(build(stored[last], draft))
    return after


def _expense(books: Books, what: str, before: Record, draft: Record) -> Record:
    line = _line(books, what, before, draft)
    if not line.get("AccountRef"):
        raise refusals.no_account(what)
    line.setdefault("Amount", Decimal(0))
    return line


def _item(books: Books, what: str, before: Record, draft: Record) -> Record:
    line = _line(books, what, before, draft)
    if not line.get("ItemRef"):
        raise refusals.missing_element("ItemRef")
    if draft.get("Amount", "") == "" and ("Quantity" in draft or "Cost" in draft or "Amount" not in line):
        product = line.get("Quantity", Decimal(1)) * line.get("Cost", Decimal(0))
        line["Amount"] = Decimal(product.quantize(CENT, ROUND_HALF_UP))
    return line


def _line(books: Books, what: str, before: Record, draft: Record) -> Record:
    if draft.get("DataExt"):  # no field is defined for lines
        raise refusals.not_enabled()
    if draft.get("LinkToTxn"):
        raise refusals.missing_object(draft["LinkToTxn"]["TxnID"])
    opening = before or {"TxnLineID": books.transaction_id()}
    return merged(books, opening, resolved(books, draft, what))
