"""Whether QuickBooks Online holds exactly what BILL says: read from both sandboxes, independent of the product."""

from collections import Counter
from decimal import Decimal
from typing import Any

from tests.sandbox.bill import BillSandbox
from tests.sandbox.quickbooks_online import QuickBooksSandbox

Coded = Counter[tuple[str, str, Decimal]]  # account number, class, amount
SUFFIXES = ("", " (Vendor)", *(f" (Vendor {number})" for number in range(2, 10)))


def plain(name: str) -> str:
    """Returns a name as QuickBooks compares it, colons aside."""
    return " ".join(name.replace(":", " ").split()).casefold()


def classification(bill: BillSandbox, kind: str, record_id: str | None) -> dict[str, Any]:
    """Returns BILL's entry of one of its lists."""
    return bill.classifications[kind][record_id] if record_id else {}


def wanted(bill: BillSandbox) -> dict[str, tuple[str, str, Decimal, Coded]]:
    """Returns what QuickBooks must hold: by BILL bill id, the vendor, number, total and coded lines."""
    found = {}
    for one in bill.bills.values():
        if one["archived"] or one.get("recordStatus", "ACTIVE") != "ACTIVE":
            continue
        lines: Coded = Counter()
        for line in one["billLineItems"]:
            coded = line.get("classifications", {})
            account = classification(bill, "chart-of-accounts", coded.get("chartOfAccountId"))
            named = classification(bill, "accounting-classes", coded.get("accountingClassId"))
            lines[account["account"]["number"], named.get("name", ""), line["amount"]] += 1
        vendor = plain(bill.vendors[one["vendorId"]]["name"])
        found[one["id"]] = (vendor, one["invoice"]["invoiceNumber"], one["amount"], lines)
    return found


def held(books: QuickBooksSandbox, kind: str = "purchase_orders") -> dict[str, list[tuple[str, str, Decimal, Coded]]]:
    """Returns what QuickBooks holds in the same terms; more than one entry in a list is a duplicate."""
    found: dict[str, list[tuple[str, str, Decimal, Coded]]] = {}
    for one in getattr(books, kind).values():
        bill_id = one["PrivateNote"].split()[2]
        lines: Coded = Counter()
        for line in one["Line"]:
            detail = line["AccountBasedExpenseLineDetail"]
            account = books.accounts[detail["AccountRef"]["value"]]
            named = books.classes[detail["ClassRef"]["value"]]["Name"] if "ClassRef" in detail else ""
            lines[account["AcctNum"], named, Decimal(line["Amount"])] += 1
        vendor = plain(books.vendors[one["VendorRef"]["value"]]["DisplayName"])
        for suffix in SUFFIXES[1:]:
            vendor = vendor.removesuffix(suffix.casefold())
        found.setdefault(bill_id, []).append((vendor, one.get("DocNumber", ""), Decimal(one["TotalAmt"]), lines))
    return found


def assert_vendors(bill: BillSandbox, books: QuickBooksSandbox) -> None:
    """Fails unless every vendor in use in BILL is in QuickBooks exactly once."""
    asked = Counter(plain(one["name"]) for one in bill.vendors.values() if not one["archived"])
    there: Counter[str] = Counter()
    for one in books.vendors.values():
        if one.get("Active", True):
            name = plain(one["DisplayName"])
            for suffix in SUFFIXES[1:]:
                name = name.removesuffix(suffix.casefold())
            there[name] += 1
    assert there == asked, f"vendors made twice or missing: {dict((there - asked) + (asked - there))}"


def assert_agreement(bill: BillSandbox, books: QuickBooksSandbox, kind: str = "purchase_orders") -> None:
    """Fails unless every vendor and bill is in QuickBooks exactly once, equal to the cent, account and class."""
    assert_vendors(bill, books)
    ours, theirs = wanted(bill), held(books, kind)
    assert not ours.keys() - theirs.keys(), f"{len(ours.keys() - theirs.keys())} bills are missing"
    assert not theirs.keys() - ours.keys(), "QuickBooks has documents that BILL does not know"
    twice = [one for one, entries in theirs.items() if len(entries) != 1]
    assert not twice, f"{len(twice)} documents are there more than once, for example {twice[0]}"
    wrong = [one for one, entry in ours.items() if theirs[one] != [entry]]
    assert not wrong, f"{len(wrong)} documents differ, for example {ours[wrong[0]]} and {theirs[wrong[0]]}"
