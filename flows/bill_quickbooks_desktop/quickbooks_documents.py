"""Streams `quickbooks_bills` and `quickbooks_payments`: what people did in QuickBooks Desktop to what we sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blocks.exact import Record
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.models import BillPayment
from blocks.quickbooks_desktop.values import amount
from blocks.source import Row
from flows.bill_payments import NAME as PAYMENTS
from flows.bill_quickbooks_desktop.bill_fields import differences, of_quickbooks
from flows.bill_quickbooks_desktop.bills import NAME as BILLS
from flows.bill_quickbooks_desktop.changes import BILL, PAYMENT, Changed, is_deleted
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from tasks.outcomes import Decision, Hold, Ignore, Keep, Refuse, in_target
from tasks.run import Run
from tasks.state.intents import in_doubt
from tasks.state.models import Link
from tasks.state.queries import ask_again
from tasks.stream import Stream

NOT_OURS = "not from BILL"
WROTE = "as it was sent"


@dataclass(frozen=True)
class Sent:
    """What we sent of these records, by TxnID."""

    links: Mapping[str, Link]
    agreed: Mapping[str, dict[str, Any] | None]
    in_doubt: frozenset[str] = frozenset()  # TxnIDs of those that a run began to change, and was ended meanwhile

    def __str__(self) -> str:
        """Says how much there is, for a task run's name."""
        return f"{len(self.links):,} from BILL"


@dataclass(frozen=True)
class BillCheck:
    """Whether a QuickBooks bill still is what BILL says; what differs is listed, or restored, as the rules say."""

    rules: BillQuickBooksDesktopConnection

    def __call__(self, row: Row, sent: Sent) -> Decision:
        """Returns that all is well, or what differs."""
        link = sent.links.get(row.id)
        if link is None:
            return Ignore(NOT_OURS)
        record: Record = row.content
        if row.id in sent.in_doubt:
            return Keep("a change of it by BILL is not settled yet")
        if link.state != "live":
            if link.state == "suspended":  # a person was asked to withdraw it
                return Keep("archived in BILL; see the bill")
            gone = is_deleted(record) or not amount(record, "AmountDue")
            said = f"is in QuickBooks, but its bill {link.source_ref} was withdrawn in BILL"
            return Keep("withdrawn in both") if gone else Refuse(said, "Void it there, or restore the bill in BILL.")
        if is_deleted(record):
            return self._differs(row, link, f"was deleted in QuickBooks, but bill {link.source_ref} is in use in BILL")
        found = differences(sent.agreed.get(row.id) or {}, of_quickbooks(record))
        if not found:
            return Keep(WROTE)
        return self._differs(row, link, f"was edited in QuickBooks: {'; '.join(found)}")

    def _differs(self, row: Row, link: Link, said: str) -> Decision:
        cause = in_target(f"{row.id} as it was sent")
        if self.rules.edited_in_quickbooks == "bill":
            return Hold(said, cause, "Nobody: it is made what BILL says, by the rule edited_in_quickbooks.")
        remedy = (
            "Correct one of the two; or replay the bill, which makes QuickBooks what BILL says:"
            f" `ml-connector replay {link.scope.split('@')[0]} --record-id {link.source_id}`."
        )
        return Refuse(said, remedy, cause)


def check_payment(row: Row, sent: Sent) -> Decision:
    """Returns that a payment still stands as BILL made it, or that somebody undid it in QuickBooks."""
    link = sent.links.get(row.id)
    if link is None:
        return Ignore(NOT_OURS)
    payment = BillPayment.model_validate(row.content)
    if link.state != "live":
        return Keep("taken back in both")
    if not is_deleted(row.content) and not payment.is_voided:
        return Keep(WROTE)
    said = (
        f"was {'deleted' if is_deleted(row.content) else 'voided'} in QuickBooks, but BILL has paid {link.source_ref}"
    )
    remedy = (
        "Void the payment in BILL; or enter it again in QuickBooks, and replay it:"
        f" `ml-connector replay {link.scope.split('@')[0]} --record-id {link.source_id}`, which else enters it itself."
    )
    return Refuse(said, remedy, in_target(f"{row.id} standing"))


def quickbooks_bills(books: QuickBooksDesktopClient, rules: BillQuickBooksDesktopConnection, run: Run) -> Stream:
    """Returns the stream of bills that changed in QuickBooks; it comes before BILL's, which may restore them."""

    async def align(run: Run, rows: Sequence[Row]) -> Sent:
        """Returns what we sent of these bills; what the rules restore is looked at in this run, once for each edit."""
        sent = _sent(run, BILLS, rows)
        if rules.edited_in_quickbooks == "bill":
            check = BillCheck(rules)
            _ask_again(run, [sent.links[row.id].source_id for row in _new(run, rows) if _is_held(check(row, sent))])
        return sent

    return Stream(
        name="quickbooks_bills",
        reader=Changed(run, books, BILL),
        align=align,
        decide=BillCheck(rules),
        starts_now=True,
    )


def quickbooks_payments(books: QuickBooksDesktopClient, run: Run) -> Stream:
    """Returns the stream of payments that changed in QuickBooks."""

    async def align(run: Run, rows: Sequence[Row]) -> Sent:
        """Returns what we sent of these payments."""
        return _sent(run, PAYMENTS, rows)

    return Stream(
        name="quickbooks_payments",
        reader=Changed(run, books, PAYMENT),
        align=align,
        decide=check_payment,
        starts_now=True,
    )


def _sent(run: Run, stream: str, rows: Sequence[Row]) -> Sent:
    links = run.ledger.links_to(stream, [row.id for row in rows])
    doubts = {one.intent.source_id for one in in_doubt(run.ledger, stream)}
    unsettled = frozenset(one for one, link in links.items() if link.source_id in doubts)
    return Sent(links, {one: run.ledger.agreed(link) for one, link in links.items()}, unsettled)


def _new(run: Run, rows: Sequence[Row]) -> list[Row]:
    known = run.ledger.records(BILL.read_by, [row.id for row in rows])
    return [row for row in rows if row.id not in known or known[row.id].source_hash != row.hash]


def _is_held(decision: Decision) -> bool:
    return isinstance(decision, Hold)


def _ask_again(run: Run, bill_ids: Sequence[str]) -> None:
    """These bills are looked at in this run, or by the next one if this one is ended before."""
    ledger = run.ledger
    run.look_again(BILLS, bill_ids)
    if bill_ids and not run.dry:
        ask_again(ledger.store, ledger.connection, pair=ledger.pair, outcome=None, ids=bill_ids)
