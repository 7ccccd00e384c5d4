"""Every way in which bills and their documents in QuickBooks Online can disagree is found, over HTTP."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from blocks.bill.models import Bill
from flows.bill_quickbooks_online.mapping import Part, marker
from flows.bill_quickbooks_online.marks import Mark, marks_of
from tasks.state.store import Store
from tests.sandbox.bill import BillSandbox
from tests.sandbox.quickbooks_online import QuickBooksSandbox
from tests.sandbox.serving import served
from tests.unit.flows.books_left_by_a_run import Tenants, whats

Opened = Callable[..., Tenants]


@pytest.fixture
def tenants(bill: tuple[BillSandbox, str], store: Store) -> Iterator[Opened]:
    """Yields what opens both systems for one kind of document."""
    company = QuickBooksSandbox()
    company.options(throttle=False)
    with served(company.app) as url:
        yield lambda entity="purchase_order": Tenants(bill, (company, url), store, entity)


@pytest.mark.parametrize("entity", ["purchase_order", "bill"])
@pytest.mark.parametrize("deep", [True, False])
async def test_systems_in_agreement_stay_untouched(tenants: Opened, entity: str, deep: bool) -> None:
    it = tenants(entity)
    assert await it.compared(deep=deep) == []
    for sandbox in (it.bill, it.books):
        written = [row.path for row in sandbox.frame.log if row.method != "GET"]
        assert all(path.endswith(("/query", "/login", "/tokens/bearer")) for path in written), written


async def test_lines_cost_one_call_for_each_bill_and_all_else_a_few(tenants: Opened) -> None:
    it = tenants()
    for number in range(4, 40):
        it.sent(f"INV-{number}")
    await it.compared(deep=False)
    assert len(it.bill.frame.calls("GET /connect/v3/bills/")) == 0
    assert len(it.bill.frame.log) + len(it.books.frame.log) < 15
    await it.compared()
    assert len(it.bill.frame.calls("GET /connect/v3/bills/")) == 39


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"TxnDate": "2026-11-03"}, "date is 2026-11-03, and 2026-11-02 in BILL"),
        ({"DueDate": "2026-12-09"}, "due date is 2026-12-09, and 2026-12-02 in BILL"),
        ({"DocNumber": "INV-9"}, "number is INV-9, and INV-1 in BILL"),
    ],
)
async def test_each_part_of_the_heading_is_compared_without_lines_too(
    tenants: Opened, fields: dict[str, Any], said: str
) -> None:
    it = tenants()
    it.edit(0, **fields)
    for deep in (True, False):
        [one] = await it.compared(deep=deep)
        assert (one.stream, one.record, one.what) == ("bills", "INV-1", said)
        assert one.ours == it.bills[0]["id"]
        assert one.theirs == it.bills[0]["document"]
        assert f"ml-connector replay acme --record-id {it.bills[0]['id']}" in one.remedy


async def test_another_vendor_location_or_amount_is_found(tenants: Opened) -> None:
    it = tenants()
    other = it.books.add_vendor(DisplayName="Southwind")["Id"]
    place = list(it.departments.values())[1]
    it.edit(0, VendorRef={"value": other})
    it.edit(1, DepartmentRef={"value": place})
    it.edit(2, Line=it.lines(2, "60.05", "40.06"))
    found = whats(await it.compared())
    assert found["INV-1"] == ["vendor is Southwind, and another one in BILL"]
    assert found["INV-2"] == ["location is Test, and another one in BILL"]
    assert found["INV-3"] == [
        "total is 100.11, and 100.10 in BILL",
        "the lines' accounts, classes or amounts differ",
    ]
    assert whats(await it.compared(deep=False))["INV-3"] == ["total is 100.11, and 100.10 in BILL"]


async def test_a_cent_on_another_account_is_seen_though_the_total_agrees(tenants: Opened) -> None:
    it = tenants()
    it.edit(0, Line=it.lines(0, "60.04", "40.06"))
    assert whats(await it.compared()) == {"INV-1": ["the lines' accounts, classes or amounts differ"]}
    assert await it.compared(deep=False) == []


async def test_a_note_that_lost_the_bills_line_is_found(tenants: Opened) -> None:
    it = tenants()
    it.edit(0, PrivateNote="Call the plant first")
    assert whats(await it.compared()) == {"INV-1": ["its private note does not name the bill any more"]}


async def test_a_missing_bill_is_named_with_the_reason_that_our_records_have(tenants: Opened) -> None:
    it = tenants()
    new, held = it.new("INV-4"), it.new("INV-5")
    it.note("bills", held["id"], "held", "waits for account 7999 in QuickBooks Online", "INV-5")
    differing = await it.compared()
    found = {one.record: one for one in differing}
    assert found["INV-4"].what == "is in BILL, but QuickBooks Online has no purchase order for it"
    assert found["INV-4"].ours == f"{new['id']} 100.10"
    assert found["INV-5"].what == "held: waits for account 7999 in QuickBooks Online"
    assert found["INV-5"].remedy == "Add it."
    assert len(differing) == 2, "a reason of our own is enough"


async def test_bills_that_bill_itself_does_not_count_are_not_missing(tenants: Opened) -> None:
    it = tenants()
    archived, draft = it.new("INV-4"), it.new("INV-5")
    it.bill.archive("bills", archived["id"])
    it.bill.bills[draft["id"]]["recordStatus"] = "DRAFT"
    it.note("bills", archived["id"], "held", "is a draft in BILL", "INV-4")
    it.note("bills", draft["id"], "held", "is a draft in BILL", "INV-5")
    assert await it.compared() == []


async def test_a_deleted_document_is_found_unless_bill_has_archived_the_bill(tenants: Opened) -> None:
    it = tenants()
    for one in it.bills[:2]:
        it.books.delete("PurchaseOrder", one["document"])
    it.bill.archive("bills", it.bills[1]["id"])
    for deep in (True, False):
        [found] = await it.compared(deep=deep)
        assert (found.record, found.what) == ("INV-1", "was deleted in QuickBooks Online, but is in use in BILL")
        assert found.theirs == f"no {it.bills[0]['document']}"


async def test_a_document_of_an_archived_or_vanished_bill_is_found_until_it_is_closed(
    tenants: Opened,
) -> None:
    it = tenants()
    it.bill.archive("bills", it.bills[0]["id"])
    del it.bill.bills[it.bills[1]["id"]]
    assert whats(await it.compared()) == {
        "INV-1": ["is archived in BILL, but in use in QuickBooks Online"],
        "INV-2": ["is not in BILL any more, but in use in QuickBooks Online"],
    }
    it.edit(0, POStatus="Closed")
    it.edit(1, POStatus="Closed")
    assert await it.compared() == []


async def test_a_bill_that_is_in_use_again_is_found(tenants: Opened) -> None:
    it = tenants()
    one = it.bills[0]
    it.edit(0, POStatus="Closed")
    assert await it.compared() == [], "a paid order is closed, and agrees"
    it.link("bills", one["id"], one["document"], kind="purchase_order", state="archived", source_ref="INV-1")
    assert whats(await it.compared()) == {"INV-1": ["is in use again in BILL, but withdrawn in QuickBooks Online"]}


async def test_a_second_document_is_a_double_and_a_lone_one_is_unknown(tenants: Opened) -> None:
    it = tenants()
    second = it.document(it.bills[0], "INV-1")
    new = it.new("INV-4")
    lone = it.document(new, "INV-4")
    differing = await it.compared()
    found = {one.record: one for one in differing}
    assert found["INV-1"].what == "QuickBooks Online has more than one purchase order for the bill"
    assert (found["INV-1"].ours, found["INV-1"].theirs) == (it.bills[0]["document"], second["Id"])
    assert found["INV-4"].what == "QuickBooks Online has a purchase order for the bill that our records do not know"
    assert found["INV-4"].theirs == lone["Id"]
    assert len(differing) == 2, "a bill whose document is there is not missing"
    for one in (second, lone):
        it.books.edit("PurchaseOrder", one["Id"], POStatus="Closed")
    assert whats(await it.compared()) == {"INV-4": ["is in BILL, but QuickBooks Online has no purchase order for it"]}


async def test_a_marked_document_of_a_bill_that_is_archived_or_unknown_is_found(
    tenants: Opened,
) -> None:
    it = tenants()
    archived = it.new("INV-4")
    it.document(archived, "INV-4")
    it.bill.archive("bills", archived["id"])
    it.document({**archived, "id": "00nobody"}, "INV-5")
    foreign = it.document(archived, "INV-6")
    note = f"BILL bill {archived['id']} of 008ANOTHER: invoice INV-6"
    it.books.edit("PurchaseOrder", foreign["Id"], PrivateNote=note)
    assert whats(await it.compared()) == {
        "INV-4": ["QuickBooks Online has a purchase order of a bill that is archived in BILL"],
        "00nobody": ["QuickBooks Online has a purchase order of a bill that BILL does not have"],
    }


async def test_a_bill_that_cannot_be_said_in_quickbooks_any_more_is_named(tenants: Opened) -> None:
    it = tenants()
    account = it.bill.seed_chart([{"number": "7999", "name": "Suspense"}])[0]["id"]
    it.bill.bills[it.bills[0]["id"]]["billLineItems"][0]["classifications"]["chartOfAccountId"] = account
    it.bill.bills[it.bills[1]["id"]]["billLineItems"][1]["classifications"]["departmentId"] = list(it.departments)[1]
    it.rules["mixed_departments"] = []
    found = whats(await it.compared())
    assert account in found["INV-1"][0]
    assert "several departments" in found["INV-2"][0]
    it.note("bills", it.bills[0]["id"], "held", f"waits for account {account}", "INV-1")
    assert whats(await it.compared())["INV-1"] == [f"held: waits for account {account}"]


async def test_what_went_as_another_kind_is_left_alone(tenants: Opened) -> None:
    it = tenants()
    it.rules["target_entity"] = "bill"
    it.bill.pay([{"billId": it.bills[0]["id"], "amount": it.bills[0]["amount"]}], status="PROCESSED")
    assert await it.compared() == [], "a bill that went as an order is not paid in QuickBooks either"


async def test_departments_that_became_classes_are_compared(tenants: Opened) -> None:
    it = tenants()
    it.books.set_preference(TrackDepartments=False)
    classes = {name: it.books.seed_classes([name])[0]["Id"] for name in ("Assembly", "Test")}
    assert whats(await it.compared())["INV-1"][-1] == "the lines' accounts, classes or amounts differ"
    for number in range(3):
        lines = it.lines(number, "60.05", "40.05")
        for line in lines:
            line["AccountBasedExpenseLineDetail"]["ClassRef"] = {"value": classes["Assembly"]}
        it.edit(number, Line=lines)
    assert await it.compared() == []


@pytest.mark.parametrize(("department", "number"), [("", "INV-1"), ("00d-2", "A/7: x"), ("-", "")])
def test_a_mark_is_read_back_from_the_note_that_a_run_writes(department: str, number: str) -> None:
    bill = Bill.model_validate({"id": "00n01", "invoice": {"invoiceNumber": number}})
    line = marker(Part(bill, "008X", (), department))
    assert marks_of(f"Please check\n  {line}\nBILL payment 1: PAID") == [Mark("00n01", "008X", department)]
    assert marks_of("BILL payment 00n01 of 008X: invoice 1") == []
