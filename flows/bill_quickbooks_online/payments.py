"""Stream `payments`: what BILL paid is noted on the purchase order, or becomes a payment of the bill."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from blocks.bill.client import BillClient
from blocks.bill.models import Bill, Split
from blocks.bill.source import BillSource
from blocks.quickbooks_online.account import SYSTEM
from blocks.quickbooks_online.client import QuickBooksClient
from blocks.quickbooks_online.company import Company
from blocks.quickbooks_online.document_target import PurchaseOrderTarget
from blocks.quickbooks_online.payment_target import BillPaymentTarget
from blocks.source import Row, content_hash
from flows.bill_lines import NOTHING
from flows.bill_payments import NAME, by_payment, by_split, says, unless_due, waits_for
from flows.bill_quickbooks_online.company import SETTINGS
from flows.bill_quickbooks_online.mapping import payment_note, to_bill_payment
from flows.bill_quickbooks_online.paid import Alignment, Paid
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from flows.unfit import UnfitError
from tasks.outcomes import Cause, Decision, Hold, Ignore, Keep, Refuse, Write, in_target
from tasks.state.models import Link
from tasks.stream import Stream

NOT_OURS = "bills that are not in QuickBooks Online"
FORMER = "its bills went as purchase orders, before the rule was changed; nothing is paid there"


@dataclass(frozen=True)
class OrderNote:
    """What becomes of one part of a payment where bills are purchase orders: a line in the order's private note."""

    rules: BillQuickBooksOnlineConnection
    company: Company

    def __call__(self, row: Row, paid: Paid) -> Decision:
        """Returns the decision: note the payment's state on each order of the bill, and close what is paid."""
        payment, (split, *_) = row.content
        bill_id = split.bill_id or ""
        orders = [one for one in paid.documents.get(bill_id, ()) if one.kind == "purchase_order"]
        target = ",".join(sorted(one.target_id for one in orders if one.state == "live"))
        if not orders:
            return waits_for([bill_id], SYSTEM) if bill_id in paid.coming else Ignore(NOT_OURS)
        if not target:
            return Keep("its purchase order was withdrawn")
        status = self._status(bill_id, paid)
        body = {"PrivateNote": payment_note(payment, split), **status}
        link = paid.written.get(row.id)
        if link is not None and (link.sent_hash, link.target_id) == (content_hash(body), target):
            return Keep(says(payment))
        if hold := self._in_closed_books(paid.bills.get(bill_id)):
            return hold
        revision = link.revision + (link.target_id != target) if link else 0  # another order gets its own note
        closed = bill_id if status.get("POStatus") == "Closed" else ""
        return Write("update", body, "purchase_order", target, says(payment), revision, label=closed)

    def _in_closed_books(self, bill: Bill | None) -> Hold | None:
        closed, dated = self.company.closed_until, bill.invoice.invoice_date if bill else None
        if closed is None or dated is None or dated > closed:
            return None
        said = f"its purchase order is of {dated}, but QuickBooks Online's books are closed until {closed}"
        return Hold(said, in_target(SETTINGS), "Open the books if the payment is to be noted there.")

    def _status(self, bill_id: str, paid: Paid) -> dict[str, str]:
        """Returns the order's status where it is ours to say: one that people closed is not opened again."""
        if not self.rules.close_paid_orders:
            return {}
        if _is_settled(paid.bills.get(bill_id)):
            return {"POStatus": "Closed"}
        return {"POStatus": "Open"} if bill_id in paid.closed else {}


@dataclass(frozen=True)
class BillPaying:
    """What becomes of a payment where bills are bills: a payment of them, voided when BILL takes it back."""

    company: Company

    def __call__(self, row: Row, paid: Paid) -> Decision:
        """Returns the decision: pay, void, or wait."""
        splits = row.content.splits
        link = paid.written.get(row.id)
        ours = [one for one in splits if any(link.kind == "bill" for link in paid.documents.get(one.bill_id or "", ()))]
        if not ours and link is None and not any(one.bill_id in paid.coming for one in splits):
            return Keep(FORMER) if any(one.bill_id in paid.documents for one in splits) else Ignore(NOT_OURS)
        return unless_due(row, link, "bill_payment", SYSTEM) or self._pay(row, paid, ours, link)

    def _pay(self, row: Row, paid: Paid, ours: Sequence[Split], link: Link | None) -> Decision:
        payment, splits = row.content
        if not paid.account:
            said = "no bank account is set for payments made in BILL"
            return Hold(said, in_target("bank account"), "Set payment_account in the connection file.")
        waiting = [one.bill_id or "" for one in splits if _target(one, paid) is None]
        if waiting:
            return waits_for(waiting, SYSTEM)
        vendor = paid.vendors.get(payment.vendor_id or "")
        if vendor is None:
            cause = (Cause("vendors", payment.vendor_id or ""),)
            return Hold("waits for its vendor in QuickBooks Online", cause, "See the vendor's record.")
        if any(one.amount is None for one in ours):
            return Refuse(f"Payment {row.ref} has no amount for a bill that it pays", "Look the payment up in BILL.")
        amounts: defaultdict[str, Decimal] = defaultdict(Decimal)
        for one in ours:
            amounts[_target(one, paid) or ""] += one.amount or NOTHING
        revision = link.revision + 1 if link else 0
        try:
            body = to_bill_payment(payment, amounts, vendor.target_id, paid.account, self.company, vendor.label)
        except UnfitError as unfit:
            return Refuse(f"Payment {row.ref} {unfit}", "Look the payment up in BILL.")
        return Write("create", body, "bill_payment", note=says(payment), revision=revision)


def _target(split: Split, paid: Paid) -> str | None:
    live = [one for one in paid.documents.get(split.bill_id or "", ()) if one.kind == "bill" and one.state == "live"]
    return live[0].target_id if live else None


def _is_settled(bill: Bill | None) -> bool:
    """Whether nothing is left to pay, and what was paid has left; a missing number proves nothing."""
    return bill is not None and bill.payment_status == "PAID" and not bill.due_amount and not bill.scheduled_amount


def payments(
    bill: BillClient, books: QuickBooksClient, rules: BillQuickBooksOnlineConnection, company: Company
) -> Stream:
    """Returns the stream of payments."""
    orders = rules.target_entity == "purchase_order"
    return Stream(
        name=NAME,
        reader=BillSource(
            bill.payments,
            bill.payment,
            by_split if orders else by_payment,
            timedelta(minutes=rules.lag_minutes),
            complete=lambda record: "billPayments" in record and "singleStatus" in record,
        ),
        align=Alignment(bill, books, rules),
        decide=OrderNote(rules, company) if orders else BillPaying(company),
        targets={"purchase_order": PurchaseOrderTarget(books), "bill_payment": BillPaymentTarget(books)},
    )
