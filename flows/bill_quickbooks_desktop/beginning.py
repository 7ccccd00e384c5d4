"""What every cycle asks of QuickBooks anyway, so that it goes out before the run behind it has even started."""

from blocks.quickbooks_desktop.queries import Query, first
from blocks.quickbooks_desktop.render import document
from flows.bill_quickbooks_desktop.changes import BILL, PAYMENT, VENDOR, asked
from flows.bill_quickbooks_desktop.lists import small_lists, vendor_questions
from flows.bill_quickbooks_desktop.restored import probes
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from flows.bill_quickbooks_desktop.since import VENDORS
from tasks.state import progress
from tasks.state.ledger import Ledger
from tasks.state.store import Store


async def opening(store: Store, connection: str) -> str:
    """Returns the document that a session of this connection begins with.

    Raises:
        ConfigurationError: there is no such connection.
    """
    rules = await BillQuickBooksDesktopConnection.named(connection)
    sides = await rules.sides()
    scope = f"{rules.pair}/{connection}@{sides[0].identity}>{sides[1].identity}"
    asked_first = questions(Ledger(store, rules.pair, connection, scope, ""))
    numbered = [one._replace(attributes={**one.attributes, "requestID": str(n)}) for n, one in enumerate(asked_first)]
    return document(numbered)


def questions(ledger: Ledger) -> list[Query]:
    """Returns the questions, exactly as the run will ask them."""
    vendors, *gone = vendor_questions(ledger, progress.watermark(ledger, VENDORS))
    found = [*probes(ledger), *small_lists(), first(vendors), *gone]
    for kind in (VENDOR, BILL, PAYMENT):
        if mark := progress.watermark(ledger, kind.read_by):
            changed, deleted = asked(ledger, kind, mark)
            found += [first(changed), deleted]
    return found
