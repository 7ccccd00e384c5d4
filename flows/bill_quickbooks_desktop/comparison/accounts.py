"""In which points the expense accounts of both systems do not agree: pure."""

from collections.abc import Iterator

from blocks.bill.account import SYSTEM as BILL
from blocks.quickbooks_desktop.channel import SYSTEM
from blocks.source import Row
from flows.bill_chart import coded
from flows.bill_comparison.points import point
from flows.bill_quickbooks_desktop.comparison.books import Books
from flows.bill_quickbooks_desktop.reference import EXPENSES
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from flows.charts import LEAF, Chart, Coded, Matching
from flows.parties import plain
from flows.reconcile.differences import Difference
from flows.reconcile.exceptions import NONE
from tasks.outcomes import Adopt
from tasks.state.mirrors import Mirrored

NAME = "accounts"
EQUAL = "Make number and name equal in both, or map the BILL account under accounts in the connection file."
ADD = "Add it there, or map the BILL account under accounts in the connection file."
ADD_TO_BILL = "Add it in BILL if bills are to be booked to it; a run does so if new_expense_accounts is create."


def of_accounts(books: Books, rules: BillQuickBooksDesktopConnection) -> Iterator[Difference]:
    """Yields accounts that are called otherwise on the other side, and expense accounts that it does not have."""
    theirs, links = books.lists.get("Account", {}), books.links_of(NAME)
    chart = Chart(SYSTEM, theirs, {}, frozenset())
    matching = Matching("account", rules.accounts, coded)
    stand_for: set[str] = set()
    for row in books.bill_accounts.values():
        found = matching(row, chart)
        link = links.get(row.id)
        target = found.target_id if isinstance(found, Adopt) else link.target_id if link else ""
        stand_for |= {target} - {""}
        if not row.content.archived and not books.knows(NAME, row.id):
            yield from _of_pair(row, theirs.get(target), rules)
    yield from _of_entered(books, stand_for)


def _of_pair(row: Row, there: Mirrored | None, rules: BillQuickBooksDesktopConnection) -> Iterator[Difference]:
    number, name = coded(row)
    said = f"{number} {name}".strip()
    if there is None:
        if _is_expense(row):
            yield Difference(NAME, row.ref, said, NONE, f"is an expense account in BILL, but not in {SYSTEM}", ADD)
    elif not there.active:
        what = f"is in use in BILL, but out of use in {SYSTEM}"
        yield Difference(NAME, row.ref, said, there.id, what, "Archive it in BILL, or put it to use again there.")
    elif not rules.accounts.keys() & {row.id, number}:  # what is mapped is called otherwise on purpose
        leaf = str(there.body.get(LEAF) or there.name)
        points = (
            point("number", number, there.number) if number and there.number else "",
            point("name", name, leaf, plain(name) in {plain(leaf), plain(there.name)}),
        )
        for one in filter(None, points):
            yield Difference(NAME, row.ref, said, f"{there.number} {there.name}".strip(), one, EQUAL)


def _of_entered(books: Books, stand_for: set[str]) -> Iterator[Difference]:
    """Yields QuickBooks' expense accounts that nothing in BILL stands for."""
    ours = Chart(BILL, {one: _entry(row) for one, row in books.bill_accounts.items()}, {}, frozenset())
    for account in books.lists.get("Account", {}).values():
        if account.id in stand_for or not account.active or account.body.get("AccountType") not in EXPENSES:
            continue
        known = Coded(account.number, str(account.body.get(LEAF) or account.name))
        if not ours.match(known, None) and not ours.has_several(known):
            said = f"{account.number} {account.name}".strip()
            what = f"is an expense account in {SYSTEM}, but not in BILL"
            yield Difference(NAME, account.number or account.name, NONE, said, what, ADD_TO_BILL)


def _entry(row: Row) -> Mirrored:
    number, name = coded(row)
    return Mirrored(row.id, number, name, not row.content.archived, {})


def _is_expense(row: Row) -> bool:
    account = row.content.account
    return account is not None and account.type in EXPENSES.values()
