"""Stream `bills`: bills approved in BILL become bills in QuickBooks Desktop."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from blocks.bill.client import BillClient
from blocks.bill.models import Bill
from blocks.bill.source import BillSource
from blocks.exact import Record
from blocks.quickbooks_desktop.bill_target import BillTarget
from blocks.quickbooks_desktop.channel import SYSTEM
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.company import Company
from blocks.source import Row, content_hash
from blocks.target import Body
from flows.bill_lines import classified
from flows.bill_quickbooks_desktop.approvals import APPROVAL, is_approved
from flows.bill_quickbooks_desktop.bill_fields import differences, of_body, of_quickbooks
from flows.bill_quickbooks_desktop.bill_references import Alignment, Known, Needs, generation, was_sent
from flows.bill_quickbooks_desktop.entered import generation_of, is_voided
from flows.bill_quickbooks_desktop.mapping import marked, to_bill
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from flows.bill_quickbooks_desktop.settings import in_settings
from flows.unfit import UnfitError
from tasks.outcomes import Adopt, Agreed, Cause, Decision, Hold, Keep, Write, in_source, in_target
from tasks.state.ledger import Ledger
from tasks.state.models import Link
from tasks.stream import Stream

NAME, KIND = "bills", "bill"
DRAFTS = frozenset({"DRAFT", "DRAFT_DELETED"})
THINGS = {"vendors": "vendor", "accounts": "account", "classes": "class"}


@dataclass(frozen=True)
class BillDecision:
    """What becomes of a BILL bill."""

    rules: BillQuickBooksDesktopConnection
    company: Company
    scope: str

    def __call__(self, row: Row, known: Known) -> Decision:
        """Returns the decision; a bill that cannot go says what it waits for, and who must act."""
        bill: Bill = row.content
        link = known.links.get(row.id)
        if bill.record_status in DRAFTS and link is None:  # BILL calls a draft archived, too
            return _draft(row)
        if bill.archived:
            return self._withdrawn(link, known)
        if link is None and not is_approved(bill, self.rules):
            said = f"waits for approval in BILL ({bill.approval_status or 'no status'})"
            return Hold(said, (Cause(APPROVAL, bill.id),), "It goes by itself once BILL has it approved.")
        if hold := _missing(bill, known):
            return hold
        try:
            body = to_bill(bill, known.refs)
        except UnfitError as unfit:
            remedy = f"Correct bill {row.ref} ({bill.id}) in BILL. {unfit.remedy}".strip()
            return Hold(str(unfit), in_source(row.id), remedy)
        decision = self._changed(row, body, link, known) if link else self._new(row, body, known)
        return (self._blocked(bill) or decision) if isinstance(decision, Write) else decision

    def _new(self, row: Row, body: Body, known: Known) -> Decision:
        if same := known.entered.same.get(row.id):
            return self._adopted(row, body, same)
        if alike := known.entered.alike.get(row.id):
            said = f"{SYSTEM} has a bill of that vendor and number with {alike.get('AmountDue')}"
            remedy = f"Correct or delete {alike['TxnID']} in QuickBooks, or correct the bill in BILL."
            return Hold(f"{said} of {alike.get('TxnDate')}", in_target(f"{alike['TxnID']} corrected"), remedy)
        return self._create(row, body)

    def _adopted(self, row: Row, body: Body, same: Record) -> Decision:
        there, own = of_quickbooks(same), str(same["TxnID"])
        number = generation_of(same, self.scope, row.id)
        evidence = f"{SYSTEM} bill {own} has the same vendor, number, date and amount"
        if number is None:
            return Adopt(own, evidence, KIND, agreed=Agreed(there))
        adopt = Adopt(own, f"{SYSTEM} bill {own} has its mark", KIND, str(number or ""), Agreed(of_body(body)))
        if edits := differences(of_body(body), there):
            said = f"is bill {own} of {SYSTEM} by its mark, where {'; '.join(edits)}"
            return Hold(said, in_target(f"{own} as BILL says"), "Correct one of the two.", adopts=adopt)
        return adopt

    def _changed(self, row: Row, body: Body, link: Link, known: Known) -> Decision:
        differs = link.target_id in known.changed_there or row.id in known.asked
        if was_sent(body, row.id, link) and link.state == "live" and not differs:
            return Keep()
        there = known.there.get(link.target_id)
        forced = row.id in known.asked or self.rules.edited_in_quickbooks == "bill"
        if there is None or is_voided(there):
            undone = "deleted" if there is None else "voided"
            if forced or link.state == "archived":
                return self._create(row, body, link, f"was {undone} there; made anew")
            return _gone(row, link, undone)
        edits = differences(known.agreed.get(row.id) or {}, of_quickbooks(there))
        wanted = differences(of_body(body), of_quickbooks(there))
        if not wanted and link.state == "live":
            return Keep("agrees with BILL", Agreed(of_body(body)))
        if edits and not forced:
            said = f"was changed in BILL, and edited in QuickBooks meanwhile: {'; '.join(edits)}"
            return Hold(said, in_target(f"{link.target_id} as it was sent"), _force(row, link))
        note = f"edited in QuickBooks before: {'; '.join(edits)}" if edits else ""
        return Write(
            "update",
            body,
            KIND,
            link.target_id,
            note,
            link.revision + 1,
            label=link.label,
            agreed=Agreed(of_body(body)),
        )

    def _create(self, row: Row, body: Body, link: Link | None = None, note: str = "") -> Write:
        number, revision = (generation(link) + 1, link.revision + 1) if link else (0, 0)
        first = marked(body, self.scope, row.id, number)
        label = str(number) if number else ""
        return Write("create", first, KIND, note=note, revision=revision, label=label, agreed=Agreed(of_body(body)))

    def _withdrawn(self, link: Link | None, known: Known) -> Decision:
        if link is None or link.state == "archived":
            return Keep("archived in BILL")
        there = known.there.get(link.target_id)
        if self.rules.withdrawn_bills == "list" and there is not None and not is_voided(there):
            said = f"is archived in BILL, but {SYSTEM} still owes it"
            remedy = f"Void or delete {link.target_id} in QuickBooks."
            return Hold(said, in_target(f"{link.target_id} withdrawn"), remedy, suspends=True)
        note = "archived in BILL"
        return Write("archive", {}, link.kind, link.target_id, note, link.revision, "archived", link.label)

    def _blocked(self, bill: Bill) -> Hold | None:
        """Returns a hold if the company itself does not take the bill."""
        closed, dated = self.company.closing_date, bill.invoice.invoice_date
        if closed and dated and dated <= closed:
            said = f"is of {dated}, but the books of {self.company.name} are closed until {closed}"
            remedy = "Open the books in QuickBooks, or date the bill later in BILL."
            return Hold(said, in_settings(bill.id), remedy)
        return None


def _missing(bill: Bill, known: Known) -> Hold | None:
    """Returns a hold that names each thing that is not there, or None."""
    refs, lines = known.refs, bill.bill_line_items
    uncoded = [number for number, line in enumerate(lines, 1) if not classified(line, "chart_of_account_id")]
    if uncoded or not bill.vendor_id:
        said = f"line {uncoded[0]} has no account in BILL" if uncoded else "has no vendor in BILL"
        return Hold(said, in_source(bill.id), "Correct the bill in BILL.")
    if foreign := known.foreign.get(bill.vendor_id):
        cause = in_settings(bill.id) if foreign.in_settings else in_target(f"currency of {bill.vendor_id}")
        return Hold(foreign.said, cause, foreign.remedy)
    causes = [Cause("vendors", bill.vendor_id)] if bill.vendor_id not in refs.vendors else []
    causes += _lacking("accounts", bill, "chart_of_account_id", refs.accounts)
    if refs.class_field:
        causes += _lacking("classes", bill, refs.class_field, refs.classes)
    if not causes:
        return None
    said = " and ".join(f"{THINGS[cause.stream]} {cause.id}" for cause in causes)
    remedy = "It goes by itself once that is there; see the record of that name for what is wrong with it."
    return Hold(f"waits for {said} in {SYSTEM}", tuple(causes), remedy)


def _lacking(stream: str, bill: Bill, name: str, found: Mapping[str, str]) -> list[Cause]:
    used = dict.fromkeys(classified(line, name) for line in bill.bill_line_items)
    return [Cause(stream, one) for one in used if one and one not in found]


def _draft(row: Row) -> Decision:
    if row.content.record_status == "DRAFT_DELETED":
        return Keep("a draft that was deleted in BILL")
    return Hold("is a draft in BILL", in_source(row.id), "It goes by itself once it is saved in BILL.")


def _gone(row: Row, link: Link, undone: str) -> Hold:
    said = f"its bill {link.target_id} was {undone} in QuickBooks, and it has changed in BILL since"
    return Hold(said, in_target(f"{link.target_id} back"), _force(row, link))


def _force(row: Row, link: Link) -> str:
    pair = link.scope.split("@")[0]
    return (
        "Correct one of the two; or replay the record, which makes QuickBooks what BILL says:"
        f" `ml-connector replay {pair} --record-id {row.id}`."
    )


def rows(record: Record) -> list[Row]:
    """Returns the bill as a row; its hash is of what the list shows, whole or not."""
    bill = Bill.model_validate(record)
    seen = [
        bill.updated_time and bill.updated_time.isoformat(),
        bill.amount,
        bill.approval_status,
        bool(bill.archived),
        bill.record_status,
    ]
    return [Row(bill.id, bill.invoice.invoice_number or bill.id, content_hash(seen), bill)]


def is_whole(row: Row) -> bool:
    """Whether BILL's list told the lines, so that the bill need not be read by itself."""
    bill: Bill = row.content
    return bool(bill.bill_line_items) or bool(bill.archived)


def bills(
    bill: BillClient,
    books: QuickBooksDesktopClient,
    rules: BillQuickBooksDesktopConnection,
    company: Company,
    ledger: Ledger,
    needs: Needs,
    page_size: int,
) -> Stream:
    """Returns the stream of bills."""
    lag = timedelta(minutes=rules.lag_minutes)
    withdraw: Literal["delete", "void"] = "delete" if rules.withdrawn_bills == "delete" else "void"
    return Stream(
        name=NAME,
        reader=BillSource(bill.bills, bill.bill, rows, lag, page_size=page_size, whole=False),
        align=Alignment(books, needs, rules, company),
        decide=BillDecision(rules, company, ledger.scope),
        told=lambda row: is_whole(row) or not_yet(row, rules, ledger),
        targets={KIND: BillTarget(books, at_once=rules.batch_size, withdraw=withdraw)},
    )


def not_yet(row: Row, rules: BillQuickBooksDesktopConnection, ledger: Ledger) -> bool:
    """Whether the list told already that the bill must wait for its approval, so that its lines are not needed."""
    bill: Bill = row.content
    waits = bill.approval_status is not None and not is_approved(bill, rules)
    return waits and not ledger.links(NAME, [row.id])
