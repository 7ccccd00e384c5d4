"""Streams `payments` and `bill_status`: what BILL paid goes back to QAD, what BILL thinks of a bill is kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from blocks.bill.client import BillClient
from blocks.bill.models import Bill, Payment, Split
from blocks.bill.source import BillSource
from blocks.qad.client import QadClient
from blocks.qad.models import key_of
from blocks.qad.target import SupplierPaymentTarget
from blocks.source import Row, content_hash
from flows.qad_bill.mapping import to_qad_payment
from flows.qad_bill.rules import QadBillConnection
from flows.unfit import UnfitError
from tasks.outcomes import Decision, Hold, Ignore, Keep, Refuse, Write
from tasks.run import Run
from tasks.state.models import Link
from tasks.stream import Stream

NOT_OURS = "bills that did not come from QAD"


class PaidBill(NamedTuple):
    """One bill's part of a payment."""

    payment: Payment
    split: Split

    def model_dump(self, mode: str = "json") -> dict[str, Any]:
        """Returns both, for the audit."""
        return {"payment": self.payment.model_dump(mode=mode), "split": self.split.model_dump(mode=mode)}


@dataclass(frozen=True)
class Paid:
    """Which invoices the paid bills came from, and what QAD has of these payments already."""

    invoices: Mapping[str, Link]  # by BILL bill id
    posted: Mapping[str, Link]  # by payment and split

    def __str__(self) -> str:
        """Says how much there is, for a task run's name."""
        return f"{len(self.invoices):,} of our bills"


def splits(record: dict[str, Any]) -> list[Row]:
    """Returns one row for each bill that a payment pays."""
    payment = Payment.model_validate(record)
    parts = payment.bill_payments or (Split(bill_id=payment.bill_id, amount=payment.amount),)
    return [
        Row(
            id=f"{payment.id}/{part.id or part.bill_id}",
            ref=payment.confirmation_number or payment.transaction_number or payment.id,
            hash=content_hash([payment.single_status, payment.status, part.amount, payment.process_date]),
            content=PaidBill(payment, part),
        )
        for part in parts
    ]


def decide_payment(rules: QadBillConnection) -> Callable[[Row, Paid], Decision]:
    """Returns the decision about one bill's part of a payment: post it, reverse it, or wait."""

    def decided(row: Row, paid: Paid) -> Decision:
        payment, split = row.content
        invoice, posted = paid.invoices.get(split.bill_id or ""), paid.posted.get(row.id)
        if invoice is None and posted is None:
            return Ignore(NOT_OURS)
        stage, says = payment.stage(), payment.single_status or payment.status
        is_posted = posted is not None and posted.state == "live"
        if stage == "paid" and not is_posted and invoice is not None:
            return _post(row, invoice, posted, rules)
        if stage in {"reversed", "attention"} and is_posted and posted is not None:
            note = f"BILL says {says}: the payment is reversed"
            voided = {"status": rules.void_status}
            return Write("update", voided, "payment", posted.target_id, note, posted.revision, "reversed", posted.label)
        if stage == "attention":
            said = f"BILL says {says}: the payment did not arrive"
            return Refuse(said, "Act on the payment in BILL; nothing is posted in QAD for it.")
        return Keep(f"BILL says {says}" + ("" if is_posted else "; nothing is posted in QAD"))

    return decided


def _post(row: Row, invoice: Link, posted: Link | None, rules: QadBillConnection) -> Decision:
    if not rules.payment_bank_account:
        said = "no QAD bank account is set for payments made in BILL"
        return Hold(said, remedy="Set payment_bank_account in the connection file.")
    payment, split = row.content
    revision = posted.revision + 1 if posted else 0
    reference = (split.id or row.id) + (f"-{revision + 1}" if revision else "")
    try:
        body = to_qad_payment(payment, split, reference, key_of(invoice.source_id), invoice.label, rules)
    except UnfitError as unfit:
        return Refuse(f"Payment {row.ref} {unfit}", "Look the payment up in BILL.")
    note = f"pays {invoice.source_ref} ({invoice.source_id})"
    return Write("create", body, "payment", note=note, revision=revision, label=invoice.source_id)


def payments(qad: QadClient, bill: BillClient, rules: QadBillConnection) -> Stream:
    """Returns the stream of payments, from BILL to QAD."""

    async def align(run: Run, rows: Sequence[Row]) -> Paid:
        """Returns which of our bills these payments pay, and what QAD has of them."""
        bill_ids = {row.content.split.bill_id for row in rows if row.content.split.bill_id}
        return Paid(run.ledger.links_to("bills", bill_ids), run.ledger.links("payments", [row.id for row in rows]))

    return Stream(
        name="payments",
        reader=BillSource(
            bill.payments,
            bill.payment,
            splits,
            timedelta(minutes=rules.lag_minutes),
            complete=lambda record: "billPayments" in record and "singleStatus" in record,
        ),
        align=align,
        decide=decide_payment(rules),
        targets={"payment": SupplierPaymentTarget(qad)},
    )


@dataclass(frozen=True)
class Ours:
    """Which bills came from QAD."""

    links: Mapping[str, Link]  # by BILL bill id

    def __str__(self) -> str:
        """Says how many there are, for a task run's name."""
        return f"{len(self.links):,} of our bills"


def decide_status(row: Row, ours: Ours) -> Decision:
    """Returns what a bill's state in BILL means: mostly nothing, but a person must know of a denied or lost one."""
    bill: Bill = row.content
    link = ours.links.get(row.id)
    if link is None:
        return Ignore(NOT_OURS)
    if bill.archived and link.state == "live":
        said = f"bill {row.ref} was archived in BILL, but {link.source_id} is not cancelled in QAD"
        return Refuse(said, "Restore the bill in BILL, or cancel the invoice in QAD.")
    if bill.approval_status == "DENIED":
        return Refuse(f"bill {row.ref} was denied in BILL", f"Settle it in BILL, or cancel {link.source_id} in QAD.")
    return Keep(f"{bill.payment_status or 'UNKNOWN'}, approval {bill.approval_status or 'UNKNOWN'}")


def bill_status(bill: BillClient, rules: QadBillConnection) -> Stream:
    """Returns the stream of bill states, from BILL to our own records; QAD has no field for them."""

    async def align(run: Run, rows: Sequence[Row]) -> Ours:
        """Returns which of these bills are ours."""
        return Ours(run.ledger.links_to("bills", [row.id for row in rows]))

    def wanted(run: Run, rows: Sequence[Row]) -> Sequence[Row]:
        ours = run.ledger.links_to("bills", [row.id for row in rows])
        return [row for row in rows if row.id in ours]

    def status(record: dict[str, Any]) -> list[Row]:
        bill = Bill.model_validate(record)
        seen = content_hash([bill.payment_status, bill.approval_status, bill.archived])
        return [Row(bill.id, bill.invoice.invoice_number or bill.id, seen, bill)]

    return Stream(
        name="bill_status",
        reader=BillSource(bill.bills, bill.bill, status, timedelta(minutes=rules.lag_minutes)),
        align=align,
        wanted=wanted,
        decide=decide_status,
        starts_now=True,
    )
