"""Stream `bills`: BILL's bills become purchase orders in QuickBooks Online, or bills, as the rules say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from blocks.bill.client import BillClient
from blocks.bill.models import Bill
from blocks.bill.source import BillSource
from blocks.quickbooks_online.client import QuickBooksClient
from blocks.quickbooks_online.company import Company
from blocks.quickbooks_online.document_target import BillTarget, PurchaseOrderTarget
from blocks.quickbooks_online.models import Document
from blocks.source import Row, content_hash
from blocks.target import Body
from flows.bill_lines import classified
from flows.bill_quickbooks_online.bill_references import Alignment, Known, Streams
from flows.bill_quickbooks_online.company import SETTINGS
from flows.bill_quickbooks_online.documents import DRAFTS, KINDS, Parts, coding, place_field
from flows.bill_quickbooks_online.mapping import Coding, Part, currency_of, to_document
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from flows.unfit import UnfitError
from tasks.outcomes import Adopt, Cause, Decision, Hold, Keep, Write, in_source, in_target
from tasks.state.ledger import Ledger
from tasks.state.models import Link
from tasks.stream import Stream

NAME = "bills"
THINGS = {"vendors": "vendor", "accounts": "account", "classes": "class", "departments": "department"}


@dataclass(frozen=True)
class BillDecision:
    """What becomes of a BILL bill, or of one department's part of it."""

    rules: BillQuickBooksOnlineConnection
    company: Company

    @property
    def kind(self) -> str:
        """What bills become."""
        return self.rules.target_entity

    def __call__(self, row: Row, known: Known) -> Decision:
        """Returns the decision; a bill that cannot go says what it waits for, and who must act."""
        part: Part = row.content
        link = known.links.get(row.id)
        if part.bill.record_status in DRAFTS and link is None:  # BILL calls a draft archived, too
            return _draft(row, part)
        if part.bill.archived or (part.bill.bill_line_items and not part.lines):
            return self._withdrawn(part, link)
        made = coding(part, self.rules, self.company)
        if made is None:
            return self._mixed(part)
        if hold := self._missing(part, made, known):
            return hold
        kind = link.kind if link else self.kind  # what went under a former rule stays what it is
        try:
            body = to_document(part, made, known.refs, self.company, KINDS[kind])
        except UnfitError as unfit:
            cause = in_target(SETTINGS) if unfit.in_target else in_source(row.id)
            return Hold(str(unfit), cause, f"Correct bill {row.ref} ({part.bill.id}) in BILL. {unfit.remedy}".strip())
        decision = self._changed(part, body, link, known) if link else self._new(row, part, body, known)
        return (self._blocked(part, known) or decision) if isinstance(decision, Write) else decision

    def _new(self, row: Row, part: Part, body: Body, known: Known) -> Decision:
        if found := known.entered.same.get(row.id):
            evidence = (
                f"QuickBooks {self.kind.replace('_', ' ')} {found.id} has the same vendor, number, date and amount"
            )
            return Adopt(found.id, evidence, self.kind, _label(part))
        if found := known.entered.alike.get(row.id):
            return _doubtful(found, self.kind)
        return Write("create", body, self.kind, label=_label(part))

    def _changed(self, part: Part, body: Body, link: Link, known: Known) -> Decision:
        there, differs = known.there.get(link.target_id), link.target_id in known.changed_there
        if (there is None or there.is_deleted) and (link.state == "archived" or differs):
            note = "in use again in BILL; made anew" if link.state == "archived" else "deleted there; made anew"
            return Write("create", body, link.kind, note=note, revision=link.revision + 1, label=_label(part))
        if link.state == "archived":
            note = "in use again in BILL"
            return Write("update", body, link.kind, link.target_id, note, link.revision, label=_label(part))
        # Closing a paid order is the payments' business; a change of the bill does not open it again.
        sent = {name: value for name, value in body.items() if name != "POStatus"}
        if link.sent_hash in {content_hash(body), content_hash(sent)} and not differs:
            return Keep()
        note = "differed from BILL" if differs else ""
        return Write("update", sent, link.kind, link.target_id, note, link.revision + differs, label=_label(part))

    def _withdrawn(self, part: Part, link: Link | None) -> Decision:
        why = "archived in BILL" if part.bill.archived else "no line of this department is left in BILL"
        if link is None or link.state == "archived":
            return Keep(why)
        return Write("archive", {}, link.kind, link.target_id, why, link.revision, "archived", link.label)

    def _blocked(self, part: Part, known: Known) -> Hold | None:
        """Returns a hold if the company itself does not take the bill."""
        bill, closed = part.bill, self.company.closed_until
        if closed and bill.invoice.invoice_date and bill.invoice.invoice_date <= closed:
            said = f"is of {bill.invoice.invoice_date}, but QuickBooks Online's books are closed until {closed}"
            return Hold(said, in_target(SETTINGS), "Open the books, or date the bill later in BILL.")
        currency = currency_of(bill, known.refs, self.company)
        if not self.company.multicurrency and currency != self.company.home_currency:
            said = f"is in {currency}, but the company keeps its books in {self.company.home_currency} alone"
            return Hold(said, in_target(SETTINGS), "Turn multicurrency on in QuickBooks Online.")
        if currency not in known.refs.payables:
            said = f"QuickBooks Online has no accounts payable account in {currency}, or several of them"
            remedy = "Add one in QuickBooks Online, or name one under payables_account in the connection file."
            return Hold(said, in_target(f"payables in {currency}"), remedy)
        return None

    def _missing(self, part: Part, made: Coding, known: Known) -> Hold | None:
        """Returns a hold that names each thing that is not there, or None."""
        bill, refs = part.bill, known.refs
        uncoded = [number for number, line in enumerate(part.lines, 1) if not classified(line, "chart_of_account_id")]
        if uncoded or not bill.vendor_id:
            said = f"line {uncoded[0]} has no account in BILL" if uncoded else "has no vendor in BILL"
            return Hold(said, in_source(bill.id), "Correct the bill in BILL.")
        causes = [Cause("vendors", bill.vendor_id)] if bill.vendor_id not in refs.vendors else []
        causes += _lacking("accounts", part, "chart_of_account_id", refs.accounts)
        if self.company.class_per != "off":
            causes += _lacking("classes", part, "accounting_class_id", refs.classes)
        if made.location:
            causes += _lacking("departments", part, place_field(self.rules), refs.locations)
        if causes:
            said = " and ".join(f"{THINGS[cause.stream]} {cause.id}" for cause in causes)
            remedy = "It goes by itself once that is there; see the record of that name for what is wrong with it."
            return Hold(f"waits for {said} in QuickBooks Online", tuple(causes), remedy)
        unnamed = _unnamed(part, refs.department_classes) if made.by_class else []
        if unnamed:
            said = f"QuickBooks Online has no class for department {unnamed[0]}, which its lines need"
            remedy = "Add a class of that name, or map it under department_classes in the connection file."
            return Hold(said, in_target(f"class for {unnamed[0]}"), remedy)
        return None

    def _mixed(self, part: Part) -> Hold:
        said = f"its lines belong to {len(set(_departments(part, self.rules)))} departments, and a document has one"
        remedy = (
            "Turn on classes by line in QuickBooks Online, allow it by mixed_departments, or split the bill in BILL."
        )
        return Hold(said, in_target(SETTINGS), remedy)


def _lacking(stream: str, part: Part, name: str, found: object) -> list[Cause]:
    used = dict.fromkeys(classified(line, name) for line in part.lines)
    return [Cause(stream, one) for one in used if one and one not in found]  # type: ignore[operator]


def _unnamed(part: Part, classes: Mapping[str, str]) -> list[str]:
    """Returns the departments that must be said by a class and have none; a line's own class goes first."""
    bare = [line for line in part.lines if not classified(line, "accounting_class_id")]
    return [
        one for one in dict.fromkeys(classified(line, "department_id") for line in bare) if one and one not in classes
    ]


def _draft(row: Row, part: Part) -> Decision:
    if part.bill.record_status == "DRAFT_DELETED":
        return Keep("a draft that was deleted in BILL")
    return Hold("is a draft in BILL", in_source(row.id), "It goes by itself once it is saved in BILL.")


def _departments(part: Part, rules: BillQuickBooksOnlineConnection) -> list[str]:
    return [classified(line, place_field(rules)) for line in part.lines]


def _doubtful(document: Document, kind: str) -> Hold:
    said = f"QuickBooks Online has a {kind.replace('_', ' ')} of that vendor and number with {document.total_amt}"
    remedy = f"Correct or delete {document.id} in QuickBooks Online, or correct the bill in BILL."
    return Hold(f"{said} of {document.txn_date}", in_target(f"{document.id} corrected"), remedy)


def _label(part: Part) -> str:
    """Returns what other streams need to know of the bill: its vendor."""
    return part.bill.vendor_id or ""


def is_whole(row: Row) -> bool:
    """Whether BILL's list told the lines, so that the bill need not be read by itself."""
    bill: Bill = row.content.bill
    return bool(bill.bill_line_items) or bool(bill.archived)


def bills(
    bill: BillClient,
    books: QuickBooksClient,
    rules: BillQuickBooksOnlineConnection,
    company: Company,
    ledger: Ledger,
    needs: Streams,
    page_size: int,
) -> Stream:
    """Returns the stream of bills."""

    @cache
    def parts_sent() -> dict[str, list[str]]:
        return ledger.parts(NAME)  # once a run: a bill that is split meanwhile is seen by the next one

    def earlier(bill_id: str) -> Sequence[str]:
        return parts_sent().get(bill_id, ())

    parts = Parts(bill.account.organization_id, rules, company, earlier)
    lag = timedelta(minutes=rules.lag_minutes)
    return Stream(
        name=NAME,
        reader=BillSource(bill.bills, bill.bill, parts, lag, page_size=page_size, whole=False),
        align=Alignment(bill, books, needs, rules, company, KINDS[rules.target_entity]),
        decide=BillDecision(rules, company),
        told=is_whole,
        targets={"purchase_order": PurchaseOrderTarget(books), "bill": BillTarget(books)},
    )
