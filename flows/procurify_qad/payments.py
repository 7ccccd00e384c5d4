"""Stream `payments`: what Procurify paid beside what QAD still has open; read on both sides, and written on neither."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from blocks.procurify.bills import BILL_PAID, Payment
from blocks.qad.client import QadClient
from blocks.qad.models import SupplierInvoice, key_of
from blocks.source import Reader, Row
from flows.procurify_qad.bills import NAME as BILLS
from tasks.outcomes import Decision, Hold, Ignore, Keep, in_target
from tasks.run import Run
from tasks.state.models import Link
from tasks.stream import Stream

NAME = "payments"
DONE, UNDONE = "paid", frozenset({"failed", "denied"})  # statuses of a payment; the others are on their way
NOTHING = Decimal(0)


class Paid(NamedTuple):
    """The bills that payments pay, and their invoices in QAD."""

    bills: Mapping[str, Sequence[Link]]  # by bill group
    paid: frozenset[str]  # bills that Procurify has as paid, by whichever payment
    invoices: Mapping[str, SupplierInvoice]  # by QAD's id

    def __str__(self) -> str:
        """Says how much there is, for a task run's name."""
        return f"{len(self.invoices):,} invoices in QAD"

    def of(self, payment: Payment) -> list[tuple[Link, SupplierInvoice | None]]:
        """Returns the bills of a payment, each with its invoice."""
        links = [link for group in payment.bill_groups for link in self.bills.get(group, ())]
        return [(link, self.invoices.get(link.target_id)) for link in links]


def decide(row: Row, paid: Paid) -> Decision:
    """Returns that both sides tell the same of a payment's bills, or what differs."""
    payment: Payment = row.content
    bills = paid.of(payment)
    if not bills:
        return Ignore("pays none of our bills")
    if payment.status != DONE and payment.status not in UNDONE:
        return Keep(f"{payment.status or 'without a status'} in Procurify")
    is_done = payment.status == DONE
    counting = bills if is_done else [(link, held) for link, held in bills if link.source_id not in paid.paid]
    differing = [_told(link, invoice) for link, invoice in counting if _differs(invoice, is_done)]
    if not differing:
        return Keep(f"{payment.status} in Procurify, and so in QAD")
    when = payment.posted_date or payment.processing_date
    said = f"is {payment.status} in Procurify{f' since {when}' if when else ''}, but {'; '.join(differing)}"
    remedy = "Post the payment in QAD." if is_done else "Void the payment in QAD, or pay again in Procurify."
    return Hold(
        said, in_target(f"payment {payment.id}"), f"{remedy} ml-connector writes no payments between these two."
    )


def _differs(invoice: SupplierInvoice | None, is_done: bool) -> bool:
    if invoice is None or invoice.balance is None:
        return True
    return (invoice.balance != NOTHING) if is_done else (invoice.balance == NOTHING)


def _told(link: Link, invoice: SupplierInvoice | None) -> str:
    if invoice is None:
        return f"invoice {link.target_id} (bill {link.source_ref}) is not in QAD"
    return f"invoice {link.target_id} (bill {link.source_ref}) has {invoice.balance} {invoice.currency} open in QAD"


def payments(source: Reader, qad: QadClient) -> Stream:
    """Returns the stream of payments."""

    async def align(run: Run, rows: Sequence[Row]) -> Paid:
        """Returns the bills that these payments pay, as QAD has them now."""
        groups = {group for row in rows for group in row.content.bill_groups}
        bills: dict[str, list[Link]] = {}
        for link in run.ledger.links_labelled(BILLS, groups):
            bills.setdefault(link.label, []).append(link)
        known = [link for links in bills.values() for link in links]
        paid = {link.source_id for link in known if (run.ledger.agreed(link) or {}).get("state") == BILL_PAID}
        ids = {link.target_id for link in known}
        read = {one: await qad.get("supplier_invoice", key_of(one)) for one in sorted(ids)}
        return Paid(
            bills, frozenset(paid), {one: SupplierInvoice.model_validate(held) for one, held in read.items() if held}
        )

    return Stream(name=NAME, reader=source, align=align, decide=decide)
