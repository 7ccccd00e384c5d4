"""Whether both systems hold the same vendors, bills and payments: read from the sandboxes, independent of the product.

Names and numbers must be such that both can hold them as they are. What is archived or voided is nowhere, and memos
are not looked at: a record is known by its vendor, number and day.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from tests.sandbox.bill import BillSandbox
from tests.sandbox.quickbooks_desktop import CompanyFile


def assert_same_books(bill: BillSandbox, company: CompanyFile) -> None:
    """Fails unless all is on both sides exactly once, equal to the cent, the account, the class and what is open."""
    _compare("vendors", _vendors(bill), _quickbooks_vendors(company))
    _compare("bills", _bills(bill), _quickbooks_bills(company))
    _compare("payments", _payments(bill), _quickbooks_payments(company))


def _compare(what: str, ours: Iterable[Any], theirs: Iterable[Any]) -> None:
    wanted, held = Counter(ours), Counter(theirs)
    missing, extra = list((wanted - held).elements()), list((held - wanted).elements())
    said = f"{len(missing)} {what} missing or other, such as {missing[:2]}; {len(extra)} too many, such as {extra[:2]}"
    assert not missing and not extra, said


def _vendors(bill: BillSandbox) -> Iterable[Any]:
    for one in bill.vendors.values():
        if not one["archived"]:
            yield one["name"], one.get("phone", ""), one.get("email", "")


def _quickbooks_vendors(company: CompanyFile) -> Iterable[Any]:
    for one in company.vendors.values():
        if one["IsActive"]:
            yield one["Name"], one.get("Phone", ""), one.get("Email", "")


def _bills(bill: BillSandbox) -> Iterable[Any]:
    for one in bill.bills.values():
        if not one["archived"]:
            invoice, lines = one["invoice"], Counter(_line(bill, line) for line in one["billLineItems"])
            days = invoice["invoiceDate"], one["dueDate"]
            money = one["amount"], one["dueAmount"], frozenset(lines.items())
            yield bill.vendors[one["vendorId"]]["name"], invoice["invoiceNumber"], days, money


def _line(bill: BillSandbox, line: dict[str, Any]) -> Any:
    coded, lists = line["classifications"], bill.classifications
    named = lists["accounting-classes"].get(coded.get("accountingClassId", ""))
    number = lists["chart-of-accounts"][coded["chartOfAccountId"]]["account"]["number"]
    return number, named["name"] if named else "", line["amount"]


def _quickbooks_bills(company: CompanyFile) -> Iterable[Any]:
    numbers = {one["ListID"]: one.get("AccountNumber") for one in company.accounts.values()}
    for one in company.bills.values():
        if not _is_void(one):
            lines = Counter(_quickbooks_line(numbers, line) for line in one["ExpenseLineRet"])
            days = one["TxnDate"].isoformat(), one["DueDate"].isoformat()
            money = one["AmountDue"], one["OpenAmount"], frozenset(lines.items())
            yield one["VendorRef"]["FullName"], one["RefNumber"], days, money


def _quickbooks_line(numbers: dict[str, Any], line: dict[str, Any]) -> Any:
    return numbers[line["AccountRef"]["ListID"]], line.get("ClassRef", {}).get("FullName", ""), line["Amount"]


def _payments(bill: BillSandbox) -> Iterable[Any]:
    for one in bill.payments.values():
        if one["singleStatus"] == "CLEARED":
            rows = [(bill.bills[part["billId"]], part["amount"]) for part in one["billPayments"]]
            parts = ((bill.vendors[of["vendorId"]]["name"], of["invoice"]["invoiceNumber"], paid) for of, paid in rows)
            yield one["processDate"], frozenset(parts)


def _quickbooks_payments(company: CompanyFile) -> Iterable[Any]:
    bills = company.bills
    for one in company.payments.values():
        if not _is_void(one):
            payee, applied = one["PayeeEntityRef"]["FullName"], one["AppliedToTxnRet"]
            parts = ((payee, bills[row["TxnID"]]["RefNumber"], row["Amount"]) for row in applied)
            yield one["TxnDate"].isoformat(), frozenset(parts)


def _is_void(record: dict[str, Any]) -> bool:
    return str(record.get("Memo", "")).startswith("VOID:")
