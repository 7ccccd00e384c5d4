"""What a BILL bill says of its amounts and its coding: pure, and exact to the cent, whatever it becomes."""

from datetime import date
from decimal import Decimal

from blocks.bill.models import Bill, BillLine
from blocks.exact import minor_units
from flows.unfit import UnfitError

NOTHING = Decimal(0)


def check_total(bill: Bill, currency: str) -> None:
    """Says whether the bill may go at all.

    Raises:
        UnfitError: it has no lines, its lines do not add up to its amount, or one has too many decimal places.
    """
    amounts = [amount_of(line) for line in bill.bill_line_items]
    if not amounts:
        raise UnfitError("has no lines in BILL")
    added, places = sum(amounts, NOTHING), minor_units(currency)
    if bill.amount is None or added != bill.amount:
        raise UnfitError(f"is {bill.amount} {currency}, but its lines add up to {added}")
    if any(amount != round(amount, places) for amount in amounts):
        raise UnfitError(f"has a line amount with more than {places} decimal places, which {currency} has not")


def amount_of(line: BillLine) -> Decimal:
    """Returns the line's amount; quantity times price to the cent where BILL gives no amount."""
    if line.amount is not None:
        return line.amount
    return round((line.quantity or NOTHING) * (line.price or NOTHING), 2)


def classified(line: BillLine, field: str) -> str:
    """Returns one of the line's classifications, BILL's id; empty if it has none."""
    return str(getattr(line.classifications, field, None) or "") if line.classifications else ""


def dated(bill: Bill) -> date:
    """Returns the day of the bill.

    Raises:
        UnfitError: BILL does not tell it.
    """
    if bill.invoice.invoice_date is None:
        raise UnfitError("has no invoice date in BILL")
    return bill.invoice.invoice_date
