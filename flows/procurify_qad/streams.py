"""What moves between Procurify and QAD, in the order it must move."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from blocks.procurify import source
from blocks.procurify.client import ProcurifyClient
from blocks.qad.client import QadClient
from blocks.source import Reader
from flows.procurify_qad.bills import bills
from flows.procurify_qad.gl_accounts import gl_accounts
from flows.procurify_qad.look_back import Earlier
from flows.procurify_qad.orders import orders_by_line, purchase_orders
from flows.procurify_qad.payments import payments
from flows.procurify_qad.qad_book import QadBook
from flows.procurify_qad.receipts import receipts
from flows.procurify_qad.rules import ProcurifyQadConnection
from flows.procurify_qad.supplier_of import awaited_vendors
from flows.procurify_qad.suppliers import suppliers
from tasks.state.ledger import Ledger
from tasks.stream import Stream


def streams_of(
    procurify: ProcurifyClient,
    qad: QadClient,
    rules: ProcurifyQadConnection,
    ledger: Ledger,
    further_back: timedelta | None,
) -> list[Stream]:
    """Returns the pair's streams: what buyers pick from first, then orders, what was received, bills, and payments.

    Args:
        procurify: the one side.
        qad: the other.
        rules: what a user has set.
        ledger: what is known of the records.
        further_back: how much earlier than usual documents are read from.
    """

    def earlier(reader: Reader) -> Reader:
        """Returns what reads the same from further back."""
        return Earlier(reader, further_back or timedelta())

    lag, zone, book = timedelta(minutes=rules.lag_minutes), ZoneInfo(rules.time_zone), QadBook(qad)
    codes, access = gl_accounts(procurify, qad, rules)
    return [
        suppliers(procurify, qad, rules),
        codes,
        access,
        awaited_vendors(procurify, qad),
        purchase_orders(
            earlier(source.purchase_orders(procurify, zone, orders_by_line(ledger))), book, rules, codes, ledger
        ),
        receipts(qad),
        bills(earlier(source.bills(procurify, lag)), book, rules, codes),
        payments(earlier(source.payments(procurify, lag)), qad),
    ]
