"""Which of the rules cannot work as they are set; pure."""

from typing import get_args

from blocks.quickbooks_desktop.account import QuickBooksDesktopAccount
from flows.bill_quickbooks_desktop.rules import ANY_FIELD, BillQuickBooksDesktopConnection
from flows.bill_quickbooks_desktop.vendor_fields import FIELDS
from flows.checks import Findings
from flows.matches import listed
from flows.merging import Prefer


def judge_edits(rules: BillQuickBooksDesktopConnection, found: Findings) -> None:
    """Whose edit of a vendor counts, and whether the rules name fields that there are, is one row more."""
    what = "vendor_edits"
    unknown = sorted(rules.vendor_edits.keys() - {*FIELDS, ANY_FIELD})
    if unknown:
        said = f"there is no field {listed(unknown)}; there are {', '.join(FIELDS)} and {ANY_FIELD}"
        found.add(what, "error", said)
        return
    by_rule = {rule: [field for field in FIELDS if rules.prefers(field) == rule] for rule in get_args(Prefer)}
    said = "; ".join(f"{rule}: {', '.join(fields)}" for rule, fields in by_rule.items() if fields)
    found.add(what, "ok", f"where both sides were edited, {said}")


def judge_waiting(
    rules: BillQuickBooksDesktopConnection, account: QuickBooksDesktopAccount | None, found: Findings
) -> None:
    """Settings that make runs wait in vain are rows more."""
    if rules.schedule:
        said = "runs begin when the Web Connector comes; one that a schedule starts waits for its next visit"
        found.add("schedule", "warning", f"{said}. Leave it empty.")
    wait = rules.wait_for_web_connector_seconds
    if account is not None and 0 < wait < 60 * account.run_every_minutes:
        said = f"{wait:g} seconds are less than the {account.run_every_minutes} minutes between two visits"
        found.add("wait_for_web_connector_seconds", "warning", f"{said}: runs that people start give up too early")
