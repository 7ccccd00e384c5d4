"""BILL's payments as rows, and what each stage of one asks of the other system's books, whichever they are."""

from collections.abc import Collection
from typing import Any, NamedTuple

from blocks.bill.models import Payment, Split
from blocks.exact import Record
from blocks.source import Row, content_hash
from tasks.outcomes import Cause, Decision, Hold, Keep, Refuse, Write
from tasks.run import Run
from tasks.state.models import Link

NAME = "payments"


class Paying(NamedTuple):
    """A payment, and the parts of it that a row is about: one part for a note on an order, all for a bill payment."""

    payment: Payment
    splits: tuple[Split, ...]

    def model_dump(self, mode: str = "json") -> dict[str, Any]:
        """Returns both, for the audit."""
        return {
            "payment": self.payment.model_dump(mode=mode),
            "splits": [one.model_dump(mode=mode) for one in self.splits],
        }


def _parts(payment: Payment) -> tuple[Split, ...]:
    return payment.bill_payments or (Split(bill_id=payment.bill_id, amount=payment.amount),)


def _row(row_id: str, payment: Payment, splits: tuple[Split, ...]) -> Row:
    ref = payment.confirmation_number or payment.transaction_number or payment.id
    amounts = [[one.bill_id, one.amount] for one in splits]
    seen = content_hash([payment.single_status, payment.status, amounts, payment.process_date])
    return Row(row_id, ref, seen, Paying(payment, splits))


def by_split(record: Record) -> list[Row]:
    """Returns one row for each bill that a payment pays."""
    payment = Payment.model_validate(record)
    return [_row(f"{payment.id}/{one.id or one.bill_id}", payment, (one,)) for one in _parts(payment)]


def by_payment(record: Record) -> list[Row]:
    """Returns one row for the payment, with all bills that it pays."""
    payment = Payment.model_validate(record)
    return [_row(payment.id, payment, _parts(payment))]


def coming(run: Run, ids: Collection[str]) -> frozenset[str]:
    """Returns those of these unlinked bills that were not read yet, or wait for something or somebody."""
    known = run.ledger.records("bills", ids)
    return frozenset(one for one in ids if one not in known or known[one].outcome != "unchanged")


def unless_due(row: Row, link: Link | None, kind: str, system: str, *, reverses: bool = True) -> Decision | None:
    """Returns what becomes of a payment that must not be paid in the other system now; None if it must.

    Args:
        row: the payment.
        link: to what stands for it there.
        kind: what it becomes there.
        system: the other system's name.
        reverses: whether what BILL takes back is taken back there; otherwise a person is told.
    """
    payment: Payment = row.content.payment
    stage, is_paid = payment.stage(), link is not None and link.state == "live"
    if stage == "paid" and not is_paid:
        return None
    if stage in {"reversed", "attention"} and link is not None and is_paid:
        said = f"{says(payment)}, but it is paid in {system}"
        if not reverses:
            return Refuse(said, f"Void {link.target_id} in {system}, or replay the payment once that is the rule.")
        note = f"{says(payment)}: the payment is voided"
        return Write("archive", {}, kind, link.target_id, note, link.revision, "reversed", link.label)
    if stage == "attention":
        said = f"{says(payment)}: the payment did not arrive"
        return Refuse(said, f"Act on the payment in BILL; nothing is paid in {system} for it.")
    return Keep(says(payment) + ("" if is_paid else f"; nothing is paid in {system}"))


def waits_for(bills: Collection[str], system: str) -> Hold:
    """Returns a hold of a payment until all bills that it pays are in the other system."""
    causes = tuple(Cause("bills", one) for one in bills)
    remedy = "It goes by itself once all bills that it pays are there."
    return Hold(f"waits for bill {', '.join(bills)} in {system}", causes, remedy)


def says(payment: Payment) -> str:
    """Returns what BILL says of the payment, for people."""
    return f"BILL says {payment.single_status or payment.status or 'nothing'}"
