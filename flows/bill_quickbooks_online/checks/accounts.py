"""Which accounts payable account of a QuickBooks Online company documents are booked to; pure."""

from collections import defaultdict

from flows.bill_quickbooks_online.bill_references import PAYABLES
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from flows.books_checks import called
from flows.charts import named
from flows.checks import Findings
from flows.matches import Entries, listed
from tasks.state.mirrors import Mirrored


def judge_payables(accounts: Entries, rules: BillQuickBooksOnlineConnection, home: str, found: Findings) -> None:
    """Whether it is clear which accounts payable account documents name is one row more.

    Args:
        accounts: the company's, by id.
        rules: the connection's.
        home: the company's own currency; empty if that is not known.
        found: gets the row.
    """
    what, wanted = "payables account", rules.payables_account
    ours = {one: entry for one, entry in accounts.items() if entry.active and entry.body.get("AccountType") == PAYABLES}
    chosen = named(ours, wanted) if wanted else None
    held = _several(ours, home, chosen)
    if not ours:
        found.add(what, "error", "the company has no active account of the type Accounts Payable")
    elif wanted and chosen is None:
        said = f"payables_account is {wanted}, but the accounts of that type are {called(ours.values())}"
        found.add(what, "error", said)
    elif home in held:
        said = f"there are several in {home or 'the home currency'}: set payables_account to one of"
        found.add(what, "error", f"{said} {called(held[home])}")
    elif home and not any(_currency(entry, home) == home for entry in ours.values()):
        found.add(what, "error", f"there is none in {home}, only {called(ours.values())}")
    elif held:
        said = f"there are several in {listed(sorted(held))}: bills in these currencies are held"
        found.add(what, "warning", said)
    else:
        found.add(what, "ok", called([chosen] if chosen else ours.values()))


def _several(ours: Entries, home: str, chosen: Mirrored | None) -> dict[str, list[Mirrored]]:
    """Returns the accounts by currency where there are several, and none of them is the chosen one."""
    by_currency: defaultdict[str, list[Mirrored]] = defaultdict(list)
    for entry in ours.values():
        by_currency[_currency(entry, home)].append(entry)
    return {one: entries for one, entries in by_currency.items() if len(entries) > 1 and chosen not in entries}


def _currency(account: Mirrored, home: str) -> str:
    return str((account.body.get("CurrencyRef") or {}).get("value") or home)
