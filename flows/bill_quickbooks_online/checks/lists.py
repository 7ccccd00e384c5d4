"""How BILL's accounts, classes and departments fit the company's lists; pure."""

from blocks.bill.account import SYSTEM as BILL
from blocks.bill.client import Kind
from blocks.quickbooks_online.account import SYSTEM
from blocks.quickbooks_online.company import Company
from blocks.source import Row
from flows.bill_chart import coded, rows
from flows.bill_checks import BillLists
from flows.bill_quickbooks_online.checks.company import QuickBooksLists
from flows.bill_quickbooks_online.department_classes import department_classes, may_be_classes
from flows.bill_quickbooks_online.documents import how_mixed
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from flows.charts import Matching
from flows.checks import Findings
from flows.matches import Compared, judge_keys, judge_mapping, judge_matches, listed

ACCOUNTS: Kind = "chart-of-accounts"
CLASSES: Kind = "accounting-classes"
DEPARTMENTS: Kind = "departments"
HELD = "bills that use them are held"
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
    accounts = Compared("accounts", "BILL accounts", _active(bill, ACCOUNTS), SYSTEM, books.accounts)
    judge_matches(accounts, Matching("account", rules.accounts, coded), found, HELD, essential=True)
    judge_mapping("accounts", rules.accounts, SYSTEM, books.accounts, found)
    judge_keys("accounts", rules.accounts, BILL, _keys(bill, ACCOUNTS), found)


def judge_classes(
    rules: BillQuickBooksOnlineConnection, bill: BillLists, books: QuickBooksLists, found: Findings
) -> None:
    """The classes of a company that tracks them, and their mapping, have their verdicts."""
    if books.company is None or books.company.class_per == "off":
        return
    classes = Compared("classes", "BILL classes", _active(bill, CLASSES), SYSTEM, books.classes)
    judge_matches(classes, Matching("class", rules.classes, coded), found, HELD)
    judge_mapping("classes", rules.classes, SYSTEM, books.classes, found)
    judge_keys("classes", rules.classes, BILL, _keys(bill, CLASSES), found)


def judge_departments(
    rules: BillQuickBooksOnlineConnection, bill: BillLists, books: QuickBooksLists, found: Findings
) -> None:
    """What stands for the departments of lines in this company has its verdicts: locations, classes, or nothing."""
    if books.company is None:
        return
    if books.company.locations:
        kind = location_kind(rules)
        places = Compared(kind, f"BILL {kind}", _active(bill, kind), SYSTEM, books.departments)
        judge_matches(places, Matching("location", rules.departments, coded), found, HELD)
        judge_mapping("departments", rules.departments, SYSTEM, books.departments, found)
        judge_keys("departments", rules.departments, BILL, _keys(bill, kind), found)
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
    judge_keys(what, rules.department_classes, BILL, _keys(bill, DEPARTMENTS), found)
    if departments is None or books.classes is None:
        found.add(what, "unverified", "one of the two systems did not list them")
        return
    active = {one: entry for one, entry in departments.items() if entry.active}
    matched = department_classes(active, books.classes, rules)
    lacking = [entry.name for one, entry in active.items() if one not in matched]
    said = f"{len(matched):,} of {len(active):,} BILL departments have a class"
    held = f"; without one: {listed(lacking)} (bills that need it are held)" if lacking else ""
    found.add(what, "warning" if lacking else "ok", f"{said}{held}")


def _active(bill: BillLists, kind: Kind) -> list[Row] | None:
    found = _rows(bill, kind)
    return None if found is None else [row for row in found if not row.content.archived]


def _keys(bill: BillLists, kind: Kind) -> set[str] | None:
    """Returns what the connection file may call BILL's entries: their ids, and their numbers or short names."""
    found = _rows(bill, kind)
    return None if found is None else {key for row in found for key in (row.id, coded(row).code) if key}


def _rows(bill: BillLists, kind: Kind) -> list[Row] | None:
    records = bill.lists.get(kind)
    return None if records is None else [row for record in records for row in rows(record)]
