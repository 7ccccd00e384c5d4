"""Which accounts bills and payments are booked to, as the last run read them; pure."""

from flows.bill_quickbooks_desktop.bill_references import PAYABLES
from flows.bill_quickbooks_desktop.checks.visits import LastVisit
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from flows.books_checks import called, judge_payment_account
from flows.charts import named
from flows.checks import Findings
from flows.matches import Entries

LISTS = {"Account": "accounts", "Class": "classes", "Terms": "terms", "Vendor": "vendors"}


def judge_accounts(visit: LastVisit, rules: BillQuickBooksDesktopConnection, found: Findings) -> None:
    """What was read of the company's lists, and the accounts that the rules name, are rows more."""
    if not visit.lists:
        found.add("lists", "unverified", "no run has read them yet: they come with the first run")
        return
    counted = ", ".join(f"{len(visit.lists.get(kind, ())):,} {name}" for kind, name in LISTS.items())
    found.add("lists", "ok", f"{counted}, as the last run read them")
    accounts = visit.lists.get("Account", {})
    _judge_payables(accounts, rules.payables_account, found)
    judge_payment_account(accounts, rules.payment_account, found)


def _judge_payables(accounts: Entries, wanted: str, found: Findings) -> None:
    what = "payables account"
    ours = {one: entry for one, entry in accounts.items() if entry.active and entry.body.get("AccountType") == PAYABLES}
    chosen = named(ours, wanted) if wanted else None
    if not ours:
        found.add(what, "error", "the company has no active account of the type Accounts Payable")
    elif wanted and chosen is None:
        said = f"payables_account is {wanted}, but the accounts of that type are {called(ours.values())}"
        found.add(what, "error", said)
    elif chosen is None and len(ours) > 1:
        said = f"QuickBooks chooses among {called(ours.values())}"
        found.add(what, "warning", f"{said}. Set payables_account to the one that bills of BILL belong to.")
    else:
        found.add(what, "ok", called([chosen] if chosen else ours.values()))
