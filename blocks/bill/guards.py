"""What BILL must not be asked to do: refused here, with a sentence that says why."""

from blocks.bill.account import SYSTEM
from blocks.errors import RefusedError
from blocks.exact import Record, money

INVOICE_NUMBER_LIMIT = 21


def unfit(body: Record) -> RefusedError | None:
    """Returns why this bill cannot be sent, or None; an invoice number is never cut short."""
    number = str((body.get("invoice") or {}).get("invoiceNumber") or "")
    if len(number) <= INVOICE_NUMBER_LIMIT:
        return None
    return RefusedError(
        f"the invoice number {number} has {len(number)} characters, and BILL takes {INVOICE_NUMBER_LIMIT}",
        system=SYSTEM,
        field="invoice.invoiceNumber",
        remedy="Shorten the invoice number in the source system.",
    )


def refuse_paid(bill: Record, doing: str) -> None:
    """Raises RefusedError unless BILL says that nothing of the bill is paid or scheduled; silence is no zero."""
    amounts = [money(bill.get(name)) for name in ("paidAmount", "scheduledAmount", "creditAmount")]
    status = str(bill.get("paymentStatus") or "UNDEFINED")
    free = status == "UNPAID" or (status == "UNDEFINED" and None not in amounts)
    if free and not any(amounts):
        return
    number = (bill.get("invoice") or {}).get("invoiceNumber") or bill.get("id")
    raise RefusedError(
        f"cannot {doing} bill {number}: BILL says that it is paid or scheduled, in whole or in part ({status})",
        system=SYSTEM,
        field="paymentStatus",
        remedy="Cancel or void its payments in BILL first, or correct it there by hand.",
    )


def refuse_applied(credit: Record, doing: str) -> None:
    """Raises RefusedError if any of the vendor credit is applied to bills."""
    applied, status = money(credit.get("appliedAmount")), str(credit.get("status") or "NOT_APPLIED")
    if not applied and status == "NOT_APPLIED":
        return
    raise RefusedError(
        f"cannot {doing} vendor credit {credit.get('referenceNumber') or credit.get('id')}: it is applied ({status})",
        system=SYSTEM,
        field="status",
        remedy="Take it off the bills in BILL first, or correct it there by hand.",
    )
