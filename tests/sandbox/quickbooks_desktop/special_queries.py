"""Queries for what is no stored object: what may be paid, what was deleted, the host, company and preferences.

Source: qbXML 13.0.
"""

from datetime import timedelta

from tests.sandbox.quickbooks_desktop import ledger, refusals, returned_shapes
from tests.sandbox.quickbooks_desktop.answers import Answer, Asking, plain
from tests.sandbox.quickbooks_desktop.documents import default_payable_account
from tests.sandbox.quickbooks_desktop.filters import modified
from tests.sandbox.quickbooks_desktop.kinds import PAYABLES
from tests.sandbox.quickbooks_desktop.notation import Sequence, sequence
from tests.sandbox.quickbooks_desktop.reading import Record
from tests.sandbox.quickbooks_desktop.references import resolved
from tests.sandbox.quickbooks_desktop.state import Deleted

HOST, COMPANY = sequence(returned_shapes.HOST), sequence(returned_shapes.COMPANY)
PREFERENCES = sequence(returned_shapes.PREFERENCES)
_TO_PAY = sequence(returned_shapes.BILL_TO_PAY)
_DELETED = {"Txn": sequence(returned_shapes.TXN_DELETED), "List": sequence(returned_shapes.LIST_DELETED)}


def bills_to_pay(asking: Asking, draft: Record) -> Answer:
    """Returns the open bills and remaining credits of a vendor; AmountDue is what is open here.

    Raises:
        Refusal: 1, 3000, 3140, 3150.
    """
    books = asking.books
    ready = resolved(books, draft, "BillToPayQuery")
    if not ready.get("PayeeEntityRef"):
        raise refusals.missing_element("PayeeEntityRef")
    account = ready.get("APAccountRef")
    if not account and books.switches.bill_to_pay_account == "default":
        account = default_payable_account(books, "BillToPayQuery")
    rows = [
        _to_pay(asking, kind, record)
        for kind in PAYABLES
        for record in books.table(kind).having("VendorRef", ready["PayeeEntityRef"])
        if ledger.open_of(books.state, record["TxnID"])
        and account in (None, "", record["APAccountRef"])
        and (not draft.get("DueDate") or kind != "Bill" or record["DueDate"] <= draft["DueDate"])
    ]
    if not rows:
        raise refusals.nothing_found()
    only = draft.get("IncludeRetElement", [])
    return Answer("\n".join(plain(books, "BillToPayRet", _TO_PAY, row, only) for row in rows))


def deleted(asking: Asking, draft: Record) -> Answer:
    """Returns what was deleted of the kinds that are named, as far back as QuickBooks remembers.

    Raises:
        Refusal: 1, 3030.
    """
    books, what = asking.books, asking.message.removesuffix("DeletedQuery")
    since = books.now() - timedelta(days=books.switches.deleted_days)
    tests = modified(books, draft.get("DeletedDateRangeFilter", {}), "Deleted", "TimeDeleted")
    rows = [
        row
        for each in books.state.deleted
        if each.kind in draft[f"{what}DelType"] and each.deleted >= since
        for row in [deletion(each)]
        if all(test(row) for test in tests)
    ]
    if not rows:
        raise refusals.nothing_found()
    only = draft.get("IncludeRetElement", [])
    return Answer("\n".join(plain(books, f"{what}DeletedRet", _DELETED[what], row, only) for row in rows))


def host(asking: Asking, draft: Record) -> Answer:
    """Returns the program, its version and the qbXML it knows."""
    return _single(asking, "HostRet", HOST, asking.host["HostRet"], draft)


def company(asking: Asking, draft: Record) -> Answer:
    """Returns the company, with the private fields of the owners that are named."""
    private = asking.books.state.private
    fields = [
        {"OwnerID": owner, "DataExtName": name, "DataExtType": "STR255TYPE", "DataExtValue": value}
        for owner in draft.get("OwnerID", [])
        for name, value in sorted(private.get(owner, {}).items())
    ]
    return _single(asking, "CompanyRet", COMPANY, {**asking.host["CompanyRet"], "DataExtRet": fields}, draft)


def preferences(asking: Asking, draft: Record) -> Answer:
    """Returns the preferences by their groups."""
    return _single(asking, "PreferencesRet", PREFERENCES, asking.books.state.preferences, draft)


def deletion(each: Deleted) -> Record:
    """Returns what is told of a deletion."""
    about = {"TxnDelType": each.kind, "TxnID": each.id, "RefNumber": each.name}
    about |= {"ListDelType": each.kind, "ListID": each.id, "FullName": each.name}
    return {**about, "TimeCreated": each.created, "TimeDeleted": each.deleted}


def _single(asking: Asking, name: str, content: Sequence, record: Record, draft: Record) -> Answer:
    return Answer(plain(asking.books, name, content, record, draft.get("IncludeRetElement", [])))


def _to_pay(asking: Asking, kind: str, record: Record) -> Record:
    unpaid = ledger.open_of(asking.books.state, record["TxnID"])
    rate = record.get("ExchangeRate")
    name, amount = ("BillToPay", "AmountDue") if kind == "Bill" else ("CreditToApply", "CreditRemaining")
    home = {f"{amount}InHomeCurrency": unpaid * rate} if rate else {}
    return {name: {**record, "TxnType": kind, amount: unpaid, **home}}
