"""Vendors over several runs, with both systems: what one run writes, the next one knows."""

import pytest

from flows.bill_quickbooks_desktop import edits
from flows.bill_quickbooks_desktop.edits import look_for_edits
from tasks.state.store import Store
from tests.sandbox.bill import BillSandbox
from tests.unit.flows.desktop_desk import Desk

BOTH_WAYS = ("vendors", "quickbooks_vendors")


@pytest.fixture
def desk(store: Store, bill: tuple[BillSandbox, str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(edits, "_look", edits._look.fn)  # the step itself, without Prefect
    return Desk(store, bill)


async def moved(desk: Desk, *streams: str) -> dict[str, tuple[str, str]]:
    """Moves these streams in a run; returns the outcomes of all vendors, by BILL id and by ListID."""
    desk.later()
    async with desk.running() as one:
        await look_for_edits(one.run, one.books)
        await one.move(*(streams or BOTH_WAYS))
        ledger = one.run.ledger
        found = ledger.records("vendors", desk.bill.vendors.keys())
        found |= ledger.records("quickbooks_vendors", desk.company.vendors.keys())
        return {known: (record.outcome, record.reason) for known, record in found.items()}


def written(desk: Desk) -> list[str]:
    return [one.message for one in desk.company.executed if not one.message.endswith("Query")]


async def test_a_renamed_vendor_keeps_its_address_in_both_systems(desk: Desk) -> None:
    vendor = desk.enter_vendor("Acme Tools")
    await moved(desk)
    desk.later()
    desk.bill.edit_vendor(vendor, name="Fine Tools")
    await moved(desk)
    await moved(desk)
    assert desk.bill.vendors[vendor]["address"]["line1"] == "1 Mill Rd"
    address = desk.there("Fine Tools")["VendorAddress"]
    assert (address["Addr1"], address["Addr2"]) == ("Fine Tools", "1 Mill Rd")
    assert written(desk) == ["VendorAdd", "VendorMod"]


async def test_a_long_address_of_quickbooks_goes_to_bill_and_is_never_cut_off_in_quickbooks(desk: Desk) -> None:
    lines = {
        "Addr1": "Own",
        "Addr2": "c/o Smith and Jones",
        "Addr3": "1234 Industrial Parkway North",
        "Addr4": "Suite 9",
    }
    await moved(desk)
    desk.company.add_vendor("Own", CompanyName="Own", VendorAddress={**lines, "City": "Reno", "PostalCode": "89501"})
    await moved(desk)
    [vendor] = desk.bill.vendors.values()
    assert vendor["address"]["line2"] == "1234 Industrial Parkway North Suite 9"
    await moved(desk)
    desk.later()
    desk.bill.edit_vendor(vendor["id"], phone="555-0199")
    await moved(desk)
    held = desk.there("Own")["VendorAddress"]
    assert {part: held[part] for part in lines} == lines
    assert desk.there("Own")["Phone"] == "555-0199"


async def test_what_is_edited_between_making_a_vendor_in_bill_and_linking_it_is_no_conflict(desk: Desk) -> None:
    await moved(desk)
    there = desk.company.add_vendor("Own", VendorAddress={"Addr1": "1 A St", "City": "Reno", "PostalCode": "89501"})
    await moved(desk)
    desk.later()
    desk.company.edit_vendor(there["ListID"], Email="billing@own.example")
    outcomes = await moved(desk)
    [vendor] = desk.bill.vendors.values()
    assert vendor["email"] == "billing@own.example"
    assert "held" not in {outcome for outcome, _reason in outcomes.values()}


async def test_two_vendors_of_one_name_on_two_pages_of_a_run_both_get_a_name(desk: Desk) -> None:
    desk.enter_vendor("Acme Tools")
    async with desk.running() as one:
        await one.move("vendors")
        desk.enter_vendor("Acme Tools", email="other@acme.example")
        one.run.tally.seen["vendors"].clear()
        await one.move("vendors")  # QuickBooks' vendors were read before the first one was made
    assert {one["Name"] for one in desk.company.vendors.values()} == {"Acme Tools", "Acme Tools (V)"}


async def test_a_conflict_is_listed_once_and_ends_with_an_edit_that_makes_both_equal(desk: Desk) -> None:
    vendor = desk.enter_vendor("Acme Tools", phone="1")
    await moved(desk)
    list_id = desk.there("Acme Tools")["ListID"]
    desk.later()
    desk.bill.edit_vendor(vendor, phone="2")
    desk.company.edit_vendor(list_id, Phone="3")
    outcomes = await moved(desk)
    assert (outcomes[vendor][0], outcomes[list_id][0]) == ("held", "unchanged")
    assert "phone: '2' and '3'" in outcomes[vendor][1]

    reads = len(desk.bill.frame.log)
    await moved(desk)
    singles = [call.path for call in desk.bill.frame.log[reads:] if call.path.endswith(vendor)]
    assert singles == []  # nothing changed, so nobody is asked about it

    desk.later()
    desk.company.edit_vendor(list_id, Phone="2")
    outcomes = await moved(desk)
    assert outcomes[vendor][0] == "unchanged"
    assert (desk.bill.vendors[vendor]["phone"], desk.there("Acme Tools")["Phone"]) == ("2", "2")


async def test_a_conflict_beside_an_edit_that_was_carried_over_is_listed_in_the_next_run(desk: Desk) -> None:
    vendor = desk.enter_vendor("Acme Tools", phone="1", email="a@acme.example")
    await moved(desk)
    desk.later()
    desk.bill.edit_vendor(vendor, phone="2", email="b@acme.example")
    desk.company.edit_vendor(desk.there("Acme Tools")["ListID"], Phone="3")
    await moved(desk)
    assert desk.there("Acme Tools")["Email"] == "b@acme.example"
    assert (await moved(desk))[vendor][0] == "held"


async def test_a_vendor_that_was_merged_away_is_missed_and_a_mapping_leads_to_the_other_one(desk: Desk) -> None:
    first, second = desk.enter_vendor("Acme Tools"), desk.enter_vendor("Best Tools", phone="7")
    await moved(desk)
    loser, survivor = (desk.there(name)["ListID"] for name in ("Acme Tools", "Best Tools"))
    desk.later()
    desk.company.merge_vendors(loser, survivor)
    desk.bill.edit_vendor(first, phone="8")
    outcomes = await moved(desk)
    assert outcomes[first] == ("held", f"its QuickBooks vendor {loser} is gone")

    desk.rules = {"vendors": {first: survivor}}
    await moved(desk)
    outcomes = await moved(desk)
    assert outcomes[first][0] == "unchanged"
    assert (desk.there("Best Tools")["Phone"], desk.bill.vendors[second]["name"]) == ("7", "Best Tools")
    assert "VendorMod" not in written(desk)


async def test_an_edit_in_quickbooks_goes_to_bill_once(desk: Desk) -> None:
    vendor = desk.enter_vendor("Keystone: Wire", phone="1")
    await moved(desk)
    desk.later()
    desk.company.edit_vendor(desk.there("Keystone - Wire")["ListID"], Phone="2")
    for _ in range(3):
        await moved(desk)
    assert (desk.bill.vendors[vendor]["phone"], desk.bill.vendors[vendor]["name"]) == ("2", "Keystone: Wire")
    assert [call.method for call in desk.bill.frame.log if call.path.endswith(vendor)].count("PATCH") == 1
    assert written(desk) == ["VendorAdd"]
