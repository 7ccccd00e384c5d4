"""Whether the company file holds exactly what BILL says: read from both sandboxes, independent of the product."""

from collections import Counter
from decimal import Decimal

from tests.sandbox.bill import BillSandbox
from tests.sandbox.quickbooks_desktop import CompanyFile

Coded = Counter[tuple[str, str, Decimal]]  # account number, class, amount
Document = tuple[str, Decimal, Coded]  # number, total, lines
NUMBER = 20  # characters of a bill's number in QuickBooks


def wanted(bill: BillSandbox) -> dict[str, Document]:
    """Returns what QuickBooks must hold, by BILL's id of the bill."""
    charts, named = (bill.classifications[kind] for kind in ("chart-of-accounts", "accounting-classes"))
    found = {}
    for one in bill.bills.values():
        lines: Coded = Counter()
        for line in one["billLineItems"]:
            coded = line["classifications"]
            its_class = named[coded["accountingClassId"]]["name"] if "accountingClassId" in coded else ""
            lines[charts[coded["chartOfAccountId"]]["account"]["number"], its_class, line["amount"]] += 1
        found[one["id"]] = (one["invoice"]["invoiceNumber"][:NUMBER], one["amount"], lines)
    return found


def held(company: CompanyFile) -> dict[str, list[Document]]:
    """Returns what QuickBooks holds, in the same terms; more than one entry in a list is a duplicate."""
    numbers = {one["ListID"]: one["AccountNumber"] for one in company.accounts.values() if one.get("AccountNumber")}
    found: dict[str, list[Document]] = {}
    for one in company.bills.values():
        lines: Coded = Counter()
        for line in one["ExpenseLineRet"]:
            its_class = line["ClassRef"]["FullName"] if line.get("ClassRef") else ""
            lines[numbers[line["AccountRef"]["ListID"]], its_class, line["Amount"]] += 1
        found.setdefault(source_of(one["Memo"]), []).append((one["RefNumber"], one["AmountDue"], lines))
    return found


def paid(company: CompanyFile) -> dict[str, list[Counter[tuple[str, Decimal]]]]:
    """Returns what the payments in QuickBooks pay of which of BILL's bills, by BILL's id of the payment."""
    bills = {txn_id: source_of(one["Memo"]) for txn_id, one in company.bills.items()}
    found: dict[str, list[Counter[tuple[str, Decimal]]]] = {}
    for one in company.payments.values():
        applied = Counter((bills[line["TxnID"]], line["Amount"]) for line in one["AppliedToTxnRet"])
        found.setdefault(source_of(one["Memo"]), []).append(applied)
    return found


def source_of(memo: str) -> str:
    """Returns BILL's id of the record that a memo names."""
    return memo.split()[2].rstrip(":")


def assert_agreement(bill: BillSandbox, company: CompanyFile) -> None:
    """Fails unless every bill and payment is in QuickBooks exactly once, to the cent, and applied as BILL says."""
    ours, theirs = wanted(bill), held(company)
    assert not ours.keys() - theirs.keys(), f"{len(ours.keys() - theirs.keys())} bills are missing"
    assert not theirs.keys() - ours.keys(), "QuickBooks has bills that BILL does not know"
    twice = [one for one, entries in theirs.items() if len(entries) != 1]
    assert not twice, f"{len(twice)} bills are there more than once, for example {twice[0]}"
    wrong = [one for one, entry in ours.items() if theirs[one] != [entry]]
    assert not wrong, f"{len(wrong)} bills differ, for example {ours[wrong[0]]} and {theirs[wrong[0]]}"
    issued = {
        one["id"]: [Counter((split["billId"], split["amount"]) for split in one["billPayments"])]
        for one in bill.payments.values()
    }
    assert paid(company) == issued
    owed = {source_of(one["Memo"]): one["OpenAmount"] for one in company.bills.values()}
    assert owed == {one["id"]: one["dueAmount"] for one in bill.bills.values()}
