"""Deleting, voiding and merging.

Source: qbXML 13.0, TxnDel, TxnVoid, ListDel.
"""

from typing import Any

from tests.sandbox.quickbooks_desktop import ledger, refusals
from tests.sandbox.quickbooks_desktop.books import Books
from tests.sandbox.quickbooks_desktop.kinds import KINDS, LISTS, PAYABLES, PAYMENTS, TRANSACTIONS
from tests.sandbox.quickbooks_desktop.ledger import ZERO
from tests.sandbox.quickbooks_desktop.reading import Record
from tests.sandbox.quickbooks_desktop.saving import check_related, existing
from tests.sandbox.quickbooks_desktop.state import Deleted


def delete(books: Books, kind: str, identifier: str) -> Deleted:
    """The object is gone; a deleted payment opens its bills again.

    Raises:
        Refusal: 3000, 3120, 3160, 3171 or 3161, 3175, 3176, 3250.
    """
    record = _existing(books, kind, identifier)
    if kind in LISTS:
        if _is_referred_to(books, kind, identifier):
            raise refusals.not_deletable(identifier)
        return books.remove(kind, identifier)
    code = int(books.switches.removal_in_closed_period)
    books.check_period(kind, record["TxnDate"], code=code)
    _release(books, kind, record, refusals.not_deletable(identifier))
    deleted = books.remove(kind, identifier)
    _reopened(books, kind, record)
    return deleted


def void(books: Books, kind: str, identifier: str) -> Record:
    """Returns the transaction, whose amounts are zero now; a voided payment opens its bills again.

    Raises:
        Refusal: 3000, 3120, 3170, 3171, 3175, 3176, 3250.
    """
    record = _existing(books, kind, identifier)
    books.check_period(kind, record["TxnDate"])
    _release(books, kind, record, refusals.not_modifiable(kind, "The transaction has payments."))
    memo = record.get("Memo", "")
    changes: dict[str, Any] = {"Memo": memo if memo.startswith("VOID:") else f"VOID: {memo}".strip()}
    if kind in PAYABLES:
        for lines in ("ExpenseLineRet", "ItemLineRet"):
            changes[lines] = [{**line, "Amount": ZERO} for line in record[lines]]
        changes[KINDS[kind].total] = ZERO
    else:
        changes |= {"Amount": ZERO, "AppliedToTxnRet": []}
    after = books.replace(kind, {**record, **changes})
    _reopened(books, kind, record)
    return after


def merge_vendors(books: Books, loser: str, survivor: str) -> None:
    """One vendor is gone, and its transactions belong to the survivor.

    Raises:
        Refusal: 3000, 3120, 3175.
    """
    existing(books, "Vendor", loser)
    existing(books, "Vendor", survivor)
    for kind in TRANSACTIONS:
        party = KINDS[kind].party
        for record in books.table(kind).having(party, loser):
            books.replace(kind, {**record, party: survivor}, touch=books.switches.merging_touches_bills)
    books.remove("Vendor", loser)


def _existing(books: Books, kind: str, identifier: str) -> Record:
    if kind not in KINDS:  # a kind that this company has nothing of
        raise refusals.missing_object(identifier)
    return existing(books, kind, identifier)


def _release(books: Books, kind: str, record: Record, refusal: refusals.Refusal) -> None:
    """Frees a bill or credit of its payments, if that is allowed; sees that nobody has a payment's bills open."""
    if kind in PAYMENTS:
        check_related(books, ledger.targets(record))
        return
    payments = list(books.state.paid_by.get(record["TxnID"], ()))
    check_related(books, payments)
    if payments and books.switches.paid_bill_removal == "refused":
        raise refusal
    for payment_id in payments:
        _unlink(books, payment_id, record["TxnID"])


def _unlink(books: Books, payment_id: str, identifier: str) -> None:
    found = books.state.transaction(payment_id)
    if found is None:
        return
    kind, payment = found
    rows = []
    for row in payment["AppliedToTxnRet"]:
        kept = [credit for credit in row.get("SetCredit", ()) if credit["CreditTxnID"] != identifier]
        if row["TxnID"] != identifier:
            rows.append({**row, "SetCredit": kept} if "SetCredit" in row else row)
    books.replace(kind, {**payment, "AppliedToTxnRet": rows})


def _reopened(books: Books, kind: str, payment: Record) -> None:
    if kind not in PAYMENTS or not books.switches.paying_touches_bill:
        return
    for identifier in ledger.targets(payment):
        found = books.state.transaction(identifier)
        if found is not None:
            books.replace(*found)


def _is_referred_to(books: Books, kind: str, identifier: str) -> bool:
    if kind == "Vendor":
        return any(books.table(each).having(KINDS[each].party, identifier) for each in TRANSACTIONS)
    return any(
        _mentions(record, identifier)
        for name in KINDS
        for record in books.rows(name).values()
        if record.get("ListID") != identifier
    )


def _mentions(value: Any, identifier: str) -> bool:
    if isinstance(value, dict):
        return any(_mentions(each, identifier) for each in value.values())
    if isinstance(value, list):
        return any(_mentions(each, identifier) for each in value)
    return bool(value == identifier)
