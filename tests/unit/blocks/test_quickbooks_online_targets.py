"""Finding, creating and changing records of QuickBooks Online, against the emulator over real HTTP."""

from collections.abc import AsyncIterator, Sequence

import pytest

from blocks.calls import BusyError
from blocks.errors import AnswerLostError, ForbiddenError, RefusedError, VendorError
from blocks.exact import Record
from blocks.quickbooks_online.batch import Item
from blocks.quickbooks_online.document_target import BillTarget, PurchaseOrderTarget
from blocks.quickbooks_online.payment_target import BillPaymentTarget
from blocks.quickbooks_online.vendor_target import VendorTarget
from blocks.quickbooks_online.writing import refuse, written
from blocks.target import Change, ChangesTogether, Found, Key, Target
from tests.sandbox.faults import Fault
from tests.sandbox.quickbooks_online import QuickBooksSandbox
from tests.sandbox.serving import served
from tests.unit.blocks.quickbooks_books import (
    Meddled,
    a_vendor,
    client_of,
    ids,
    lose,
    made,
    new_keys,
)

BATCH = "POST .*/batch"


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


def batches(company: QuickBooksSandbox) -> int:
    return len(company.frame.calls("/batch"))


def test_the_targets_are_targets(client: Meddled) -> None:
    targets: list[Target] = [
        kind(client) for kind in (VendorTarget, PurchaseOrderTarget, BillTarget, BillPaymentTarget)
    ]
    assert [target.at_once for target in targets] == [30] * 4
    assert all(isinstance(target, ChangesTogether) and target.changes_at_once == 30 for target in targets)


async def test_thirty_vendors_are_created_in_one_call(company: QuickBooksSandbox, client: Meddled) -> None:
    bodies = [a_vendor(f"Vendor {number}") for number in range(30)]
    found = made(await VendorTarget(client).create(bodies, new_keys(30)))
    assert [one.record["DisplayName"] for one in found] == [body["DisplayName"] for body in bodies]
    assert all(one.changed_at is not None and one.wrong == "" for one in found)
    assert (batches(company), len(company.vendors)) == (1, 30)


async def test_a_lost_answer_is_found_and_repeating_it_makes_nothing_twice(
    company: QuickBooksSandbox, client: Meddled
) -> None:
    target, keys, since = VendorTarget(client), new_keys(3), company.frame.clock.now()
    bodies = [a_vendor(f"O'Brien \\ {number}: Söhne") for number in range(3)]
    lose(company)
    with pytest.raises(AnswerLostError):
        await target.create(bodies, keys)
    found = await target.find([*bodies, a_vendor("Somebody else")], since)
    again = made(await target.create(bodies[1:], keys[1:]))
    assert ids(found)[:3] == list(company.vendors)
    assert found[3] is None
    assert ids(again) == ids(found)[1:3]
    assert len(company.vendors) == 3


async def test_a_name_of_a_customer_gets_a_suffix(company: QuickBooksSandbox, client: Meddled) -> None:
    for name in ("Acme", "ACME (vendor)", "Beta"):
        company.add_customer(name)
    company.add_employee(DisplayName="Acme (Vendor 2)")
    bodies = [a_vendor("Acme"), a_vendor("Free"), a_vendor("Beta")]
    found = made(await VendorTarget(client).create(bodies, new_keys(3)))
    assert [one.record["DisplayName"] for one in found] == ["Acme (Vendor 3)", "Free", "Beta (Vendor)"]
    assert {row["DisplayName"] for row in company.customers.values()} == {"Acme", "ACME (vendor)", "Beta"}


async def test_a_suffix_given_before_an_answer_was_lost_is_not_given_twice(
    company: QuickBooksSandbox, client: Meddled
) -> None:
    company.add_customer("Acme")
    target, keys, since = VendorTarget(client), new_keys(1), company.frame.clock.now()
    lose(company, skip=1)
    with pytest.raises(AnswerLostError):
        await target.create([a_vendor("Acme")], keys)
    [again] = made(await target.create([a_vendor("Acme")], keys))
    assert again.record["DisplayName"] == "Acme (Vendor)"
    first, second = client.sent[:2]
    assert client.sent == [first, second, first, second]
    assert first != second
    assert ids(await target.find([a_vendor("Acme")], since)) == [again.id]
    assert len(company.vendors) == 1


async def test_a_name_of_a_vendor_is_refused_with_its_id(company: QuickBooksSandbox, client: Meddled) -> None:
    company.options(deleted_suffix=False)
    kept = company.add_vendor(DisplayName="Acme")["Id"]
    gone = company.add_vendor(DisplayName="Gone", Active=False)["Id"]
    bodies = [a_vendor("acme"), a_vendor("New"), a_vendor("Gone")]
    first, second, third = await VendorTarget(client).create(bodies, new_keys(3))
    assert isinstance(first, RefusedError)
    assert isinstance(third, RefusedError)
    assert isinstance(second, Found)
    assert f"id {kept}" in str(first)
    assert f"id {gone}" in str(third)
    assert "matched" in first.remedy


async def test_a_name_whose_variants_are_all_taken_is_refused(company: QuickBooksSandbox, client: Meddled) -> None:
    for suffix in ("", " (Vendor)", *(f" (Vendor {number})" for number in range(2, 10))):
        company.add_customer(f"Acme{suffix}")
    [refused] = await VendorTarget(client).create([a_vendor("Acme")], new_keys(1))
    assert isinstance(refused, RefusedError)
    assert "Acme" in str(refused)
    assert not company.vendors


async def test_terms_that_are_passed_over_are_sent_again(company: QuickBooksSandbox, client: Meddled) -> None:
    company.options(term_ignored_on_create=True)
    term = str(company.seed_terms([{"name": "Net 30", "days": 30}])[0]["Id"])
    bodies = [a_vendor("Acme", TermRef={"value": term}), a_vendor("Beta")]
    first, second = made(await VendorTarget(client).create(bodies, new_keys(2)))
    assert company.vendors[first.id]["TermRef"] == {"value": term}
    assert (first.wrong, second.wrong, first.record["SyncToken"]) == ("", "", "1")
    company.frame.faults.add(Fault(kind="lost_before", match=BATCH, skip=1))
    [third] = made(await VendorTarget(client).create([a_vendor("Gamma", TermRef={"value": term})], new_keys(1)))
    assert "TermRef" in third.wrong


async def test_a_vendor_is_found_by_more_than_its_name(company: QuickBooksSandbox, client: Meddled) -> None:
    company.add_vendor(**a_vendor("Old"))
    company.frame.clock.advance(7200)
    since = company.frame.clock.now()
    company.add_vendor(**a_vendor("Acme (Vendor 2)", PrimaryEmailAddr={"Address": "other@acme.example"}))
    right = company.add_vendor(**a_vendor("Acme (Vendor)", CompanyName="Acme"))["Id"]
    bodies = [a_vendor("Acme"), a_vendor("Acme"), a_vendor("Old")]
    assert ids(await VendorTarget(client).find(bodies, since)) == [right, None, None]


async def test_a_vendor_changes_only_in_the_fields_that_are_sent(company: QuickBooksSandbox, client: Meddled) -> None:
    held = company.add_vendor(**a_vendor("Acme", AcctNum="77", TaxIdentifier="98-7654321", Title="Dr"))["Id"]
    body = {"DisplayName": "Acme", "AcctNum": "", "PrimaryEmailAddr": {}, "TaxIdentifier": "XXXXXX4321"}
    found = await VendorTarget(client).update(held, body, new_keys(1)[0])
    kept = company.vendors[held]
    assert (kept["Title"], kept["TaxIdentifier"], kept["BillAddr"]["Line1"]) == ("Dr", "98-7654321", "12 Mill Road")
    assert not {"AcctNum", "PrimaryEmailAddr"} & kept.keys()
    assert (found.id, found.record["SyncToken"]) == (held, "1")


async def test_a_vendor_is_archived_once_and_comes_back_under_its_name(
    company: QuickBooksSandbox, client: Meddled
) -> None:
    target, held = VendorTarget(client), company.add_vendor(**a_vendor("Acme"))["Id"]
    for _time in range(2):
        assert (await target.archive(held)).record["Active"] is False
    assert company.vendors[held]["SyncToken"] == "1"
    back = await target.update(held, {"DisplayName": "Acme", "Active": True}, new_keys(1)[0])
    assert (back.record["Active"], back.record["DisplayName"]) == (True, "Acme")


async def test_a_renamed_vendor_gets_a_suffix_too_and_keeps_it(company: QuickBooksSandbox, client: Meddled) -> None:
    company.add_customer("Beta")
    target, held = VendorTarget(client), company.add_vendor(**a_vendor("Acme"))["Id"]
    await target.update(held, a_vendor("Beta"), new_keys(1)[0])
    again = await target.update(held, a_vendor("Beta", AcctNum="8"), new_keys(1)[0])
    assert (again.record["DisplayName"], again.record["AcctNum"]) == ("Beta (Vendor)", "8")


async def test_changes_of_many_are_made_together_and_refused_alone(company: QuickBooksSandbox, client: Meddled) -> None:
    held = [company.add_vendor(**a_vendor(f"V{number}"))["Id"] for number in range(28)]
    changes = [Change("update", one, {"AcctNum": f"A{one}"}) for one in held]
    changes += [Change("update", held[0], {"PrimaryEmailAddr": {"Address": "nobody"}}), Change("update", "999", {})]
    results = await VendorTarget(client).change(changes, new_keys(30))
    made(results[:28])
    assert all(isinstance(one, RefusedError) for one in results[28:])
    assert "not in QuickBooks Online any more" in str(results[29])
    assert all(company.vendors[one]["AcctNum"] == f"A{one}" for one in held)


async def test_what_changed_meanwhile_is_read_again(company: QuickBooksSandbox, client: Meddled) -> None:
    held = company.add_vendor(**a_vendor("Acme"))["Id"]
    client.meddling = [lambda: company.edit("Vendor", held, Title=f"T{len(client.meddling)}")] * 3
    found = await VendorTarget(client).update(held, {"AcctNum": "7"}, new_keys(1)[0])
    assert (found.record["AcctNum"], found.record["Title"]) == ("7", "T0")
    client.meddling = [lambda: company.edit("Vendor", held, Title=f"U{len(client.meddling)}")] * 4
    with pytest.raises(RefusedError, match="5010"):
        await VendorTarget(client).update(held, {"AcctNum": "8"}, new_keys(1)[0])
    assert company.vendors[held]["AcctNum"] == "7"


async def test_the_same_change_after_another_is_made_again(company: QuickBooksSandbox, client: Meddled) -> None:
    target, held = VendorTarget(client), company.add_vendor(**a_vendor("Acme"))["Id"]
    [there, back] = [Key(f"{name:-<36}", f"{name:-<36}") for name in ("there", "back")]
    for number, key in (("1", there), ("2", back), ("1", there), ("2", back)):
        await target.update(held, {"AcctNum": number}, key)
        assert company.vendors[held]["AcctNum"] == number


class Troubled:
    """Takes items as a batch does; some of them meet the same error so many times."""

    def __init__(self, error: VendorError, times: int) -> None:
        self.error, self.times = error, times
        self.sent: list[list[str]] = []

    async def __call__(self, items: Sequence[Item]) -> list[Record | VendorError]:
        self.sent.append([item.key for item in items])
        self.times -= 1
        return [self.error if item.key == "bad" and self.times >= 0 else {"Id": item.key} for item in items]


ITEMS = {place: Item("create", "Vendor", {}, key) for place, key in enumerate(["good", "bad"])}


async def test_trouble_with_one_item_does_not_block_its_neighbours() -> None:
    passing = Troubled(AnswerLostError("in trouble", code="10000"), times=3)
    assert await written(passing, ITEMS, refuse) == {0: {"Id": "good"}, 1: {"Id": "bad"}}
    assert passing.sent == [["good", "bad"], ["bad"], ["bad"], ["bad"]]
    lasting = Troubled(AnswerLostError("in trouble", code="10000"), times=99)
    results = await written(lasting, ITEMS, refuse)
    assert results[0] == {"Id": "good"}
    assert isinstance(results[1], RefusedError)
    assert (results[1].code, "Replay" in results[1].remedy, len(lasting.sent)) == ("10000", True, 4)


@pytest.mark.parametrize("error", [AnswerLostError("left out"), BusyError("busy"), ForbiddenError("no such edition")])
async def test_what_is_not_about_one_record_ends_the_call(error: VendorError) -> None:
    with pytest.raises(type(error)):
        await written(Troubled(error, times=1), ITEMS, refuse)
