"""Whether QAD has exactly the bills that it may have: own arithmetic over the order of events in QAD.

A bill may be posted once QAD has received what it and the bills before it bill of each order's line: by quantity, or
by amount where either side counts a line in money.
"""

from collections import Counter, defaultdict
from decimal import Decimal
from typing import NamedTuple

from tests.e2e.procurify import Purchasing
from tests.e2e.procurify_agreement import cents, coded, parts_of
from tests.e2e.procurify_desk import number_of, qad_lines
from tests.e2e.procurify_witness import RECEIPTS, Witness, place_of
from tests.sandbox.procurify.bill_views import sums
from tests.sandbox.procurify.bills import ORDER
from tests.sandbox.procurify.records import APPROVED, Bill, Line

Key = tuple[str, str]  # supplier, number
Received = dict[tuple[str, int], Decimal]
NOTHING = Decimal(0)


class Place(NamedTuple):
    """Where a line of Procurify stands in QAD."""

    lines: list[tuple[str, int, Decimal]]  # order, line, unit cost
    by_quantity: bool


class Billed:
    """How much of each order's line was billed, by both measures."""

    def __init__(self) -> None:
        """Starts with nothing."""
        self.quantity = defaultdict[int, Decimal](Decimal)
        self.amount = defaultdict[int, Decimal](Decimal)
        self.times = Counter[int]()

    def add(self, bill: Bill) -> None:
        """Counts a bill."""
        for item in bill.items:
            if item.line is not None:
                self.quantity[item.line] += item.quantity or NOTHING
                self.amount[item.line] += item.total
                self.times[item.line] += 1


class Judge:
    """Knows the bills of Procurify by supplier and number, and where their lines are in QAD."""

    def __init__(self, it: Purchasing) -> None:
        """Reads both sandboxes as they are now."""
        self.it, self.books = it, it.procurify.books
        self._places: dict[int, Place] = {}  # by line
        self.bills: dict[Key, Bill] = {}
        for bill in self.books.bills.values():
            key = str(self.books.vendors[bill.vendor].fields["external_id"]), bill.invoice_number
            assert key not in self.bills, f"the sample data has {key} twice"
            self.bills[key] = bill

    def postable(self) -> dict[Key, Bill]:
        """Returns the bills of suppliers that were approved."""
        return {key: bill for key, bill in self.bills.items() if bill.status >= APPROVED and bill.type == ORDER}

    def place(self, line: Line) -> Place:
        """Returns where a line stands in QAD."""
        if line.id not in self._places:
            self._places[line.id] = self._placed(line)
        return self._places[line.id]

    def _placed(self, line: Line) -> Place:
        order = self.books.orders[line.order or 0]
        held = qad_lines(self.it, order)
        mine = [one for part, one in zip(parts_of(self.it, order), held, strict=True) if part.line is line]
        split, same = len(mine) > 1, mine[0]["quantityOrdered"] == line.quantity
        lines = [(number_of(order), int(one["purchaseOrderLine"]), one["purchaseCost"]) for one in mine]
        return Place(lines, not split and same and line.receive_method == 0)

    def short(self, bill: Bill, before: Billed, received: Received, *, strict: bool) -> list[str]:
        """Returns what of a bill QAD has not received; unless `strict`, each may have been rounded up by a cent."""
        after = Billed()
        after.quantity.update(before.quantity)
        after.amount.update(before.amount)
        after.times.update(before.times)
        after.add(bill)
        lines = {item.line: self.books.lines[item.line] for item in bill.items if item.line is not None}
        return [said for line in lines.values() if (said := self._short(bill, line, after, received, strict=strict))]

    def _short(self, bill: Bill, line: Line, after: Billed, received: Received, *, strict: bool) -> str:
        place, leeway = self.place(line), NOTHING
        if place.by_quantity and all(one.quantity is not None for one in bill.items if one.line == line.id):
            needed = after.quantity[line.id]
            there = sum((received.get(one[:2], NOTHING) for one in place.lines), NOTHING)
        else:
            currency = str(self.books.currencies[bill.currency]["name"])
            needed = after.amount[line.id]
            there = cents(sum((received.get(one[:2], NOTHING) * one[2] for one in place.lines), NOTHING), currency)
            leeway = NOTHING if strict else after.times[line.id] * cents(Decimal("0.01"), currency)
        return f"{line.name}: {needed} of {there}" if needed > there + leeway else ""


def assert_bills(it: Purchasing, witness: Witness) -> int:
    """Fails unless just the bills that may be in QAD are there, each once, none too early; returns how many."""
    judge, billed, received = Judge(it), Billed(), defaultdict[tuple[str, int], Decimal](Decimal)
    posted: Counter[Key] = Counter()
    for event in witness.events:
        if event.kind == RECEIPTS:
            received[place_of(event.record)] += event.record["quantityReceived"]
            continue
        key = str(event.record["supplierCode"]), str(event.record["reference"])
        assert key in judge.postable(), f"{key} is no bill that counts"
        bill = judge.bills[key]
        early = judge.short(bill, billed, received, strict=False)
        assert not early, f"{key} was posted before its receipt: {early}"
        billed.add(bill)
        posted[key] += 1
    assert max(posted.values(), default=1) == 1, f"posted more than once: {[one for one in posted if posted[one] > 1]}"
    waiting = {key: bill for key, bill in judge.postable().items() if key not in posted}
    late = [key for key, bill in waiting.items() if not judge.short(bill, billed, received, strict=True)]
    assert not late, f"{len(late)} bills wait for nothing, for example {late[0]}: {said_of(it, late[0][1])}"
    assert_amounts(judge)
    return len(posted)


def said_of(it: Purchasing, number: str) -> list[str]:
    """Returns what the list of records says about a bill."""
    return [f"{row['outcome']}, {row['reason']}" for row in it.records() if row["source_ref"] == number]


def assert_amounts(judge: Judge) -> None:
    """Fails unless each invoice says what its bill says: total, currency, date, orders, and accounts without orders."""
    for invoice in judge.it.qad.invoices.values():
        bill = judge.bills[str(invoice["supplierCode"]), str(invoice["reference"])]
        total = sums(bill)["total_cost_with_tax"]
        assert invoice["originalCreditTC"] == total, (
            f"{bill.invoice_number}: {invoice['originalCreditTC']}, not {total}"
        )
        assert invoice["currencyCode"] == judge.books.currencies[bill.currency]["name"], bill.invoice_number
        assert invoice["invoiceDate"][:10] == str(bill.invoice_date), bill.invoice_number
        orders = {judge.books.lines[item.line].order for item in bill.items if item.line is not None}
        named = {one["purchaseOrderNumber"] for one in invoice["supplierInvoicePOs"]}
        assert named == {number_of(judge.books.orders[one or 0]) for one in orders}, bill.invoice_number
        if not orders:
            assert_coded(judge, bill, invoice["postingLines"])


def assert_coded(judge: Judge, bill: Bill, lines: list[dict[str, Decimal]]) -> None:
    """Fails unless the posting lines of a bill without orders come to its total, on the accounts that it names."""
    net: Counter[tuple[str, str]] = Counter()
    shares = [share for item in bill.items for share in item.shares] + [cost.share for cost in bill.costs]
    for share in shares:
        net[coded(judge.it, share.account)] += share.amount  # type: ignore[assignment]
    posted: Counter[tuple[str, str]] = Counter()
    for line in lines:
        posted[str(line["accountCode"]), str(line["costCenterCode"])] += line["debitTC"] - line["creditTC"]  # type: ignore[assignment]
    told = sums(bill)
    assert posted.total() == told["total_cost_with_tax"], bill.invoice_number
    assert posted.keys() == net.keys(), bill.invoice_number
    if told["total_cost"] == told["total_cost_with_tax"]:
        assert posted == net, bill.invoice_number
