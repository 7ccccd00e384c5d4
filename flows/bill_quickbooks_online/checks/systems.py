"""What is found out about a connection of BILL and QuickBooks Online before it runs; reads only."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from blocks.bill.account import SYSTEM as BILL
from blocks.bill.client import BillClient, Kind
from blocks.bill.pages import Page
from blocks.quickbooks_online.account import SYSTEM
from flows.bill_checks import NOT_LISTED, BillLists, Needs, examination
from flows.bill_quickbooks_online.checks.company import QuickBooksLists, examine_quickbooks
from flows.bill_quickbooks_online.checks.lists import (
    ACCOUNTS,
    CLASSES,
    judge_accounts,
    judge_classes,
    judge_departments,
    location_kind,
)
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from flows.checks import Checks, Findings
from flows.counterparts import NEW
from flows.matches import judge_keys, judge_mapping


def judge_rules(rules: BillQuickBooksOnlineConnection, seen: Mapping[str, Any], found: Findings) -> None:
    """The reference data of both systems and the connection's rules have their verdicts."""
    bill: BillLists = seen["bill"] or NOT_LISTED
    books: QuickBooksLists = seen["quickbooks_online"] or QuickBooksLists()
    judge_accounts(rules, bill, books, found)
    judge_classes(rules, bill, books, found)
    judge_departments(rules, bill, books, found)
    judge_mapping("terms", rules.terms, SYSTEM, books.terms, found)
    mapped = {one: to for one, to in rules.vendors.items() if to != NEW}
    judge_mapping("vendors", mapped, SYSTEM, books.vendors, found)
    judge_keys("vendors", rules.vendors, BILL, bill.vendors, found)


def _records(bill: BillClient) -> dict[str, AsyncIterator[Page]]:
    return {
        "vendors": bill.vendors(),
        "bills": bill.bills(),
        "recurring bills": bill.recurring_bills(),
        "payments": bill.payments(),
    }


def _lists(rules: BillQuickBooksOnlineConnection) -> Sequence[Kind]:
    return (ACCOUNTS, CLASSES, location_kind(rules))


NEEDS = Needs(_records, _lists, lambda rules: rules.vendors)
CHECKS = Checks(
    alone={"bill": examination(NEEDS), "quickbooks_online": examine_quickbooks},
    together=judge_rules,
)
