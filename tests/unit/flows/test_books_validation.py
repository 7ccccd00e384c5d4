"""What people change in QuickBooks is compared with BILL: our own writes are known, and differences are listed."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from blocks.bill.client import BillClient
from blocks.bill.credentials import BillCredentials
from blocks.exact import Record
from blocks.quickbooks_online.client import QuickBooksClient
from blocks.quickbooks_online.models import Document, Vendor
from blocks.source import Row
from blocks.target import Body
from flows.bill_quickbooks_online.agreement import document_points, vendor_points
from flows.bill_quickbooks_online.mapping import Coding, to_document, to_vendor
from flows.bill_quickbooks_online.rules import PAIR
from flows.bill_quickbooks_online.streams import streams_of
from flows.bill_quickbooks_online.validation import COMING, NOT_OURS, WROTE, Counterparts, VendorCheck, check_document
from tasks.create import carry_out
from tasks.outcomes import TARGET, Decision, Hold, Ignore, Keep, Refuse
from tasks.run import Request, Run, open_run
from tasks.state.models import Link
from tasks.state.store import Store
from tests.sandbox.bill import BillSandbox
from tests.sandbox.quickbooks_online import QuickBooksSandbox
from tests.sandbox.serving import served
from tests.unit.blocks.quickbooks_books import client_of
from tests.unit.flows.books_records import REFS, a_line, a_link, a_part, a_vendor, company, rules

WRITTEN = "2026-11-02T10:00:00-08:00"
LATER = "2026-11-03T10:00:00-08:00"
AT = datetime(2026, 11, 2, 18, tzinfo=UTC)
VENDOR: Record = {
    "Id": "57", "DisplayName": "Acme Tools", "Active": True, "TaxIdentifier": "XXXXXX4321",
    "PrimaryEmailAddr": {"Address": "ap@acme.example"}, "PrimaryPhone": {"FreeFormNumber": "555-0100"},
    "BillAddr": {"Line1": "1 Main St", "City": "Reno", "PostalCode": "89501", "Country": "USA"},
    "MetaData": {"LastUpdatedTime": LATER},
}  # fmt: skip
WANTED_VENDOR = to_vendor(a_vendor(), "Acme Tools", "", company())
PART = a_part(a_line("10.00", "d1", "c1"), a_line("2.50", "d1"))


def wanted(class_per: Any = "line") -> Body:
    part = PART if class_per == "line" else a_part(a_line("12.50", "d1", "c1"))
    return to_document(part, Coding(location="d1"), REFS, company(class_per=class_per), "PurchaseOrder")


def as_there(body: Body, **changes: Any) -> Document:
    """Returns the document as QuickBooks has it after this was sent, but for these fields."""
    total = sum((line["Amount"] for line in body["Line"]), Decimal(0))
    whole = {"Id": "162", "TotalAmt": total, "MetaData": {"LastUpdatedTime": LATER}, **body}
    return Document.model_validate(whole | changes)


def lines(*changed: Any) -> list[Any]:
    return [{**line, **more} for line, more in zip(wanted()["Line"], changed, strict=True)]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, []),
        ({"DisplayName": "Acme Tools (Vendor)"}, []),
        ({"DisplayName": "ACME TOOLS"}, []),
        ({"DisplayName": "Acme Ltd"}, ["name is Acme Ltd, and Acme Tools in BILL"]),
        ({"PrimaryEmailAddr": {"Address": "x@y.example"}}, ["e-mail is x@y.example, and ap@acme.example in BILL"]),
        ({"PrimaryEmailAddr": None}, ["e-mail is empty, and ap@acme.example in BILL"]),
        ({"PrimaryPhone": None}, ["phone is empty, and 555-0100 in BILL"]),
        ({"BillAddr": {"Line1": "1 Main St", "Line2": "Reno 89501 USA"}}, []),
        (
            {"BillAddr": {"Line1": "2 Main St", "City": "Reno"}},
            ["address is 2 Main St Reno, and 1 Main St Reno 89501 USA in BILL"],
        ),
        ({"TaxIdentifier": "XXXXXX9999"}, ["there is a difference in the end of the tax id"]),
        ({"TaxIdentifier": None}, ["the tax id is empty"]),
        ({"Active": False, "DisplayName": "Acme Tools (deleted)"}, ["it is inactive"]),
    ],
)
def test_a_vendors_differences_are_named_one_by_one(changed: Record, said: list[str]) -> None:
    assert vendor_points(WANTED_VENDOR, Vendor.model_validate(VENDOR | changed)) == said


def test_what_bill_does_not_tell_of_a_vendor_is_a_difference_too() -> None:
    bare = to_vendor(a_vendor(email=None, phone=None), "Acme Tools", "", company())
    assert vendor_points(bare, Vendor.model_validate(VENDOR)) == [
        "e-mail is ap@acme.example, and empty in BILL",
        "phone is 555-0100, and empty in BILL",
    ]


def test_a_document_as_it_was_sent_agrees_whatever_the_order_of_lines_and_the_notes_of_people() -> None:
    note = f"Call Ann first\n{wanted()['PrivateNote']}\nBILL payment stp1: CLEARED"
    assert document_points(wanted(), as_there(wanted(), PrivateNote=note, Line=wanted()["Line"][::-1])) == []
    assert document_points(wanted("document"), as_there(wanted("document"))) == []


LINES_DIFFER = "the lines' accounts, classes or amounts differ"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"TotalAmt": "0"}, ["total is 0.00, and 12.50 in BILL"]),
        ({"VendorRef": {"value": "58"}}, ["vendor is 58, and another one in BILL"]),
        ({"TxnDate": "2026-11-05"}, ["date is 2026-11-05, and 2026-11-02 in BILL"]),
        ({"DueDate": None}, ["due date is empty, and 2026-12-02 in BILL"]),
        ({"DocNumber": "NW-2"}, ["number is NW-2, and NW-1 in BILL"]),
        ({"DepartmentRef": {"value": "3"}}, ["location is 3, and another one in BILL"]),
        ({"DepartmentRef": None}, ["location is empty, and another one in BILL"]),
        ({"PrivateNote": "Call Ann"}, ["its private note does not name the bill any more"]),
        ({"Line": lines({"Amount": "2.50"}, {"Amount": "10.00"})}, [LINES_DIFFER]),
        (
            {"Line": lines({}, {"DetailType": "ItemBasedExpenseLineDetail", "AccountBasedExpenseLineDetail": None})},
            [LINES_DIFFER],
        ),
        ({"Line": wanted()["Line"][:1], "TotalAmt": "10.00"}, ["total is 10.00, and 12.50 in BILL", LINES_DIFFER]),
    ],
)
def test_a_documents_differences_are_named_one_by_one(changed: Record, said: list[str]) -> None:
    assert document_points(wanted(), as_there(wanted(), **changed)) == said


def test_another_class_of_a_whole_document_is_a_difference() -> None:
    there = as_there(wanted("document"), ClassRef={"value": "502"})
    assert document_points(wanted("document"), there) == ["class is 502, and another one in BILL"]


def known(link: Link | None, body: Body | None = None, coming: bool = False) -> Counterparts:
    return Counterparts(
        {link.target_id: link} if link else {},
        {link.target_id: body} if link else {},
        frozenset({link.target_id} if link and coming else ()),
    )


def of_vendor(link: Link | None, by: Any = None, body: Body | None = WANTED_VENDOR, **more: Any) -> Decision:
    vendor, coming = Vendor.model_validate(VENDOR | more), more.get("coming", False)
    return VendorCheck(by or rules())(Row("57", "Acme Tools", "h", vendor), known(link, body, coming))


def of_document(link: Link | None, body: Body | None = None, coming: bool = False, **more: Any) -> Decision:
    document = as_there(wanted(), **more)
    return check_document(Row("162", "NW-1", "h", document), known(link, body or wanted(), coming))


OURS, ORDER = a_link("57", "v1", changed_at=AT), a_link("162", source_ref="NW-1", changed_at=AT)
DECIDED: list[tuple[Callable[..., Decision], Link]] = [(of_vendor, OURS), (of_document, ORDER)]


@pytest.mark.parametrize(("decide", "link"), DECIDED)
def test_our_own_write_is_recognised_and_a_change_that_agrees_is_kept(
    decide: Callable[..., Decision], link: Link
) -> None:
    assert decide(link, MetaData={"LastUpdatedTime": WRITTEN}) == Keep(WROTE)
    assert decide(link) == Keep("agrees with BILL")


@pytest.mark.parametrize(("decide", "link"), DECIDED)
def test_a_change_that_is_on_its_way_from_bill_is_no_difference(decide: Callable[..., Decision], link: Link) -> None:
    made = decide(link, coming=True)
    assert isinstance(made, Hold)
    assert made.reason == COMING
    assert made.causes[0].stream == TARGET


@pytest.mark.parametrize(
    ("made", "said", "source"),
    [
        (of_vendor(OURS, PrimaryPhone=None), "differs from BILL: phone is empty, and 555-0100 in BILL", "v1"),
        (
            of_vendor(a_link("57", "v1", state="archived")),
            "is in use in QuickBooks Online, but archived in BILL",
            "v1",
        ),
        (of_document(ORDER, DocNumber="NW-2"), "differs from BILL: number is NW-2, and NW-1 in BILL", "00n1"),
        (
            of_document(ORDER, status="Deleted"),
            "was deleted in QuickBooks Online, but bill NW-1 is in use in BILL",
            "00n1",
        ),
    ],
)
def test_a_difference_is_listed_with_how_to_mend_it_and_looked_at_again(made: Decision, said: str, source: str) -> None:
    assert isinstance(made, Refuse)
    assert made.reason == said
    assert f"`ml-connector replay s --record-id {source}`" in made.remedy
    assert made.causes[0].stream == TARGET  # so that it goes by itself once it is mended


def test_what_is_out_of_use_on_both_sides_agrees() -> None:
    archived = a_link("57", "v1", state="archived")
    assert of_vendor(archived, Active=False) == Keep("out of use in both")
    gone: list[dict[str, Any]] = [{"status": "Deleted"}, {"POStatus": "Closed"}]
    for there in gone:
        made = of_document(a_link("162", state="archived"), **there)
        assert made == Keep("withdrawn in both")


def test_a_vendor_of_quickbooks_alone_is_listed_or_ignored_as_the_rules_say() -> None:
    made = of_vendor(None)
    assert isinstance(made, Hold)
    assert made.reason == "is in QuickBooks Online, but not in BILL"
    assert "Enter it in BILL" in made.remedy
    assert of_vendor(None, rules(quickbooks_only_vendors="ignore")) == Ignore(NOT_OURS)
    assert of_vendor(None, Active=False) == Ignore(NOT_OURS)
    assert of_document(None) == Ignore(NOT_OURS)


@dataclass
class Both:
    """Both systems over HTTP, and the streams between them; a run here is all of its steps but the reading."""

    bill: BillSandbox
    books: QuickBooksSandbox
    clients: tuple[BillClient, QuickBooksClient]
    store: Store
    runs: int = 0

    @asynccontextmanager
    async def run(self) -> AsyncIterator[Run]:
        self.runs += 1
        async with open_run(
            PAIR, "acme", Request(), run_id=f"r{self.runs}", retried=False, identities=("bill", "books"),
            rules_hash="", settle_seconds=0, store=self.store,
        ) as run:  # fmt: skip
            yield run

    def edit(self, entity: str, record: str, **fields: Any) -> None:
        """Somebody changes a record in QuickBooks, not in the second in which it was last written."""
        self.books.frame.clock.advance(5)
        self.books.edit(entity, record, **fields)

    async def move(self, name: str, *ids: str) -> dict[str, str]:
        """Returns the outcomes and reasons of these records of a stream, by id, after they were moved."""
        async with self.run() as run:
            every = streams_of(*self.clients, rules(), company(locations=False), run.ledger)
            stream = next(one for one in every if one.name == name)
            rows = await stream.reader.load(ids)
            await carry_out(run, stream, rows, await stream.align(run, rows))
            kept = run.ledger.records(name, [row.id for row in rows])
            return {one: f"{record.outcome} {record.reason}".strip() for one, record in kept.items()}


@pytest.fixture
async def both(bill: tuple[BillSandbox, str], store: Store) -> AsyncIterator[Both]:
    sandbox, url = bill
    books = QuickBooksSandbox()
    credentials = {
        "username": sandbox.username, "password": sandbox.password, "organization_id": sandbox.organization_id,
        "developer_key": sandbox.developer_key, "base_url": url,
    }  # fmt: skip
    block = BillCredentials.model_validate(credentials)
    with served(books.app) as books_url:
        async with block.get_client() as ours, client_of(books, books_url) as theirs:
            yield Both(sandbox, books, (ours, theirs), store)


def seeded(both: Both) -> tuple[str, str]:
    """Returns a vendor of BILL and a bill of it, whose account both systems have."""
    both.books.seed_accounts([{"number": "6010", "name": "Supplies", "type": "EXPENSE"}])
    [account] = both.bill.seed_chart([{"number": "6010", "name": "Supplies", "type": "EXPENSE"}])
    vendor = both.bill.seed_vendor(name="Acme Tools", email="ap@acme.example")
    line = {"amount": Decimal("12.50"), "classifications": {"chartOfAccountId": account["id"]}}
    return vendor["id"], both.bill.seed_bill(vendorId=vendor["id"], billLineItems=[line])["id"]


async def test_a_difference_of_a_vendor_appears_and_goes_with_its_cause(both: Both) -> None:
    vendor, _bill = seeded(both)
    assert await both.move("vendors", vendor) == {vendor: "created"}
    [there] = both.books.vendors
    assert await both.move("quickbooks_vendors", there) == {there: f"unchanged {WROTE}"}
    both.edit("Vendor", there, PrimaryEmailAddr={"Address": "x@y.example"})
    said = await both.move("quickbooks_vendors", there)
    assert said == {there: "refused differs from BILL: e-mail is x@y.example, and ap@acme.example in BILL"}
    both.edit("Vendor", there, PrimaryEmailAddr={"Address": "ap@acme.example"})
    assert await both.move("quickbooks_vendors", there) == {there: "unchanged agrees with BILL"}


async def test_a_difference_of_an_order_appears_and_goes_with_its_cause(both: Both) -> None:
    _vendor, bill = seeded(both)
    assert await both.move("bills", bill) == {bill: "created"}
    [order] = both.books.purchase_orders
    assert await both.move("quickbooks_documents", order) == {order: f"unchanged {WROTE}"}
    due = both.books.purchase_orders[order]["DueDate"]
    both.edit("PurchaseOrder", order, DueDate="2031-01-01")
    said = await both.move("quickbooks_documents", order)
    assert said == {order: f"refused differs from BILL: due date is 2031-01-01, and {due} in BILL"}
    both.edit("PurchaseOrder", order, DueDate=due)
    assert await both.move("quickbooks_documents", order) == {order: "unchanged agrees with BILL"}


async def test_a_bill_that_changed_in_bill_is_not_blamed_on_quickbooks(both: Both) -> None:
    _vendor, bill = seeded(both)
    await both.move("bills", bill)
    [order] = both.books.purchase_orders
    both.bill.edit_bill(bill, amount=Decimal("20.00"))
    both.edit("PurchaseOrder", order, Memo="Deliver at the back")
    assert await both.move("quickbooks_documents", order) == {order: f"held {COMING}"}
    assert await both.move("bills", bill) == {bill: "updated"}
    assert await both.move("quickbooks_documents", order) == {order: f"unchanged {WROTE}"}


async def test_an_order_that_people_deleted_is_listed_and_made_anew_when_it_is_replayed(both: Both) -> None:
    _vendor, bill = seeded(both)
    await both.move("bills", bill)
    [order] = both.books.purchase_orders
    both.books.frame.clock.advance(5)
    both.books.delete("PurchaseOrder", order)
    said = await both.move("quickbooks_documents", order)
    assert said[order].startswith("refused was deleted in QuickBooks Online")
    assert await both.move("bills", bill) == {bill: "created deleted there; made anew"}
    [anew] = both.books.purchase_orders.values()
    assert (anew["TotalAmt"], bill in anew["PrivateNote"]) == (Decimal("12.50"), True)
