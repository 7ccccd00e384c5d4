"""Purchase orders of QuickBooks Online, written to the emulator over real HTTP."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from blocks.errors import AnswerLostError, RefusedError
from blocks.quickbooks_online.document_target import PurchaseOrderTarget
from blocks.target import Found
from tests.sandbox.faults import Fault
from tests.sandbox.quickbooks_online import QuickBooksSandbox
from tests.sandbox.serving import served
from tests.unit.blocks.quickbooks_books import (
    Meddled,
    a_document,
    a_line,
    client_of,
    ids,
    lose,
    made,
    new_keys,
)


@pytest.fixture
def company() -> QuickBooksSandbox:
    company = QuickBooksSandbox()
    company.options(throttle=False, access_seconds=10**6)
    return company


@pytest.fixture
async def client(company: QuickBooksSandbox) -> AsyncIterator[Meddled]:
    with served(company.app) as url:
        async with client_of(company, url) as client:
            yield client


@pytest.fixture
def account(company: QuickBooksSandbox) -> str:
    [row] = company.seed_accounts([{"number": "6410", "name": "Stationery", "type": "EXPENSE"}])
    return str(row["Id"])


@pytest.fixture
def vendor(company: QuickBooksSandbox) -> str:
    return str(company.add_vendor(DisplayName="Northwind Paper")["Id"])


async def test_orders_are_created_and_compared(
    company: QuickBooksSandbox, client: Meddled, vendor: str, account: str
) -> None:
    good = a_document(vendor, a_line(account, "100.10"), a_line(account, "-0.10"), DocNumber="INV-1")
    bad = a_document(vendor, a_line("9999"), bill_id="00n02")
    nameless = a_document(vendor, a_line(account)) | {"PrivateNote": "call Bob"}
    first, second, third = await PurchaseOrderTarget(client).create([good, bad, nameless], new_keys(3))
    assert isinstance(first, Found)
    assert isinstance(second, RefusedError)
    assert isinstance(third, RefusedError)
    assert "could not be found again" in str(third)
    assert (first.wrong, first.record["TotalAmt"]) == ("", Decimal(100))
    assert list(company.purchase_orders) == [first.id]


async def test_what_quickbooks_passes_over_is_said(
    company: QuickBooksSandbox, client: Meddled, vendor: str, account: str
) -> None:
    [department], [klass] = company.seed_departments(["Dayton"]), company.seed_classes(["Operations"])
    company.set_preference(ClassTrackingPerTxnLine=False, UseCustomTxnNumbers=False)
    company.options(order_department_kept=False)
    body = a_document(
        vendor,
        a_line(account, ClassRef={"value": klass["Id"]}),
        DocNumber="INV-1",
        DepartmentRef={"value": department["Id"]},
    )
    [found] = made(await PurchaseOrderTarget(client).create([body], new_keys(1)))
    assert all(name in found.wrong for name in ("DocNumber", "DepartmentRef", "ClassRef of line 1"))


async def test_a_number_that_is_taken_is_used_all_the_same(
    company: QuickBooksSandbox, client: Meddled, vendor: str, account: str
) -> None:
    target, keys = PurchaseOrderTarget(client), new_keys(3)
    bodies = [a_document(vendor, a_line(account), bill_id=f"00n0{n}", DocNumber="7" * (1 + n // 2)) for n in range(3)]
    for _time in range(2):
        found = made(await target.create(bodies, keys))
    assert [one.record["DocNumber"] for one in found] == ["7", "7", "77"]
    changed = await target.update(found[2].id, {"DocNumber": "7"}, new_keys(1)[0])
    assert changed.record["DocNumber"] == "7"
    assert len(company.purchase_orders) == 3
    assert not company.calls("/purchaseorder?"), "a call for each document"


async def test_a_number_that_is_taken_is_used_where_batches_pass_over_options(
    company: QuickBooksSandbox, client: Meddled, vendor: str, account: str
) -> None:
    company.options(batch_options=False)
    target, keys = PurchaseOrderTarget(client), new_keys(3)
    bodies = [a_document(vendor, a_line(account), bill_id=f"00n0{n}", DocNumber="7") for n in range(3)]
    for _time in range(2):
        found = made(await target.create(bodies, keys))
    assert [one.record["DocNumber"] for one in found] == ["7", "7", "7"]
    assert len(company.purchase_orders) == 3


async def test_a_lost_answer_to_a_number_that_is_taken_is_in_doubt(
    company: QuickBooksSandbox, client: Meddled, vendor: str, account: str
) -> None:
    target, keys, since = PurchaseOrderTarget(client), new_keys(2), company.frame.clock.now()
    bodies = [a_document(vendor, a_line(account), bill_id=f"00n0{n}", DocNumber="7") for n in range(2)]
    company.frame.faults.add(Fault(kind="lost_after", match="POST .*/batch", skip=1))
    with pytest.raises(AnswerLostError):
        await target.create(bodies, keys)
    assert ids(await target.find(bodies, since)) == list(company.purchase_orders)
    assert ids(await target.create(bodies, keys)) == list(company.purchase_orders)


async def test_an_order_is_found_by_marker_vendor_and_total(
    company: QuickBooksSandbox, client: Meddled, vendor: str, account: str
) -> None:
    target = PurchaseOrderTarget(client)
    body = a_document(vendor, a_line(account))
    made(await target.create([body], new_keys(1)))
    company.frame.clock.advance(7200)
    since = company.frame.clock.now()
    lose(company)
    with pytest.raises(AnswerLostError):
        await target.create([body, a_document(vendor, a_line(account), bill_id="00n012")], new_keys(2))
    oldest, newest, _other = company.purchase_orders
    company.edit("PurchaseOrder", oldest, Memo="changed since then")
    company.edit("PurchaseOrder", newest, PrivateNote=f"call Bob\n{body['PrivateNote']}\nurgent")
    other_total = a_document(vendor, a_line(account, "150.01"))
    other_vendor = a_document("1", a_line(account))
    found = await target.find([other_total, other_vendor, body, body], since)
    assert ids(found) == [None, None, newest, None]


async def test_an_order_that_was_made_anew_is_found_instead_of_the_closed_one(
    company: QuickBooksSandbox, client: Meddled, vendor: str, account: str
) -> None:
    target, since, body = PurchaseOrderTarget(client), company.frame.clock.now(), a_document(vendor, a_line(account))
    [closed] = made(await target.create([body], new_keys(1)))
    company.bill_from_order(closed.id)
    await target.archive(closed.id)
    company.frame.clock.advance(2)
    [anew] = made(await target.create([body], new_keys(1)))
    company.edit("PurchaseOrder", closed.id, Memo="changed since then")
    assert ids(await target.find([body], since)) == [anew.id]


async def test_orders_of_one_bill_are_told_apart_by_location(
    company: QuickBooksSandbox, client: Meddled, vendor: str, account: str
) -> None:
    places = [{"value": row["Id"]} for row in company.seed_departments(["Dayton", "Toledo"])]
    bodies = [a_document(vendor, a_line(account), DepartmentRef=place) for place in places]
    target, since = PurchaseOrderTarget(client), company.frame.clock.now()
    [second] = made(await target.create(bodies[1:], new_keys(1)))
    assert ids(await target.find(bodies, since)) == [None, second.id]


async def test_a_changed_order_keeps_what_people_wrote(
    company: QuickBooksSandbox, client: Meddled, vendor: str, account: str
) -> None:
    target = PurchaseOrderTarget(client)
    body = a_document(vendor, a_line(account), a_line(account, "20.00"), DocNumber="INV-1")
    [created] = made(await target.create([body], new_keys(1)))
    company.edit("PurchaseOrder", created.id, Memo="thanks", PrivateNote=f"{body['PrivateNote']}\ncall Bob")
    changed = a_document(vendor, a_line(account, "170.00"), DocNumber="INV-2")
    found = await target.update(created.id, changed, new_keys(1)[0])
    kept = company.purchase_orders[created.id]
    assert (kept["Memo"], kept["DocNumber"], kept["TotalAmt"]) == ("thanks", "INV-2", Decimal(170))
    assert kept["PrivateNote"] == f"{body['PrivateNote']}\ncall Bob"
    assert [line["Id"] for line in kept["Line"]] == ["1"]
    assert (found.wrong, kept["SyncToken"]) == ("", "2")


async def test_a_note_goes_to_every_order_of_a_bill_and_changes_nothing_else(
    company: QuickBooksSandbox, client: Meddled, vendor: str, account: str
) -> None:
    target = PurchaseOrderTarget(client)
    bodies = [a_document(vendor, a_line(account), DocNumber=f"N{number}") for number in range(2)]
    orders = [one.id for one in made(await target.create(bodies, new_keys(2)))]
    before = {one: dict(company.purchase_orders[one]) for one in orders}
    paid = {"PrivateNote": "BILL payment 0ps01 paid 412.50", "POStatus": "Closed"}
    found = await target.update(",".join(orders), paid, new_keys(1)[0])
    assert (found.id, found.wrong) == (",".join(orders), "")
    for order in orders:
        kept = company.purchase_orders[order]
        changed = {name for name in kept if kept[name] != before[order].get(name)}
        assert changed - {"SyncToken", "MetaData"} == {"PrivateNote", "POStatus"}
        assert kept["PrivateNote"] == "BILL bill 00n01 of 008X\nBILL payment 0ps01 paid 412.50"
    with pytest.raises(RefusedError, match="together"):
        await target.update(",".join(orders), bodies[0], new_keys(1)[0])


async def test_an_order_is_deleted_and_a_linked_one_closed(
    company: QuickBooksSandbox, client: Meddled, vendor: str, account: str
) -> None:
    target = PurchaseOrderTarget(client)
    bodies = [a_document(vendor, a_line(account), bill_id=f"00n{number}") for number in range(2)]
    free, linked = (one.id for one in made(await target.create(bodies, new_keys(2))))
    company.bill_from_order(linked)
    company.edit("PurchaseOrder", linked, POStatus="Open")
    for _time in range(2):
        assert (await target.archive(free)).record["status"] == "Deleted"
        assert (await target.archive(linked)).record["POStatus"] == "Closed"
    assert list(company.purchase_orders) == [linked]
    kept = company.purchase_orders[linked]["PrivateNote"].split("\n")
    assert kept == ["BILL bill 00n1 of 008X", kept[1]]
    assert kept[1].startswith("BILL withdrawal 00n1 ")
    with pytest.raises(RefusedError, match="any more"):
        await target.update(free, bodies[0], new_keys(1)[0])


async def test_an_order_that_goes_or_gets_a_bill_meanwhile(
    company: QuickBooksSandbox, client: Meddled, vendor: str, account: str
) -> None:
    target = PurchaseOrderTarget(client)
    bodies = [a_document(vendor, a_line(account), bill_id=f"00n{number}") for number in range(3)]
    gone, billed, lost = (one.id for one in made(await target.create(bodies, new_keys(3))))
    client.meddling = [lambda: company.delete("PurchaseOrder", gone)]
    assert (await target.archive(gone)).record["status"] == "Deleted"
    client.meddling = [lambda: company.bill_from_order(billed)]
    assert (await target.archive(billed)).record["POStatus"] == "Closed"
    client.meddling = [lambda: company.delete("PurchaseOrder", lost)]
    with pytest.raises(RefusedError, match="any more"):
        await target.update(lost, bodies[2], new_keys(1)[0])
