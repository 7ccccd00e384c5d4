"""What QuickBooks shows of a stored object: names beside ids, local times, and what follows from other objects."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from tests.sandbox.quickbooks_desktop import ledger, times
from tests.sandbox.quickbooks_desktop.books import Books
from tests.sandbox.quickbooks_desktop.kinds import KINDS
from tests.sandbox.quickbooks_desktop.ledger import ZERO
from tests.sandbox.quickbooks_desktop.notation import Sequence
from tests.sandbox.quickbooks_desktop.reading import Record
from tests.sandbox.quickbooks_desktop.references import element

LINES = frozenset({"ExpenseLineRet", "ItemLineRet", "AppliedToTxnRet"})


def view(books: Books, kind: str, record: Record, *, lines: bool = True, links: bool = True) -> Record:
    """Returns the object as its Ret holds it; lines and links only where they are asked for."""
    derived = _DERIVED.get(kind, _nothing)(books, kind, record)
    if not links:
        derived.pop("LinkedTxn", None)
    whole = {name: value for name, value in {**record, **derived}.items() if lines or name not in LINES}
    if not books.switches.personal_data:
        whole.pop("VendorTaxIdent", None)
    return expanded(books, KINDS[kind].ret, whole)


def expanded(books: Books, content: Sequence, record: Record) -> Record:
    """Returns what the notation names of a record, its references with their names and its times in local time."""
    shown: Record = {}
    for each in content.elements:
        value = record.get(each.name)
        if value is None:
            continue
        if each.reference:
            shown[each.name] = _many(value, partial(_named, books))
        elif each.content is not None:
            shown[each.name] = _many(value, partial(expanded, books, each.content))
        else:
            shown[each.name] = times.shown(value, books.switches) if isinstance(value, datetime) else value
    return shown


def address_block(address: Record) -> Record:
    """Returns the lines of an address as they are printed."""
    town = " ".join(address[name] for name in ("State", "PostalCode") if address.get(name))
    city = ", ".join(each for each in (address.get("City"), town) if each)
    lines = [*(address.get(f"Addr{number}") for number in range(1, 6)), city, address.get("Country")]
    return {f"Addr{number}": line for number, line in enumerate([line for line in lines if line][:5], 1)}


def _many(value: Any, show: Callable[[Any], Any]) -> Any:
    return [show(each) for each in value] if isinstance(value, list) else show(value)


def _named(books: Books, identifier: str) -> Record:
    found = element(books, identifier)
    return {"ListID": identifier, "FullName": found["FullName"]} if found else {"ListID": identifier}


def _nothing(_books: Books, _kind: str, _record: Record) -> Record:
    return {}


def _vendor(books: Books, _kind: str, record: Record) -> Record:
    balance = books.state.owed.get(record["ListID"], ZERO)
    return {"Balance": balance, "VendorAddressBlock": address_block(record.get("VendorAddress") or {})}


def _account(books: Books, _kind: str, record: Record) -> Record:
    posted, prefix = books.state.posted, f"{record['FullName']}:"
    balance = posted.get(record["ListID"], ZERO)
    below = (identifier for identifier, row in books.rows("Account").items() if row["FullName"].startswith(prefix))
    return {"Balance": balance, "TotalBalance": sum((posted.get(each, ZERO) for each in below), balance)}


def _payable(books: Books, kind: str, record: Record) -> Record:
    unpaid = ledger.open_of(books.state, record["TxnID"])
    derived: Record = {"LinkedTxn": [_link(books, *use) for use in ledger.uses(books.state, record["TxnID"])]}
    if kind == "Bill":
        derived["IsPaid"] = unpaid == 0
    if books.switches.open_amount != "left_out":
        derived["OpenAmount"] = unpaid if books.switches.open_amount == "sent" else record[KINDS[kind].total]
    return derived


def _payment(books: Books, kind: str, record: Record) -> Record:
    rows = [_applied(books, row) for row in record["AppliedToTxnRet"]]
    derived: Record = {"AppliedToTxnRet": rows, "AddressBlock": address_block(record.get("Address") or {})}
    if kind == "BillPaymentCheck":
        derived["IsToBePrinted"] = record.get("IsToBePrinted", False)
    return derived


def _applied(books: Books, row: Record) -> Record:
    remaining = ledger.open_of(books.state, row["TxnID"]) if row["TxnID"] in books.state.open else ZERO
    links = [
        _link(books, each["CreditTxnID"], "VendorCredit", each["AppliedAmount"]) for each in row.get("SetCredit", ())
    ]
    return {**row, **_identified(books, row["TxnID"]), "BalanceRemaining": remaining, "LinkedTxn": links}


def _link(books: Books, identifier: str, _kind: str, amount: Decimal) -> Record:
    return {**_identified(books, identifier), "LinkType": "AMTTYPE", "Amount": -amount}


def _identified(books: Books, identifier: str) -> Record:
    found = books.state.transaction(identifier)
    if found is None:
        return {"TxnID": identifier}
    kind, record = found
    return {"TxnID": identifier, "TxnType": kind, "TxnDate": record["TxnDate"], "RefNumber": record.get("RefNumber")}


_DERIVED: dict[str, Callable[[Books, str, Record], Record]] = {
    "Vendor": _vendor,
    "Account": _account,
    "Bill": _payable,
    "VendorCredit": _payable,
    "BillPaymentCheck": _payment,
    "BillPaymentCreditCard": _payment,
}
