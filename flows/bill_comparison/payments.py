"""Whether a payment of BILL stands in the books as it should: pure, and exact to the cent."""

from decimal import Decimal
from typing import NamedTuple

from flows.bill_lines import NOTHING
from flows.bill_payments import NAME, Paying
from flows.reconcile.differences import Difference
from flows.reconcile.exceptions import NONE, RUN
from tasks.state.models import Link


class Made(NamedTuple):
    """A payment as the books have it."""

    amount: Decimal | None
    is_voided: bool


def amount_of(paying: Paying) -> Decimal:
    """Returns what the payment is worth: the sum of what it pays."""
    return sum((one.amount or NOTHING for one in paying.splits), NOTHING)


def of_payment(paying: Paying, link: Link | None, made: Made | None, system: str, *, is_due: bool) -> Difference | None:
    """Returns in what a payment and its counterpart do not agree, or None.

    Args:
        paying: the payment, and what it pays.
        link: to its counterpart, if it ever had one.
        made: the counterpart, if it is there.
        system: the books' name.
        is_due: whether the books should have it, if BILL has paid it.
    """
    payment, stage, amount = paying.payment, paying.payment.stage(), amount_of(paying)
    ours = f"{amount} {payment.single_status or payment.status or ''}".strip()
    either = f"Void the payment in BILL too, or enter it in {system} again."
    found: tuple[str, str, str] | None = None
    if link is None:
        if stage == "paid" and is_due:
            found = NONE, f"is paid in BILL, but not in {system}", RUN
    elif made is None:
        if stage == "paid":
            found = f"no {link.target_id}", f"{system} does not have the linked payment", either
    elif stage == "paid" and made.is_voided:
        again = RUN if link.state == "reversed" else either
        found = "voided", f"is paid in BILL, but voided in {system}", again
    elif stage in {"reversed", "attention"} and not made.is_voided:
        found = f"{made.amount}", f"did not arrive by BILL, but stands in {system}", RUN
    elif stage == "paid" and made.amount != amount:
        remedy = f"Correct the payment in {system} to what BILL has paid."
        found = f"{made.amount}", f"has another amount in {system}", remedy
    return Difference(NAME, number_of(paying), ours, *found) if found else None


def of_unknown(link: Link, row_id: str, system: str) -> Difference:
    """Returns the difference that a payment of ours is that BILL does not show."""
    what = f"is in {system}, but BILL does not show the payment"
    void = f"Void the payment in {system} unless BILL's support finds it."
    return Difference(NAME, link.source_ref or row_id, NONE, link.target_id, what, void)


def number_of(paying: Paying) -> str:
    """Returns what people know the payment by."""
    payment = paying.payment
    return payment.confirmation_number or payment.transaction_number or payment.id
