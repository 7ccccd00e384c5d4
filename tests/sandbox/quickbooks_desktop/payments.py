"""Bill payments: each pays open bills of one vendor and A/P account, and may set credits against them.

Source: qbXML 13.0, BillPaymentCheckAdd, BillPaymentCheckMod, BillPaymentCreditCardAdd.
"""

from decimal import Decimal

from tests.sandbox.quickbooks_desktop import ledger, refusals
from tests.sandbox.quickbooks_desktop.books import Books
from tests.sandbox.quickbooks_desktop.documents import opened
from tests.sandbox.quickbooks_desktop.kinds import PAYABLES
from tests.sandbox.quickbooks_desktop.ledger import ZERO
from tests.sandbox.quickbooks_desktop.reading import Record
from tests.sandbox.quickbooks_desktop.references import looks_like_id, resolved
from tests.sandbox.quickbooks_desktop.saving import check_related, current, filled, merged


def add_check(books: Books, draft: Record) -> Record:
    """Returns the new bill payment by check.

    Raises:
        Refusal: 3120, 3140, 3150, 3171, 3176, 3210, 3270.
    """
    return _add(books, "BillPaymentCheck", "BankAccountRef", draft)


def add_credit_card(books: Books, draft: Record) -> Record:
    """Returns the new bill payment by credit card.

    Raises:
        Refusal: as `add_check`.
    """
    return _add(books, "BillPaymentCreditCard", "CreditCardAccountRef", draft)


def modify_check(books: Books, draft: Record) -> Record:
    """Returns the changed payment; allocations that are sent replace all former ones.

    Raises:
        Refusal: 3000, 3175, 3200; as `add_check`.
    """
    kind = "BillPaymentCheck"
    before = current(books, kind, draft)
    rows = draft.pop("AppliedToTxnMod", [])
    after = merged(books, before, resolved(books, draft, kind))
    for name in ("TxnDate", "BankAccountRef"):
        after.setdefault(name, before[name])  # these cannot be emptied
    books.check_period(kind, before["TxnDate"], after["TxnDate"])
    if "IsToBePrinted" in draft or "RefNumber" in draft:
        after.pop("RefNumber" if "IsToBePrinted" in draft else "IsToBePrinted", None)
    if rows:
        after |= _reallocated(books, kind, before, rows)
    if draft.get("Amount") and draft["Amount"] != _amount(after["AppliedToTxnRet"]):
        raise refusals.rule("Amount", draft["Amount"], "The amount must be what is applied to bills.")
    saved = books.replace(kind, after)
    _touch(books, {*ledger.targets(before), *ledger.targets(saved)} if rows else set())
    return saved


def payment_amount(row: Record) -> Decimal:
    """Returns what one row of a request pays; nothing when it only sets credits."""
    return Decimal(row.get("PaymentAmount") or ZERO)


def _add(books: Books, kind: str, means: str, draft: Record) -> Record:
    rows = draft.pop("AppliedToTxnAdd")
    header = opened(books, kind, filled(resolved(books, draft, kind)))
    if not header.get(means):
        raise refusals.missing_element(means)
    applied = _allocated(books, kind, header, rows, "AppliedToTxnAdd")
    address = books.rows("Vendor")[header["PayeeEntityRef"]].get("VendorAddress")
    extra = {"Address": address} if kind == "BillPaymentCheck" else {}
    saved = books.insert(kind, {**header, **extra, "Amount": _amount(applied), "AppliedToTxnRet": applied})
    _touch(books, ledger.targets(saved))
    return saved


def _reallocated(books: Books, kind: str, before: Record, rows: list[Record]) -> Record:
    books.replace(kind, {**before, "AppliedToTxnRet": []}, touch=False)  # what it paid is open again
    try:
        applied = _allocated(books, kind, before, rows, "AppliedToTxnMod")
    finally:
        books.replace(kind, before, touch=False)
    return {"AppliedToTxnRet": applied, "Amount": _amount(applied)}


def _allocated(books: Books, kind: str, header: Record, rows: list[Record], field: str) -> list[Record]:
    left: dict[str, Decimal] = {}
    return [_row(books, kind, header, row, field, left) for row in rows]


def _row(books: Books, kind: str, header: Record, row: Record, field: str, left: dict[str, Decimal]) -> Record:
    _payable(books, header, "Bill", row["TxnID"], left)
    ready = filled(resolved(books, row, kind))
    credits = [_credit(books, header, each, left) for each in row.get("SetCredit", [])]
    amount, discount = payment_amount(row), Decimal(row.get("DiscountAmount") or ZERO)
    taken = amount + discount + sum((each["AppliedAmount"] for each in credits), ZERO)
    if min(amount, discount) < 0 or taken <= 0:
        raise refusals.rule(f"{field} payment amount", amount, "The amount must be positive.")
    if taken > left[row["TxnID"]]:
        raise refusals.overpaid(field, amount)
    if discount and not ready.get("DiscountAccountRef"):
        raise refusals.no_account(kind)
    left[row["TxnID"]] -= taken
    kept: Record = {
        name: ready[name] for name in ("DiscountAmount", "DiscountAccountRef", "DiscountClassRef") if name in ready
    }
    return {"TxnID": row["TxnID"], "Amount": amount, **kept, **({"SetCredit": credits} if credits else {})}


def _credit(books: Books, header: Record, draft: Record, left: dict[str, Decimal]) -> Record:
    identifier, amount = draft["CreditTxnID"], draft["AppliedAmount"]
    _payable(books, header, "VendorCredit", identifier, left)
    if not 0 < amount <= left[identifier]:
        raise refusals.rule("AppliedAmount", amount, "The amount is more than what remains of the credit.")
    left[identifier] -= amount
    return {"CreditTxnID": identifier, "AppliedAmount": amount}


def _payable(books: Books, header: Record, kind: str, identifier: str, left: dict[str, Decimal]) -> None:
    """Notes what is open of a bill or credit that this payment may use."""
    if not looks_like_id(identifier):
        raise refusals.bad_id(identifier, "TxnID")
    record = books.rows(kind).get(identifier, {})
    same = (record.get("VendorRef"), record.get("APAccountRef")) == (header["PayeeEntityRef"], header["APAccountRef"])
    if not same or ledger.open_of(books.state, identifier) == 0:
        raise refusals.missing_object(identifier)
    check_related(books, [identifier])
    left.setdefault(identifier, ledger.open_of(books.state, identifier))


def _amount(applied: list[Record]) -> Decimal:
    return sum((row["Amount"] for row in applied), ZERO)


def _touch(books: Books, identifiers: set[str] | list[str]) -> None:
    if not books.switches.paying_touches_bill:
        return
    for identifier in identifiers:
        for kind in PAYABLES:
            if identifier in books.rows(kind):
                books.replace(kind, books.rows(kind)[identifier])
