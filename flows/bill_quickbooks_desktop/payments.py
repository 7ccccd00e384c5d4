"""Stream `payments`: what BILL paid is a bill payment check in QuickBooks Desktop, applied to the right open bills."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from blocks.bill.client import BillClient
from blocks.bill.models import Payment
from blocks.bill.source import BillSource
from blocks.exact import Record
from blocks.quickbooks_desktop.channel import SYSTEM
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.company import Company
from blocks.quickbooks_desktop.models import Bill
from blocks.quickbooks_desktop.payment_target import BillPaymentTarget
from blocks.source import Row
from blocks.target import Body
from flows.bill_lines import NOTHING
from flows.bill_payments import NAME, by_payment, says, unless_due, waits_for
from flows.bill_quickbooks_desktop.mapping import payment_number, to_payment
from flows.bill_quickbooks_desktop.paid import Alignment, Paid
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from flows.bill_quickbooks_desktop.settings import in_settings
from flows.unfit import UnfitError
from tasks.outcomes import Adopt, Cause, Decision, Hold, Ignore, Refuse, Write, in_target
from tasks.state.models import Link
from tasks.stream import Stream

KIND = "bill_payment"
NOT_OURS = "bills that are not in QuickBooks Desktop"


@dataclass(frozen=True)
class PaymentDecision:
    """What becomes of a payment of BILL: a payment of its bills, taken back when BILL takes it back."""

    rules: BillQuickBooksDesktopConnection
    company: Company
    scope: str

    def __call__(self, row: Row, paid: Paid) -> Decision:
        """Returns the decision: pay, adopt, void, or wait."""
        splits, link = row.content.splits, paid.written.get(row.id)
        known = any(one.bill_id in paid.documents or one.bill_id in paid.coming for one in splits)
        if not known and link is None:
            return Ignore(NOT_OURS)
        reverses = self.rules.reversed_payments == "void" or row.id in paid.undone
        again = row.id in paid.undone and row.content.payment.stage() == "paid"
        made = unless_due(row, None if again else link, KIND, SYSTEM, reverses=reverses)
        if isinstance(made, Refuse) and link is not None and link.state == "live":
            return replace(made, causes=in_target(f"{link.target_id} voided"))
        return made or self._pay(row, paid, link)

    def _pay(self, row: Row, paid: Paid, link: Link | None) -> Decision:
        payment, splits = row.content
        if any(one.amount is None or not one.bill_id for one in splits):
            said = f"Payment {row.ref} does not tell which bills it pays, or how much of each"
            return Refuse(said, "Look the payment up in BILL.")
        waiting = [one.bill_id or "" for one in splits if not paid.bill_of(one)]
        if waiting:
            return waits_for(waiting, SYSTEM)
        vendor = paid.vendors.get(payment.vendor_id or "")
        if vendor is None:
            cause = (Cause("vendors", payment.vendor_id or ""),)
            return Hold(f"waits for its vendor in {SYSTEM}", cause, "See the vendor's record.")
        if entered := paid.entered.get(row.id):
            evidence = f"{SYSTEM} payment {entered} pays the same bills with the same amounts"
            return Adopt(entered, evidence, KIND)
        amounts: defaultdict[str, Decimal] = defaultdict(Decimal)
        for one in splits:
            amounts[paid.bill_of(one)] += one.amount or NOTHING
        if hold := self._blocked(payment, amounts, paid):
            return hold
        return self._write(row, amounts, vendor.target_id, paid, link.revision + 1 if link else 0)

    def _write(self, row: Row, amounts: Mapping[str, Decimal], vendor: str, paid: Paid, revision: int) -> Decision:
        payment: Payment = row.content.payment
        name = f"{self.scope}/payment/{row.id}/{revision}"
        bills = [paid.there[one] for one in amounts]
        payables = (bills[0].ap_account_ref.list_id if bills[0].ap_account_ref else "") or ""
        try:
            body = to_payment(payment, amounts, vendor, paid.account, payables, name)
        except UnfitError as unfit:
            return Refuse(f"Payment {row.ref} {unfit}", "Look the payment up in BILL.")
        body |= self._numbered(payment)
        return Write("create", body, KIND, note=says(payment), revision=revision)

    def _numbered(self, payment: Payment) -> Body:
        if self.rules.payment_number == "print":
            return {"IsToBePrinted": True}
        return {"RefNumber": payment_number(payment)}

    def _blocked(self, payment: Payment, amounts: Mapping[str, Decimal], paid: Paid) -> Hold | None:
        """Returns a hold if the books do not take the payment as they are."""
        if not self.rules.payment_account:
            said = "no bank account is set for payments made in BILL"
            return Hold(said, in_settings(payment.id), "Set payment_account in the connection file.")
        if not paid.account:
            said = f"{SYSTEM} has no active bank account {self.rules.payment_account!r}"
            return Hold(said, in_target("bank account"), "Correct payment_account in the connection file.")
        closed = self.company.closing_date
        if closed and payment.process_date and payment.process_date <= closed:
            said = f"is of {payment.process_date}, but the books of {self.company.name} are closed until {closed}"
            return Hold(said, in_settings(payment.id), "Open the books in QuickBooks.")
        for one, amount in amounts.items():
            if hold := _short(one, amount, paid.there.get(one)):
                return hold
        return None


def _short(bill_id: str, amount: Decimal, bill: Bill | None) -> Hold | None:
    """Returns a hold if less is open of the bill than was paid in BILL."""
    if bill is None:
        said = f"its bill {bill_id} is gone from QuickBooks"
        return Hold(said, in_target(f"{bill_id} back"), "Replay the bill, which posts it again.")
    if amount <= bill.open_amount:
        return None
    said = f"pays {amount:.2f} of bill {bill.ref_number}, of which {bill.open_amount:.2f} are open in {SYSTEM}"
    remedy = f"Look at bill {bill_id} in QuickBooks: who entered a payment of it there may delete it."
    return Hold(said, in_target(f"{bill_id} open"), remedy)


def payments(
    bill: BillClient,
    books: QuickBooksDesktopClient,
    rules: BillQuickBooksDesktopConnection,
    company: Company,
    scope: str,
) -> Stream:
    """Returns the stream of payments."""

    def complete(record: Record) -> bool:
        """Whether BILL's list tells all that is needed."""
        return "billPayments" in record and "singleStatus" in record

    lag = timedelta(minutes=rules.lag_minutes)
    return Stream(
        name=NAME,
        reader=BillSource(bill.payments, bill.payment, by_payment, lag, complete=complete),
        align=Alignment(books, rules),
        decide=PaymentDecision(rules, company, scope),
        targets={KIND: BillPaymentTarget(books, at_once=rules.batch_size)},
    )
