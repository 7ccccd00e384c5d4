"""What is open of bills and credits, what vendors are owed, and what stands in the accounts."""

from collections.abc import Iterator
from decimal import Decimal

from tests.sandbox.quickbooks_desktop.kinds import KINDS, PAYABLES, PAYMENTS
from tests.sandbox.quickbooks_desktop.reading import Record
from tests.sandbox.quickbooks_desktop.state import State

ZERO = Decimal(0)


def enter(state: State, kind: str, record: Record) -> None:
    """Takes account of a transaction that now stands in its table."""
    _post(state, kind, record, 1)
    if kind in PAYABLES:
        settle(state, record["TxnID"])
    elif kind in PAYMENTS:
        for target in targets(record):
            state.paid_by.setdefault(target, {})[record["TxnID"]] = None
            settle(state, target)


def withdraw(state: State, kind: str, record: Record) -> None:
    """Undoes what `enter` did for the transaction."""
    _post(state, kind, record, -1)
    if kind in PAYABLES:
        _set_open(state, record, ZERO)
        del state.open[record["TxnID"]]
    elif kind in PAYMENTS:
        for target in targets(record):
            state.paid_by[target].pop(record["TxnID"], None)
            settle(state, target)


def settle(state: State, identifier: str) -> None:
    """Brings what is open of a bill or credit, and its vendor's balance, in line with its payments."""
    found = state.transaction(identifier)
    if found is None:
        return
    kind, record = found
    used = sum((amount for _payment, _kind, amount in uses(state, identifier)), ZERO)
    _set_open(state, record, (record[KINDS[kind].total] - used) * (1 if kind == "Bill" else -1))


def open_of(state: State, identifier: str) -> Decimal:
    """Returns what is unpaid of a bill, or remains of a credit; never mind its sign in the balance."""
    return abs(state.open[identifier])


def targets(payment: Record) -> list[str]:
    """Returns the bills that a payment pays and the credits that it sets."""
    rows = payment["AppliedToTxnRet"]
    credits = [credit["CreditTxnID"] for row in rows for credit in row.get("SetCredit", ())]
    return list(dict.fromkeys([*(row["TxnID"] for row in rows), *credits]))


def applied(row: Record) -> Decimal:
    """Returns what one row of a payment takes off its bill, apart from credits."""
    return Decimal(row["Amount"] + row.get("DiscountAmount", ZERO))


def uses(state: State, identifier: str) -> Iterator[tuple[str, str, Decimal]]:
    """Yields what has reduced a bill or credit: the id and kind of the other transaction, and by how much."""
    for payment_id in state.paid_by.get(identifier, ()):
        found = state.transaction(payment_id)
        if found is None:
            continue
        kind, payment = found
        for row in payment["AppliedToTxnRet"]:
            if row["TxnID"] == identifier and applied(row):
                yield payment_id, kind, applied(row)
            for credit in row.get("SetCredit", ()):
                if row["TxnID"] == identifier:
                    yield credit["CreditTxnID"], "VendorCredit", credit["AppliedAmount"]
                elif credit["CreditTxnID"] == identifier:
                    yield row["TxnID"], "Bill", credit["AppliedAmount"]


def _set_open(state: State, record: Record, amount: Decimal) -> None:
    vendor, before = record["VendorRef"], state.open.get(record["TxnID"], ZERO)
    state.open[record["TxnID"]] = amount
    state.owed[vendor] = state.owed.get(vendor, ZERO) + amount - before


def _post(state: State, kind: str, record: Record, sign: int) -> None:
    for account, amount in _postings(kind, record):
        state.posted[account] = state.posted.get(account, ZERO) + sign * amount


def _postings(kind: str, record: Record) -> Iterator[tuple[str, Decimal]]:
    """Yields account and amount, positive where the account's own balance grows."""
    if kind in PAYABLES:
        sign = 1 if kind == "Bill" else -1
        yield record["APAccountRef"], sign * record[KINDS[kind].total]
        for line in record["ExpenseLineRet"]:
            if line.get("AccountRef"):
                yield line["AccountRef"], sign * line["Amount"]
    elif kind in PAYMENTS:
        means, sign = ("BankAccountRef", -1) if kind == "BillPaymentCheck" else ("CreditCardAccountRef", 1)
        yield record[means], sign * record["Amount"]
        discounts = [row for row in record["AppliedToTxnRet"] if row.get("DiscountAmount")]
        yield record["APAccountRef"], -record["Amount"] - sum((row["DiscountAmount"] for row in discounts), ZERO)
        for row in discounts:
            yield row["DiscountAccountRef"], row["DiscountAmount"]
