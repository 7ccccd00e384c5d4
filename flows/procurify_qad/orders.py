"""Stream `purchase_orders`: orders that were placed in Procurify are purchase orders in QAD."""

from collections.abc import Callable, Sequence

from blocks.procurify.order_source import ChangedLine
from blocks.procurify.orders import CANCELLED, CLOSED, PAID, PURCHASED, REOPENED, PurchaseOrder
from blocks.qad.order_target import PurchaseOrderTarget
from blocks.source import Reader, Row, content_hash
from blocks.target import Body
from flows.procurify_qad.line_links import ORDERED, ordered_lines
from flows.procurify_qad.order_lines import Coding, OrderLine
from flows.procurify_qad.order_mapping import to_order
from flows.procurify_qad.order_references import OrderAlignment, OrdersKnown, supplied
from flows.procurify_qad.qad_book import QadBook
from flows.procurify_qad.rules import ProcurifyQadConnection
from flows.unfit import UnfitError
from tasks.outcomes import Agreed, Decision, Hold, Ignore, Keep, Refuse, Write, in_source
from tasks.state.ledger import Ledger
from tasks.state.models import Link
from tasks.stream import Stream

NAME = "purchase_orders"
KIND = "order"
PLACED, OVER = frozenset({PURCHASED, REOPENED}), frozenset({CLOSED, PAID})


def decide(rules: ProcurifyQadConnection) -> Callable[[Row, OrdersKnown], Decision]:
    """Returns the decision about an order."""

    def decided(row: Row, known: OrdersKnown) -> Decision:
        order: PurchaseOrder = row.content
        link = known.links.get(row.id)
        if order.state == CANCELLED:
            return _cancelled(link)
        if why := _not_ours(order, link, known.is_first, rules):
            return Ignore(why)
        if order.state not in PLACED | OVER:
            return Hold(
                f"is in Procurify's state {order.state}, which is none of an order that was placed", in_source(row.id)
            )
        supplier = supplied(order, known)
        if isinstance(supplier, Hold):
            return supplier
        try:
            lines = Coding(rules, known.with_cost_center, known.cost_scale).lines(order)
            body = to_order(order, supplier, lines, known.domain, rules)
        except UnfitError as unfit:
            remedy = unfit.remedy or f"Correct order {row.ref} in Procurify."
            return Refuse(f"Order {row.ref} {unfit}", remedy)
        return _written(row, body, lines, link, known)

    return decided


def _not_ours(order: PurchaseOrder, link: Link | None, is_first: bool, rules: ProcurifyQadConnection) -> str:
    """Returns why an order that was never sent shall not be; nothing if it shall."""
    if link is not None:
        return ""
    if rules.start_date is not None:
        return "dated before the start date" if order.date and order.date < rules.start_date else ""
    return "over before the first run" if is_first and order.state in OVER else ""


def _cancelled(link: Link | None) -> Decision:
    if link is None:
        return Keep("cancelled in Procurify before it was sent")
    if link.state == "archived":
        return Keep("cancelled on both sides")
    return Write(
        "archive", {"archived": True}, KIND, link.target_id, "cancelled in Procurify", link.revision,
        link_state="archived", label=link.label,
    )  # fmt: skip


def _written(row: Row, body: Body, lines: Sequence[OrderLine], link: Link | None, known: OrdersKnown) -> Decision:
    label, linked, seen = str(body["supplier"]), ordered_lines(lines), Agreed({"state": row.content.state})
    if link is None:
        return Write("create", body, KIND, label=label, agreed=seen, lines=linked)
    if link.state == "archived":
        said = f"is live again in Procurify, but its order {link.target_id} was closed in QAD"
        return Refuse(said, f"Reopen order {link.target_id} in QAD, or place a new one in Procurify.")
    if link.sent_hash == content_hash(body):
        return Keep(agreed=seen)
    if there := known.received.get(row.id, ""):
        said = f"was revised in Procurify after QAD had received goods for it: {there}"
        return Refuse(said, f"Change order {link.target_id} in QAD by hand, or take the receipts back there first.")
    note = "revised in Procurify"
    return Write("update", body, KIND, link.target_id, note, link.revision, label=label, agreed=seen, lines=linked)


def orders_by_line(ledger: Ledger) -> Callable[[Sequence[ChangedLine]], dict[str, str]]:
    """Returns what tells the UUIDs of orders by their integer ids, as far as one of their lines was sent."""

    def known(lines: Sequence[ChangedLine]) -> dict[str, str]:
        owners = {link.label: link.owner for link in ledger.links_labelled(ORDERED, [one.id for one in lines])}
        return {one.order_id: owners[one.id] for one in lines if one.id in owners}

    return known


def purchase_orders(source: Reader, book: QadBook, rules: ProcurifyQadConnection, accounts: Stream) -> Stream:
    """Returns the stream of orders, from Procurify to QAD."""
    return Stream(
        name=NAME,
        reader=source,
        align=OrderAlignment(book, accounts, NAME),
        decide=decide(rules),
        targets={KIND: PurchaseOrderTarget(book.client)},
    )
