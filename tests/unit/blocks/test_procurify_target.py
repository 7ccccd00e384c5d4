"""Vendors and account codes in Procurify: nothing twice, nothing unsent that differs, nothing sent that does not."""

from datetime import UTC, datetime
from typing import Any

import pytest

from blocks.errors import AnswerLostError, ConfigurationError, NotFoundError, RefusedError
from blocks.procurify.client import ProcurifyClient
from blocks.procurify.target import AccountCodeTarget, VendorTarget
from blocks.target import Found, Key, Target
from tests.sandbox.faults import Fault
from tests.sandbox.procurify import ProcurifySandbox
from tests.unit.blocks.test_procurify_client import calling

KEY = Key("one", "together")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
NORTHWIND = {
    "name": "Northwind Paper Ltd",
    "external_id": "V-10045",
    "city": "Burnaby",
    "email": ["a@northwind.example"],
}


async def created(target: Target, body: dict[str, Any]) -> Found:
    [made] = await target.create([body], [KEY])
    assert isinstance(made, Found), made
    return made


async def test_a_vendor_whose_answer_was_lost_is_found_and_not_made_again() -> None:
    procurify = ProcurifySandbox()
    procurify.add_vendor("Northwind Paper Ltd")
    procurify.add_vendor("Another", "V-100455")
    procurify.frame.faults.add(Fault("lost_after", match="POST /api"))
    async with calling(procurify) as client:
        target = VendorTarget(client)
        assert await target.find([NORTHWIND], LONG_AGO) == [None]
        with pytest.raises(AnswerLostError):
            await target.create([NORTHWIND], [KEY])
        [found] = await target.find([NORTHWIND], LONG_AGO)
    assert found and found.record["external_id"] == "V-10045" and not found.wrong
    assert found.record["type"] == 3 and found.changed_at is not None
    assert len(procurify.requests("POST /api/v3/vendors/")) == 1


@pytest.mark.parametrize("match", ["exact", "ignore_case", "contains"])
async def test_only_the_very_code_is_a_match_however_procurify_compares(match: str) -> None:
    procurify = ProcurifySandbox()
    for code in ("V-1", "v-10", "V-100"):
        procurify.add_vendor(f"Of {code}", code)
    procurify.options(vendor_match=match)
    async with calling(procurify, page_size=2) as client:
        found = await VendorTarget(client).find([{"external_id": code} for code in ("V-10", "V-100", "")], LONG_AGO)
    assert [one.record["external_id"] if one else None for one in found] == [None, "V-100", None]


async def test_two_vendors_of_one_code_are_a_matter_for_a_person() -> None:
    procurify = ProcurifySandbox()
    ids = [procurify.add_vendor("Twin", "V-7")["id"] for _twin in range(2)]
    async with calling(procurify) as client:
        [found] = await VendorTarget(client).find([{"external_id": "V-7"}], LONG_AGO)
    assert found and all(str(one) in found.wrong for one in ids)


async def test_a_filter_that_is_ignored_finds_nobody_by_chance() -> None:
    procurify = ProcurifySandbox()
    procurify.add_vendor("Northwind", "V-1")
    procurify.options(filters_ignored=True)
    async with calling(procurify) as client:
        with pytest.raises(ConfigurationError, match="external_id"):
            await VendorTarget(client).find([NORTHWIND], LONG_AGO)


async def test_only_what_differs_is_sent() -> None:
    procurify = ProcurifySandbox()
    async with calling(procurify) as client:
        target = VendorTarget(client)
        made = await created(target, NORTHWIND)
        procurify.edit_vendor(int(made.id), contact="A. Reyes", phoneOne="604-555-0100")
        changed = await target.update(made.id, {**NORTHWIND, "city": "Surrey", "fax": ""}, KEY)
        assert (changed.record["city"], changed.record["contact"]) == ("Surrey", "A. Reyes")
        before = procurify.books.vendors[int(made.id)].modified
        procurify.frame.clock.advance(60)
        again = await target.update(made.id, {**NORTHWIND, "city": "Surrey"}, KEY)
    assert again.record["city"] == "Surrey"
    assert procurify.books.vendors[int(made.id)].modified == before
    assert len(procurify.requests("PATCH")) == 1


async def test_a_vendor_is_archived_once_and_stays_so() -> None:
    procurify = ProcurifySandbox()
    async with calling(procurify) as client:
        target = VendorTarget(client)
        made = await created(target, NORTHWIND)
        for _again in range(2):
            assert (await target.archive(made.id)).record["active"] is False
        with pytest.raises(NotFoundError):
            await target.archive("999")
    assert len(procurify.requests("PATCH")) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "N" * 151}, "name"),
        ({"city": "B" * 51}, "city"),
        ({"external_id": " "}, "external_id"),
        ({"name": ""}, "name"),
        ({"type": 5}, "type"),
    ],
)
async def test_a_vendor_that_does_not_fit_is_refused_with_the_field(body: dict[str, Any], field: str) -> None:
    procurify = ProcurifySandbox()
    async with calling(procurify) as client:
        [refusal, made] = await VendorTarget(client).create([{**NORTHWIND, **body}, NORTHWIND], [KEY, KEY])
    assert isinstance(refusal, RefusedError) and refusal.field == field and refusal.remedy
    assert isinstance(made, Found)


async def test_the_placeholder_is_never_changed() -> None:
    procurify = ProcurifySandbox()
    async with calling(procurify) as client:
        with pytest.raises(RefusedError, match="placeholder"):
            await VendorTarget(client).update("1", NORTHWIND, KEY)
    assert procurify.requests("PATCH") == []


async def test_what_procurify_did_not_keep_is_told() -> None:
    procurify = ProcurifySandbox()

    class Forgetful(ProcurifyClient):
        async def create_vendor(self, body: dict[str, Any]) -> dict[str, Any]:
            return await super().create_vendor({**body, "external_id": "V-1"})

    async with calling(procurify) as real, Forgetful(real.account) as client:
        made = await created(VendorTarget(client), NORTHWIND)
    assert "external_id" in made.wrong


def with_departments() -> tuple[ProcurifySandbox, list[int]]:
    procurify = ProcurifySandbox()
    return procurify, [procurify.add_department(name)["id"] for name in ("Plant", "Office")]


async def test_an_account_code_is_made_once_with_its_departments() -> None:
    procurify, departments = with_departments()
    body = {"code": "6100", "description": "Supplies", "account_type": 2, "departments": departments}
    procurify.add_account_code("61001", "Another")
    procurify.frame.faults.add(Fault("lost_after", match="POST /api"))
    async with calling(procurify) as client:
        target = AccountCodeTarget(client)
        assert await target.find([body, {}], LONG_AGO) == [None, None]
        with pytest.raises(AnswerLostError):
            await target.create([body], [KEY])
        [found] = await target.find([body], LONG_AGO)
        assert found and found.record["applied_accounts_count"] == 2
        [twice] = await target.create([body], [KEY])
        assert isinstance(twice, RefusedError) and twice.field == "code"


async def test_an_account_code_is_renamed_and_keeps_its_departments() -> None:
    procurify, departments = with_departments()
    async with calling(procurify) as client:
        target = AccountCodeTarget(client)
        parent = await created(target, {"code": "6000", "description": "Costs"})
        made = await created(target, {"code": "6100", "description": "Supplies", "departments": departments})
        body = {"code": "6100", "description": "Office supplies", "account_type": 2, "parent": {"id": int(parent.id)}}
        renamed = await target.update(made.id, {**body, "departments": []}, KEY)
        assert (renamed.record["description"], renamed.wrong) == ("Office supplies", "")
        assert renamed.record["applied_accounts_count"] == 2
        with pytest.raises(RefusedError, match="201 characters"):
            await target.update(made.id, {**body, "description": "x" * 201}, KEY)


async def test_nobody_but_a_person_retires_an_account_code() -> None:
    procurify, _departments = with_departments()
    async with calling(procurify) as client:
        with pytest.raises(RefusedError) as caught:
            await AccountCodeTarget(client).archive("87")
    assert "administrator" in caught.value.remedy and procurify.requests("/api/") == []
