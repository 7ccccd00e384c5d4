"""What is judged of any company's books before bills and payments go there: pure."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from flows.charts import named
from flows.checks import Findings
from flows.matches import Entries, listed
from tasks.state.mirrors import Mirrored

BANK = "Bank"  # the only type of account that a payment by check is made from


def judge_payment_account(accounts: Entries, wanted: str, found: Findings) -> None:
    """Whether payments of bills have a bank account is one row more.

    Args:
        accounts: the company's, by id.
        wanted: what the rules say; empty if they say nothing.
        found: gets the row.
    """
    what = "payment account"
    chosen = named(accounts, wanted) if wanted else None
    if not wanted:
        found.add(what, "warning", "payment_account is not set: payments made in BILL are held until it is")
    elif chosen is None or not chosen.active:
        found.add(what, "error", f"payment_account is {wanted}, which is not an active account of the company")
    elif chosen.body.get("AccountType") != BANK:
        kind = chosen.body.get("AccountType")
        found.add(what, "error", f"payment_account is {chosen.name}, of the type {kind}; it must be a bank account")
    else:
        found.add(what, "ok", f"payments made in BILL are made from {chosen.name}")


def judge_closing_date(closed: date | None, found: Findings) -> None:
    """Up to which day the books are closed is one row more."""
    if closed is None:
        found.add("closing date", "ok", "none")
        return
    today = closed >= datetime.now(UTC).date()
    found.add("closing date", "warning" if today else "ok", f"{closed}: bills dated up to that day are held")


def called(accounts: Iterable[Mirrored]) -> str:
    """Returns the accounts' numbers, names and ids."""
    return listed(f"{entry.number} {entry.name} ({entry.id})".strip() for entry in accounts)
