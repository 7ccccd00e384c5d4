"""What is found out about a connection of BILL and QuickBooks Desktop before it runs; reads only."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from blocks.bill.account import SYSTEM as BILL
from blocks.bill.client import BillClient, Kind
from blocks.bill.pages import Page
from blocks.quickbooks_desktop.channel import SYSTEM
from flows.bill_checks import NOT_LISTED, BillLists, Needs, examination
from flows.bill_matches import Matched, judge_list
from flows.bill_quickbooks_desktop.checks.company import examine_quickbooks
from flows.bill_quickbooks_desktop.checks.settings import judge_edits, judge_waiting
from flows.bill_quickbooks_desktop.checks.visits import LastVisit, last_visit
from flows.bill_quickbooks_desktop.reference import KINDS
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from flows.checks import Checks, Findings
from flows.counterparts import NEW
from flows.matches import judge_keys, judge_mapping

ACCOUNTS: Kind = "chart-of-accounts"


def judge_rules(rules: BillQuickBooksDesktopConnection, seen: Mapping[str, Any], found: Findings) -> None:
    """The reference data of both systems and the connection's rules have their verdicts."""
    bill: BillLists = seen["bill"] or NOT_LISTED
    visit: LastVisit | None = seen["quickbooks_desktop"]
    lists = visit.lists if visit else {}
    accounts = Matched("accounts", "account", ACCOUNTS, "BILL accounts", rules.accounts)
    judge_list(accounts, bill, SYSTEM, lists.get("Account"), found, essential=True)
    if visit and visit.company and visit.company.class_tracking:
        kind = KINDS[rules.class_from]
        classes = Matched("classes", "class", kind, f"BILL {kind.replace('-', ' ')}", rules.classes)
        judge_list(classes, bill, SYSTEM, lists.get("Class"), found)
    judge_mapping("terms", rules.terms, SYSTEM, lists.get("Terms"), found)
    mapped = {one: to for one, to in rules.vendors.items() if to != NEW}
    judge_mapping("vendors", mapped, SYSTEM, lists.get("Vendor"), found)
    judge_keys("vendors", rules.vendors, BILL, bill.vendors, found)
    judge_edits(rules, found)
    judge_waiting(rules, visit.account if visit else None, found)


def _records(bill: BillClient) -> dict[str, AsyncIterator[Page]]:
    return {"vendors": bill.vendors(), "bills": bill.bills(), "payments": bill.payments()}


def _lists(rules: BillQuickBooksDesktopConnection) -> Sequence[Kind]:
    return (ACCOUNTS, KINDS[rules.class_from])


NEEDS = Needs(_records, _lists, lambda rules: rules.vendors)
CHECKS = Checks(
    alone={"bill": examination(NEEDS), "quickbooks_desktop": examine_quickbooks},
    together=judge_rules,
    opened={"quickbooks_desktop": last_visit},
)
