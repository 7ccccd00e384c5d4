"""Suppliers, accounts and payments over several runs, with both systems over HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tasks.state.store import Store
from tests.sandbox.procurify import ProcurifySandbox
from tests.sandbox.qad import QadSandbox
from tests.sandbox.serving import served
from tests.unit.flows.procurify_desk import Desk, direct, items

NIGHT = datetime.now(UTC).replace(hour=5)


@pytest.fixture
def desk(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Yields the two systems, between which nothing was moved yet."""
    direct(monkeypatch)
    procurify, qad = ProcurifySandbox(), QadSandbox()
    with served(procurify.app) as first, served(qad.app) as second:
        yield Desk(store, (first, second), procurify, qad)


def vendors(desk: Desk) -> dict[str, tuple[str, bool]]:
    """Returns Procurify's vendors by external id: name, and whether they are active."""
    fields = [one.fields for one in desk.procurify.books.vendors.values() if one.fields["external_id"]]
    return {str(one["external_id"]): (str(one["name"]), bool(one["active"])) for one in fields}


async def test_suppliers_are_vendors_once_and_follow_qad(desk: Desk) -> None:
    desk.qad.add_supplier("10S2002", businessRelationName="Erie Tools")
    for _ in range(2):
        await desk.run()
    assert vendors(desk) == {"10S1001": ("Northwind", True), "10S2002": ("Erie Tools", True)}
    desk.qad.rename_supplier("10S2002", "Erie Tools Ltd")
    desk.qad.deactivate_supplier("10S1001")
    await desk.run()
    assert vendors(desk) == {"10S1001": ("Northwind", False), "10S2002": ("Erie Tools Ltd", True)}


async def test_what_qad_does_not_tell_is_not_wiped_from_an_adopted_vendor(desk: Desk) -> None:
    desk.procurify.edit_vendor(desk.vendor, email=["orders@northwind.example"], contact="A. Reyes")
    await desk.run()
    fields = desk.procurify.books.vendors[desk.vendor].fields
    assert (fields["email"], fields["contact"]) == (["orders@northwind.example"], "A. Reyes")


async def test_accounts_are_codes_that_buyers_can_pick_and_renames_follow(desk: Desk) -> None:
    desk.qad.add_account("7010", "Travel")
    await desk.run()
    assert desk.procurify.account("7010", "100")
    desk.qad.rename_account("7010", "Travel and hotels")
    await desk.run()
    codes = {one["code"]: one["description"] for one in desk.procurify.books.account_codes.values()}
    assert codes["7010"] == "Travel and hotels"
    assert desk.procurify.forbidden_writes() == []


async def test_a_code_to_retire_is_listed_and_costs_the_next_runs_nothing_until_somebody_has_done_it(
    desk: Desk,
) -> None:
    await desk.run(night=NIGHT)
    desk.qad.deactivate_account("6150")
    await desk.run()
    assert desk.outcomes("account_access")["6150"] == "held"
    before = len(desk.procurify.requests("GET /api/v3/accounts/"))
    await desk.run()
    assert len(desk.procurify.requests("GET /api/v3/accounts/")) == before
    [code] = [one["id"] for one in desk.procurify.books.account_codes.values() if one["code"] == "6150"]
    desk.procurify.edit_account_code(code, active=False)
    await desk.run(night=NIGHT + timedelta(days=1))
    assert desk.outcomes("account_access")["6150"] == "unchanged"


async def test_an_order_on_an_account_that_qad_retired_waits_until_it_is_active_again(desk: Desk) -> None:
    await desk.run()
    desk.qad.deactivate_account("6010")
    desk.order(PO_Num="ACME-7")
    await desk.run()
    assert desk.outcomes("purchase_orders") == {"ACME-7": "held"}
    desk.qad.edit_account("6010", isActive=True)
    await desk.run()
    assert desk.outcomes("purchase_orders") == {"ACME-7": "created"}


async def test_an_order_of_an_inactive_supplier_goes_when_the_supplier_is_active_again(desk: Desk) -> None:
    await desk.run()
    desk.qad.deactivate_supplier("10S1001")
    desk.order(PO_Num="ACME-7")
    await desk.run()
    assert desk.outcomes("purchase_orders") == {"ACME-7": "held"}
    desk.qad.edit_supplier("10S1001", isActive=True)
    await desk.run()
    assert desk.outcomes("purchase_orders") == {"ACME-7": "created"}


async def test_a_payment_that_qad_does_not_have_is_listed_until_it_does_and_nothing_is_written(desk: Desk) -> None:
    made = desk.order(PO_Num="PO-1")
    await desk.run()
    desk.qad.receive("PO-1", 1, 10)
    bill = desk.bill("INV-1", {"order_item": items(made)[0], "quantity": "10"})
    await desk.run()
    desk.procurify.pay([bill["uuid"]])
    await desk.run()
    [(outcome, why)] = desk.said("payments").values()
    assert (outcome, "(bill INV-1) has 25.00 USD open in QAD" in why) == ("held", True)
    [invoice] = desk.posted()
    desk.qad.match(invoice)
    desk.qad.approve(invoice)
    desk.qad.pay(invoice)
    await desk.run()
    assert set(desk.outcomes("payments").values()) == {"unchanged"}
    assert desk.procurify.forbidden_writes() == []


async def test_the_daily_look_is_once_a_day_after_its_hour_and_not_in_runs_for_a_part(desk: Desk) -> None:
    await desk.run(night=NIGHT)
    made = desk.order(PO_Num="ACME-7")
    await desk.run()
    desk.procurify.delete_po(made["uuid"])
    tomorrow = NIGHT + timedelta(days=1)
    await desk.run(night=NIGHT.replace(hour=23))
    await desk.run(night=tomorrow.replace(hour=2))
    await desk.run("purchase_orders", night=tomorrow)
    assert desk.outcomes("purchase_orders") == {"ACME-7": "created"}
    await desk.run(night=tomorrow)
    assert desk.outcomes("purchase_orders") == {"ACME-7": "refused"}
