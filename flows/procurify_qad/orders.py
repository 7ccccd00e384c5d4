"""Stream `purchase_orders`: orders that were placed in Procurify are purchase orders in QAD."""

from collections.abc import Callable, Sequence

from blocks.procurify.order_source import ChangedLine
from blocks.procurify.orders import CANCELLED, CLOSED, PAID, PURCHASED, REOPENED, PurchaseOrder
from blocks.qad.order_target import PurchaseOrderTarget
from blocks.source import Reader, Row, content_hash
from blocks.target import Body
from flows.procurify_qad.line_links import ORDERED, ordered_lines
from flows.procurify_qad.order_lines import Coding, OrderLine
from flows.procurify_qad.order_mapping import asked_for, to_order
from flows.procurify_qad.order_references import OVER_BEFORE, OrderAlignment, OrdersKnown, leaves_out, supplied
from flows.procurify_qad.qad_book import QadBook
from flows.procurify_qad.rules import ProcurifyQadConnection
from flows.unfit import UnfitError
from tasks.outcomes import Agreed, Decision, Hold, Ignore, Keep, Refuse, Write, in_source
from tasks.state import progress
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
        if link is None and _is_before(order, rules):
            return Ignore("dated before the start date")
        if link is None and order.state in OVER and (row.id in known.left_out or leaves_out(known.is_first, rules)):
            return Keep(OVER_BEFORE)  # kept in mind, for it may change and be read again
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


def _is_before(order: PurchaseOrder, rules: ProcurifyQadConnection) -> bool:
    return rules.start_date is not None and order.date is not None and order.date < rules.start_date


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
    label, linked = str(body["supplier"]), ordered_lines(lines)
    seen = Agreed({"state": row.content.state, "asked": asked_for(row.content)})
    if link is None:
        return Write("create", body, KIND, label=label, agreed=seen, lines=linked)
    if link.state == "archived":
        said = f"is live again in Procurify, but its order {link.target_id} was closed in QAD"
        return Refuse(said, f"Reopen order {link.target_id} in QAD, or place a new one in Procurify.")
    if link.sent_hash == content_hash(body):
        return Keep(agreed=seen)
    if there := known.received.get(row.id, ""):
        if known.agreed.get(row.id, {}).get("asked") == seen.fields["asked"]:
            return Keep("as it was sent; what QAD or the rules say otherwise now comes too late", seen)
        said = f"was revised in Procurify after QAD had received goods for it: {there}"
        return Refuse(said, f"Change order {link.target_id} in QAD by hand, or take the receipts back there first.")
    note = "revised in Procurify"
    return Write("update", body, KIND, link.target_id, note, link.revision, label=label, agreed=seen, lines=linked)


def told_by_list(rules: ProcurifyQadConnection, ledger: Ledger) -> Callable[[Row], bool]:
    """Returns what tells whether the list shows enough of an order: of one that is left out, its lines are not read."""

    def told(row: Row) -> bool:
        order: PurchaseOrder = row.content
        is_over = order.state in OVER and leaves_out(progress.watermark(ledger, NAME) is None, rules)
        is_none = order.state == CANCELLED or is_over or _is_before(order, rules)
        return is_none and not ledger.links(NAME, [row.id])

    return told


def orders_by_line(ledger: Ledger) -> Callable[[Sequence[ChangedLine]], dict[str, str]]:
    """Returns what tells the UUIDs of orders by their integer ids, as far as one of their lines was sent."""

    def known(lines: Sequence[ChangedLine]) -> dict[str, str]:
        owners = {link.label: link.owner for link in ledger.links_labelled(ORDERED, [one.id for one in lines])}
        return {one.order_id: owners[one.id] for one in lines if one.id in owners}

    return known


def purchase_orders(
    source: Reader, book: QadBook, rules: ProcurifyQadConnection, accounts: Stream, ledger: Ledger
) -> Stream:
    """Returns the stream of orders, from Procurify to QAD."""
    return Stream(
        name=NAME,
        reader=source,
        align=OrderAlignment(book, accounts, NAME),
        decide=decide(rules),
        targets={KIND: PurchaseOrderTarget(book.client)},
        told=told_by_list(rules, ledger),
    )
