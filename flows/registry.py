"""The list of pairs and of credentials, by the names that connection files use."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from prefect import Flow
from prefect.blocks.core import Block

from blocks.bill.credentials import BillCredentials
from blocks.procurify.credentials import ProcurifyCredentials
from blocks.qad.credentials import QadCredentials
from blocks.quickbooks_desktop.credentials import QuickBooksDesktopCredentials
from blocks.quickbooks_online.credentials import QuickBooksOnlineCredentials
from flows.bill_quickbooks_desktop.beginning import opening as desktop_opening
from flows.bill_quickbooks_desktop.checks.systems import CHECKS as DESKTOP_CHECKS
from flows.bill_quickbooks_desktop.comparison.readings import BILL_QUICKBOOKS_DESKTOP
from flows.bill_quickbooks_desktop.flow import ANNOUNCES as DESKTOP_ANNOUNCES
from flows.bill_quickbooks_desktop.flow import bill_quickbooks_desktop
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from flows.bill_quickbooks_online.checks.systems import CHECKS as BOOKS_CHECKS
from flows.bill_quickbooks_online.comparison.readings import BILL_QUICKBOOKS_ONLINE
from flows.bill_quickbooks_online.flow import BILL_ANNOUNCES, ECHOES, QUICKBOOKS_ANNOUNCES, bill_quickbooks_online
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from flows.checks import Checks
from flows.connection import Connection
from flows.procurify_qad.checks.systems import CHECKS as PROCURIFY_CHECKS
from flows.procurify_qad.comparison.readings import PROCURIFY_QAD
from flows.procurify_qad.flow import procurify_qad
from flows.procurify_qad.rules import ProcurifyQadConnection
from flows.qad_bill.books import QAD_BILL
from flows.qad_bill.checks import CHECKS as QAD_BILL_CHECKS
from flows.qad_bill.flow import ANNOUNCES, qad_bill
from flows.qad_bill.rules import QadBillConnection
from flows.reconcile.differences import Comparison
from tasks.state.store import Store


class Pair(NamedTuple):
    """A pair of systems: its flow and the type of its connections."""

    flow: Flow[..., Any]
    connection: type[Connection]
    announces: dict[str, dict[str, str]]  # webhook events: vendor -> prefix of the event type -> stream
    checks: Checks | None = None  # what `check` asks of both systems
    comparison: Comparison | None = None  # how `reconcile` compares them
    echoes: Mapping[str, Sequence[str]] = MappingProxyType({})  # reading stream -> streams whose writes it hears of
    visited: bool = False  # its runs begin when the QuickBooks Web Connector comes, and only then
    opening: Callable[[Store, str], Awaitable[str]] | None = None  # what a session of that begins with, by connection


CREDENTIALS: dict[str, type[Block]] = {
    kind.get_block_type_slug(): kind
    for kind in (
        QadCredentials,
        BillCredentials,
        ProcurifyCredentials,
        QuickBooksOnlineCredentials,
        QuickBooksDesktopCredentials,
    )
}
PAIRS: dict[str, Pair] = {
    BillQuickBooksDesktopConnection.pair: Pair(
        bill_quickbooks_desktop,
        BillQuickBooksDesktopConnection,
        {"bill": DESKTOP_ANNOUNCES, "quickbooks_desktop": {}},
        checks=DESKTOP_CHECKS,
        comparison=BILL_QUICKBOOKS_DESKTOP,
        visited=True,
        opening=desktop_opening,
    ),
    QadBillConnection.pair: Pair(
        qad_bill,
        QadBillConnection,
        {"bill": ANNOUNCES},
        checks=QAD_BILL_CHECKS,
        comparison=QAD_BILL,
    ),
    ProcurifyQadConnection.pair: Pair(
        procurify_qad,
        ProcurifyQadConnection,
        {},
        checks=PROCURIFY_CHECKS,
        comparison=PROCURIFY_QAD,
    ),
    BillQuickBooksOnlineConnection.pair: Pair(
        bill_quickbooks_online,
        BillQuickBooksOnlineConnection,
        {"bill": BILL_ANNOUNCES, "quickbooks_online": QUICKBOOKS_ANNOUNCES},
        checks=BOOKS_CHECKS,
        comparison=BILL_QUICKBOOKS_ONLINE,
        echoes=ECHOES,
    ),
}
