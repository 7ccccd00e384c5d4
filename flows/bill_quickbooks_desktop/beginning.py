"""What every cycle asks of QuickBooks anyway, so that it goes out before the run behind it has even started."""

from blocks.quickbooks_desktop import queries
from blocks.quickbooks_desktop.queries import Query, first
from blocks.quickbooks_desktop.render import document
from flows.bill_quickbooks_desktop.changes import BILL, PAYMENT, VENDOR, Kind, asked
from flows.bill_quickbooks_desktop.lists import VENDORS, small_lists
from flows.bill_quickbooks_desktop.restored import probes
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from flows.bill_quickbooks_desktop.since import reading_from
from tasks.state import progress
from tasks.state.ledger import Ledger
from tasks.state.store import Store

READ_BACK: dict[str, Kind] = {
    "quickbooks_vendors": VENDOR,
    "quickbooks_bills": BILL,
    "quickbooks_payments": PAYMENT,
}  # streams -> what they read


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
    vendors = queries.vendors(reading_from(ledger, VENDORS, progress.watermark(ledger, VENDORS)))
    found = [*probes(ledger), *small_lists(), first(vendors)]
    for stream, kind in READ_BACK.items():
        if mark := progress.watermark(ledger, stream):
            changed, deleted = asked(ledger, kind, mark)
            found += [first(changed), deleted]
    return found
