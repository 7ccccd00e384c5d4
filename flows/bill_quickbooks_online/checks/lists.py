"""How BILL's accounts, classes and departments fit the company's lists; pure."""

from blocks.bill.account import SYSTEM as BILL
from blocks.bill.client import Kind
from blocks.quickbooks_online.account import SYSTEM
from blocks.quickbooks_online.company import Company
from flows.bill_checks import BillLists
from flows.bill_matches import Matched, judge_list, keys
from flows.bill_quickbooks_online.checks.company import QuickBooksLists
from flows.bill_quickbooks_online.department_classes import department_classes, may_be_classes
from flows.bill_quickbooks_online.documents import how_mixed
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from flows.checks import Findings
from flows.matches import judge_keys, judge_mapping, listed

ACCOUNTS: Kind = "chart-of-accounts"
CLASSES: Kind = "accounting-classes"
DEPARTMENTS: Kind = "departments"
MIXED = {
    "class": "the departments become the lines' classes",
    "split": "each department's lines become an order of their own",
    "hold": "such a bill is held",
}


def location_kind(rules: BillQuickBooksOnlineConnection) -> Kind:
    """Returns which of BILL's lists the company's locations stand for."""
    return DEPARTMENTS if rules.location_from == "department" else "locations"


def judge_accounts(
    rules: BillQuickBooksOnlineConnection, bill: BillLists, books: QuickBooksLists, found: Findings
) -> None:
    """The accounts and their mapping have their verdicts."""
    accounts = Matched("accounts", "account", ACCOUNTS, "BILL accounts", rules.accounts)
    judge_list(accounts, bill, SYSTEM, books.accounts, found, essential=True)


def judge_classes(
    rules: BillQuickBooksOnlineConnection, bill: BillLists, books: QuickBooksLists, found: Findings
) -> None:
    """The classes of a company that tracks them, and their mapping, have their verdicts."""
    if books.company is not None and books.company.class_per != "off":
        classes = Matched("classes", "class", CLASSES, "BILL classes", rules.classes)
        judge_list(classes, bill, SYSTEM, books.classes, found)


def judge_departments(
    rules: BillQuickBooksOnlineConnection, bill: BillLists, books: QuickBooksLists, found: Findings
) -> None:
    """What stands for the departments of lines in this company has its verdicts: locations, classes, or nothing."""
    if books.company is None:
        return
    if books.company.locations:
        kind = location_kind(rules)
        places = Matched(kind, "location", kind, f"BILL {kind}", rules.departments, "departments")
        judge_list(places, bill, SYSTEM, books.departments, found)
    _judge_mixed(rules, books.company, found)
    if may_be_classes(rules, books.company):
        _judge_department_classes(rules, bill, books, found)


def _judge_mixed(rules: BillQuickBooksOnlineConnection, company: Company, found: Findings) -> None:
    what, classes = f"{location_kind(rules)} on lines", may_be_classes(rules, company)
    if not company.locations:
        left_out = "are left out: the company tracks no locations"
        found.add(what, "ok", f"without locations, {MIXED['class']}" if classes else left_out)
        return
    how = how_mixed(rules, company)
    becomes = "hold" if how == "class" and not classes else how
    found.add(what, "warning" if becomes == "hold" else "ok", f"several in one bill: {MIXED[becomes]}")


def _judge_department_classes(
    rules: BillQuickBooksOnlineConnection, bill: BillLists, books: QuickBooksLists, found: Findings
) -> None:
    departments, what = bill.entries(DEPARTMENTS), "department classes"
    judge_mapping(what, rules.department_classes, SYSTEM, books.classes, found)
    judge_keys(what, rules.department_classes, BILL, keys(bill, DEPARTMENTS), found)
    if departments is None or books.classes is None:
        found.add(what, "unverified", "one of the two systems did not list them")
        return
    active = {one: entry for one, entry in departments.items() if entry.active}
    matched = department_classes(active, books.classes, rules)
    lacking = [entry.name for one, entry in active.items() if one not in matched]
    said = f"{len(matched):,} of {len(active):,} BILL departments have a class"
    held = f"; without one: {listed(lacking)} (bills that need it are held)" if lacking else ""
    found.add(what, "warning" if lacking else "ok", f"{said}{held}")
