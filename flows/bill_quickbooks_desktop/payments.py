"""Stream `payments`: what BILL paid is a bill payment check in QuickBooks Desktop, applied to the right open bills."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

from blocks.bill.client import BillClient
from blocks.bill.models import Payment, Split
from blocks.bill.source import BillSource
from blocks.exact import Record
from blocks.quickbooks_desktop import queries
from blocks.quickbooks_desktop.channel import SYSTEM
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.company import Company
from blocks.quickbooks_desktop.models import Bill
from blocks.quickbooks_desktop.payment_target import BillPaymentTarget
from blocks.source import Row
from blocks.target import Body
from flows.bill_lines import NOTHING
from flows.bill_payments import NAME, by_payment, coming, says, unless_due, waits_for
from flows.bill_quickbooks_desktop.bills import SETTINGS
from flows.bill_quickbooks_desktop.lists import listed
from flows.bill_quickbooks_desktop.mapping import payment_number, to_payment
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from flows.charts import named
from flows.unfit import UnfitError
from tasks.outcomes import Adopt, Cause, Decision, Hold, Ignore, Refuse, Write, in_target
from tasks.run import Run
from tasks.state.models import Link
from tasks.stream import Stream

KIND = "bill_payment"
NOT_OURS = "bills that are not in QuickBooks Desktop"
BANK = "Bank"


@dataclass(frozen=True)
class Paid:
    """What stands for the paid bills in QuickBooks, and what it has of these payments already."""

    documents: Mapping[str, Link]  # by BILL bill id
    written: Mapping[str, Link]  # by BILL payment id
    there: Mapping[str, Bill]  # the bills as QuickBooks has them now, by TxnID
    vendors: Mapping[str, Link]  # by BILL vendor id
    coming: frozenset[str] = frozenset()  # BILL ids of bills that are not in QuickBooks yet, but shall be
    account: str = ""  # QuickBooks' id of the bank account that payments are made from
    entered: Mapping[str, str] = field(default_factory=dict)  # by BILL payment id: the payment that a person entered

    def __str__(self) -> str:
        """Says how much there is, for a task run's name."""
        return f"{len(self.documents):,} of our bills"

    def bill_of(self, split: Split) -> str:
        """Returns QuickBooks' id of the bill that this part pays; empty if it is not there."""
        link = self.documents.get(split.bill_id or "")
        return link.target_id if link and link.state == "live" else ""


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
        reverses = self.rules.reversed_payments == "void"
        return unless_due(row, link, KIND, SYSTEM, reverses=reverses) or self._pay(row, paid, link)

    def _pay(self, row: Row, paid: Paid, link: Link | None) -> Decision:
        payment, splits = row.content
        waiting = [one.bill_id or "" for one in splits if not paid.bill_of(one)]
        if waiting:
            return waits_for(waiting, SYSTEM)
        vendor = paid.vendors.get(payment.vendor_id or "")
        if vendor is None:
            cause = (Cause("vendors", payment.vendor_id or ""),)
            return Hold(f"waits for its vendor in {SYSTEM}", cause, "See the vendor's record.")
        if any(one.amount is None for one in splits):
            return Refuse(f"Payment {row.ref} has no amount for a bill that it pays", "Look the payment up in BILL.")
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
        if not paid.account:
            said = "no bank account is set for payments made in BILL"
            return Hold(said, in_target("bank account"), "Set payment_account in the connection file.")
        closed = self.company.closing_date
        if closed and payment.process_date and payment.process_date <= closed:
            said = f"is of {payment.process_date}, but the books of {self.company.name} are closed until {closed}"
            return Hold(said, in_target(SETTINGS), "Open the books in QuickBooks.")
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


@dataclass(frozen=True)
class Alignment:
    """Finds what the paid bills are in QuickBooks, and how they stand there now."""

    books: QuickBooksDesktopClient
    rules: BillQuickBooksDesktopConnection

    async def __call__(self, run: Run, rows: Sequence[Row]) -> Paid:
        """Returns which of our bills these payments pay, and what QuickBooks has of them."""
        ids = {one.bill_id for row in rows for one in row.content.splits if one.bill_id}
        planned = {one.source_id: one for one in run.planned_links("bills", ids)}
        documents = run.ledger.links("bills", ids) | planned
        written = run.ledger.links(NAME, [row.id for row in rows])
        vendors = {row.content.payment.vendor_id or "" for row in rows}
        paid = Paid(
            documents,
            written,
            await self._there(rows, documents, written) | _foreseen(rows, planned),
            run.ledger.links("vendors", vendors)
            | {one.source_id: one for one in run.planned_links("vendors", vendors)},
            coming(run, ids - documents.keys()),
            await self._account(run),
        )
        entered = {row.id: found for row in rows if row.id not in written and (found := _entered(row, paid))}
        ours = run.ledger.links_to(NAME, entered.values())
        return replace(paid, entered={one: found for one, found in entered.items() if found not in ours})

    async def _there(
        self, rows: Sequence[Row], documents: Mapping[str, Link], written: Mapping[str, Link]
    ) -> dict[str, Bill]:
        """Returns the bills that are to be paid now, in one reading."""
        due = [row for row in rows if row.id not in written and row.content.payment.stage() == "paid"]
        due += [row for row in rows if row.id in written and written[row.id].state != "live"]
        bills = {one.bill_id for row in due for one in row.content.splits}
        wanted = sorted(link.target_id for one, link in documents.items() if one in bills and link.state == "live")
        wanted = [one for one in wanted if not one.startswith("(")]  # what a dry run only planned
        found = await self.books.by_ids(queries.bills(ids=wanted, lines=False)) if wanted else {}
        return {one: Bill.model_validate(record) for one, record in found.items()}

    async def _account(self, run: Run) -> str:
        if not self.rules.payment_account:
            return ""
        accounts = await listed(run, self.books, "Account")
        found = named(accounts, self.rules.payment_account)
        return found.id if found and found.active and found.body.get("AccountType") == BANK else ""


def _foreseen(rows: Sequence[Row], planned: Mapping[str, Link]) -> dict[str, Bill]:
    """Returns, in a dry run, the bills that would be there by now, with what would be open of them."""
    owed: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        for one in row.content.splits:
            if one.bill_id in planned:
                owed[planned[one.bill_id].target_id] += one.amount or NOTHING
    return {one: Bill(txn_id=one, amount_due=amount) for one, amount in owed.items()}


def _entered(row: Row, paid: Paid) -> str:
    """Returns the payment that somebody entered in QuickBooks by hand: of the same bills, with the same amounts."""
    common: set[str] | None = None
    for split in row.content.splits:
        bill = paid.there.get(paid.bill_of(split))
        links = bill.linked_txn if bill else ()
        same = {
            link.txn_id or ""
            for link in links
            if (link.txn_type or "").startswith("BillPayment") and -(link.amount or NOTHING) == split.amount
        }
        common = same if common is None else common & same
    return min(common - {""}, default="") if common else ""


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
