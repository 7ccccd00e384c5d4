"""Every way in which Procurify and QAD can disagree is found, against both sandboxes over HTTP."""

from collections.abc import Iterator
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import httpx
import pytest

from flows.procurify_qad.comparison.payments import beside
from flows.procurify_qad.comparison.readings import PROCURIFY_QAD
from flows.procurify_qad.comparison.totals import totals
from flows.procurify_qad.rules import PAIR, ProcurifyQadConnection
from flows.reconcile.flow import reconcile
from tasks.state.store import Store
from tests.sandbox.procurify import ProcurifySandbox
from tests.sandbox.qad import QadSandbox
from tests.sandbox.serving import served
from tests.unit.flows.procurify_left_by_a_run import Tenants


@pytest.fixture
def procurify() -> Iterator[tuple[ProcurifySandbox, str]]:
    """Yields a Procurify tenant, and its address."""
    sandbox = ProcurifySandbox()
    with served(sandbox.app) as url:
        yield sandbox, url


@pytest.fixture
def tenants(procurify: tuple[ProcurifySandbox, str], qad: tuple[QadSandbox, str], store: Store) -> Tenants:
    return Tenants(procurify, qad, store)


async def test_what_a_run_has_left_agrees_to_the_cent_and_reading_it_writes_nothing(tenants: Tenants) -> None:
    assert await tenants.compared() == []
    assert {row.method for row in tenants.procurify.requests() if row.path != "/oauth/token"} == {"GET"}
    assert all("token" in row.path for row in tenants.qad.frame.log if row.method != "GET")


async def test_it_does_not_need_our_links(tenants: Tenants) -> None:
    for stream in ("purchase_orders", "bills"):
        for one in tenants.ledger.all_links(stream):
            tenants.link(stream, one, "elsewhere", state="archived")
    assert await tenants.compared() == []


async def test_orders_that_people_changed_in_one_system_are_named(tenants: Tenants) -> None:
    first, second = tenants.orders
    tenants.qad.edit_line(first["name"], 2, purchaseCost=Decimal("1.01"))
    tenants.procurify.cancel_po(second["uuid"])
    third, fourth = tenants.sent("A-8"), tenants.order("A-9")
    tenants.qad.cancel_order("A-8")
    found = await tenants.compared()
    assert {(one.record, one.ours, one.theirs, one.what) for one in found} == {
        (first["name"], "2.00", "2.01", "another total of the lines in USD, without tax"),
        ("A-7", "cancelled", "open", "cancelled in Procurify, but open in QAD"),
        ("A-8", f"state {third['state']}", "CANCELLED", "cancelled in QAD, but not in Procurify"),
        ("A-9", f"{fourth['subtotal']} USD", "nothing", "placed in Procurify, but QAD has no order for it"),
    }


async def test_lines_cost_calls_and_can_be_left_out(tenants: Tenants) -> None:
    tenants.qad.edit_line("A-7", 1, purchaseCost=Decimal("1.01"))
    assert await tenants.compared(deep=False) == []
    assert len(await tenants.compared()) == 1


async def test_an_order_that_is_there_twice_or_for_another_supplier_is_named(tenants: Tenants) -> None:
    tenants.qad.add_supplier("10S2002")
    marked = tenants.qad.orders["10USA", "A-7"]["remarks"]
    tenants.qad.add_order("A-7B", supplierCode="10S1001", remarks=marked)
    tenants.qad.edit_order(tenants.orders[0]["name"], supplierCode="10S2002", currencyCode="EUR")
    rows = {(one.record, one.what) for one in await tenants.compared()}
    assert ("A-7", "QAD has more than one order for it") in rows
    assert {what for record, what in rows if record != "A-7"} == {"another supplier", "another currency"}


async def test_bills_that_people_changed_in_one_system_are_named(tenants: Tenants) -> None:
    first, second = tenants.bills
    tenants.qad.edit_invoice(**first["invoice"], originalCreditTC=Decimal("2.01"))
    tenants.procurify.fix_bill(second["uuid"])
    tenants.procurify.bill(
        [{"description": "Rent", "cost": "9", "account": 201}], vendor=tenants.vendor, invoice_number="R-1"
    )
    assert await tenants.found() == {
        "INV-1": "another total in USD",
        "INV-2": "posted in QAD, but not approved in Procurify any more",
        "R-1": "approved in Procurify, but QAD has no invoice",
    }


async def test_an_invoice_that_is_there_twice_and_documents_that_vanished_are_named(tenants: Tenants) -> None:
    tenants.qad.add_invoice(supplierCode="10S1001", reference="inv-1")
    tenants.procurify.delete_bill(tenants.bills[1]["uuid"])
    tenants.procurify.delete_po(tenants.orders[1]["uuid"])
    assert await tenants.found() == {
        "INV-1": "QAD has more than one invoice of this supplier and number",
        "INV-2": "vanished from Procurify, but posted in QAD",
        "A-7": "vanished from Procurify, but open in QAD",
    }


async def test_what_waits_is_counted_once_with_its_reason(tenants: Tenants) -> None:
    order = tenants.order("A-9")
    bill = tenants.procurify.bill(
        [{"order_item": order["order_items"][0]["id"], "quantity": 1}], invoice_number="INV-9"
    )
    tenants.note("purchase_orders", order["uuid"], "refused", "has no account")
    tenants.note("bills", bill["uuid"], "held", "waits for order A-9 in QAD")
    whats = sorted(one.what for one in await tenants.compared())
    assert whats == ["held: waits for order A-9 in QAD", "refused: has no account"]
    [row] = totals(*await tenants.books())
    assert (row["supplier"], row["currency"], row["orders"], row["QAD orders"]) == ("10S1001", "USD", "3", "2")
    assert (row["QAD order total"], row["bills"], row["QAD invoices"], row["bills held"]) == ("4.00", "3", "2", "1")


async def test_documents_from_before_the_start_date_do_not_count(tenants: Tenants) -> None:
    tenants.order("A-9", date="2025-06-01")
    tenants.procurify.bill(
        [{"description": "Rent", "cost": "9", "account": 201}], vendor=tenants.vendor, invoice_number="R-1",
        invoice_date="2025-06-01",
    )  # fmt: skip
    assert len(await tenants.compared()) == 2
    assert await tenants.compared({"start_date": "2026-01-01"}) == []


PAYMENTS = MappingProxyType(
    {  # Procurify's payment, what is paid in QAD -> the difference
        ("", ""): "", ("", "2.00"): "settled in QAD, but not paid in Procurify", ("processing", ""): "",
        ("processing", "2.00"): "", ("paid", "2.00"): "", ("paid", ""): "paid in Procurify, but open in QAD",
        ("paid", "0.50"): "paid in Procurify, but open in QAD",
        ("failed", "2.00"): "failed in Procurify, but settled in QAD", ("failed", ""): "",
    }
)  # fmt: skip


@pytest.mark.parametrize(("status", "settled"), PAYMENTS)
async def test_each_bills_payment_stands_beside_qads_balance(tenants: Tenants, status: str, settled: str) -> None:
    if status:
        tenants.procurify.pay([tenants.bills[0]["uuid"]], status=status)
    if settled:
        tenants.qad.pay(tenants.bills[0]["invoice"], settled)
    books, rules = await tenants.books()
    rows = {row["bill"]: row for row in (one.row() for one in beside(books))}
    assert rows["INV-1"]["difference"] == PAYMENTS[status, settled]
    assert rows["INV-1"]["payments"] == status
    assert Decimal(rows["INV-1"]["QAD balance"]) == Decimal("2.00") - Decimal(settled or 0)
    assert (rows["INV-2"]["Procurify"], rows["INV-2"]["difference"]) == ("approved", "")
    assert [one.what for one in PROCURIFY_QAD.compare(books, rules)] == [PAYMENTS[status, settled]] * bool(
        PAYMENTS[status, settled]
    )


@pytest.mark.usefixtures("with_prefect")
async def test_the_command_leaves_payments_and_totals_as_artifacts(
    tenants: Tenants, monkeypatch: pytest.MonkeyPatch, prefect_api: str
) -> None:
    async def named(_name: str) -> ProcurifyQadConnection:
        return ProcurifyQadConnection(procurify="p", qad="q")

    async def sides(_rules: Any) -> list[Any]:
        return list(tenants.blocks())

    monkeypatch.setenv("ML_CONNECTOR_DATABASE_URL", str(tenants.ledger.store.engine.url))
    monkeypatch.setattr(ProcurifyQadConnection, "named", named)
    monkeypatch.setattr(ProcurifyQadConnection, "sides", sides)
    tenants.procurify.mark_as_paid([tenants.bills[0]["uuid"]], "2026-11-20")
    found: Any = await reconcile(PAIR, "acme")
    assert [one.what for one in found] == ["paid in Procurify, but open in QAD"]
    payments, summed = latest(prefect_api, "payments"), latest(prefect_api, "totals")
    assert [part in payments for part in ("INV-1", "INV-2", "10USACO/2026/SI/1", "2.00")] == [True] * 4
    assert "10S1001" in summed


def latest(prefect_api: str, what: str) -> str:
    """Returns the newest table of that name, as Prefect keeps it."""
    asked = {"artifacts": {"key": {"any_": [f"procurify-qad-acme-{what}"]}}, "sort": "CREATED_DESC", "limit": 1}
    [artifact] = httpx.post(f"{prefect_api}/artifacts/filter", json=asked).raise_for_status().json()
    return str(artifact["data"])
