"""Orders over several runs, with both systems over HTTP: each is one order in QAD, and stays what it is here."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tasks.state.store import Store
from tests.sandbox.procurify import ProcurifySandbox
from tests.sandbox.qad import QadSandbox
from tests.sandbox.serving import served
from tests.unit.flows.procurify_desk import Desk, direct, items, line

ORDERS = "purchase_orders"
NIGHT = datetime.now(UTC).replace(hour=5)


@pytest.fixture
def desk(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Yields the two systems, between which nothing was moved yet."""
    direct(monkeypatch)
    procurify, qad = ProcurifySandbox(), QadSandbox()
    with served(procurify.app) as first, served(qad.app) as second:
        yield Desk(store, (first, second), procurify, qad)


def statuses(desk: Desk) -> dict[str, str]:
    """Returns the status of each of QAD's orders by number."""
    return {number: str(order["orderStatus"]) for (_domain, number), order in desk.qad.orders.items()}


async def test_an_order_is_one_in_qad_with_its_lines_however_often_runs_go(desk: Desk) -> None:
    made = desk.order(line(), line("Lamp", "3", "0.33333333"), PO_Num="ACME-7")
    for _ in range(3):
        run = await desk.run()
    assert [number for _domain, number in desk.qad.orders] == ["ACME-7"]
    assert desk.total("ACME-7") == Decimal(made["subtotal"]) == Decimal("26.00")
    gloves, lamp = map(str, items(made))
    links = run.ledger.links_labelled("purchase_order_lines", [gloves, lamp])
    assert {link.label: link.target_id for link in links} == {gloves: "ACME-7/1", lamp: "ACME-7/2"}
    assert {link.owner for link in links} == {made["uuid"]}


async def test_what_was_revised_before_goods_came_is_so_in_qad(desk: Desk) -> None:
    made = desk.order(line(), line("Lamp", "3", "4.00"), PO_Num="ACME-7")
    await desk.run()
    gloves, lamp = items(made)
    desk.procurify.revise_po(
        made["uuid"], lines=[{"id": gloves, "quantity": "12"}], remove_lines=[lamp], add_lines=[line("Tape", "5", "1")]
    )
    run = await desk.run()
    assert desk.outcomes(ORDERS) == {"ACME-7": "updated"}
    assert desk.total("ACME-7") == Decimal("35.00")
    assert run.ledger.links_labelled("purchase_order_lines", [str(lamp)]) == []
    assert len(run.ledger.all_links("purchase_order_lines")) == 2


async def test_what_was_revised_after_goods_came_is_refused_with_the_numbers_and_qad_is_left_alone(desk: Desk) -> None:
    made = desk.order(PO_Num="ACME-7")
    await desk.run()
    desk.qad.receive("ACME-7", 1, 4)
    desk.procurify.revise_po(made["uuid"], lines=[{"id": items(made)[0], "quantity": "12"}])
    await desk.run()
    outcome, why = desk.said(ORDERS)["ACME-7"]
    assert outcome == "refused"
    assert "4 of line ACME-7/1" in why
    assert desk.total("ACME-7") == Decimal("25.00")


async def test_other_terms_of_a_supplier_in_qad_do_not_count_as_a_revision_once_goods_came(desk: Desk) -> None:
    made = desk.order(PO_Num="ACME-7")
    await desk.run()
    desk.qad.receive("ACME-7", 1, 4)
    desk.qad.edit_supplier("10S1001", creditTermsCode="60")
    desk.procurify.touch_po(made["uuid"])
    desk.replay(made["uuid"])
    await desk.run()
    assert desk.outcomes(ORDERS) == {"ACME-7": "unchanged"}


@pytest.mark.parametrize(("received", "status"), [(0, "X"), (4, "C")])
async def test_a_cancelled_order_ends_in_qad_and_stays_ended(desk: Desk, received: int, status: str) -> None:
    made = desk.order(PO_Num="ACME-7")
    await desk.run()
    if received:
        desk.qad.receive("ACME-7", 1, received)
    desk.procurify.cancel_po(made["uuid"])
    for _ in range(2):
        await desk.run()
    assert statuses(desk) == {"ACME-7": status}
    assert desk.outcomes(ORDERS)["ACME-7"] in {"updated", "unchanged"}


async def test_an_order_that_was_cancelled_before_it_was_sent_is_not_made(desk: Desk) -> None:
    desk.procurify.cancel_po(desk.order()["uuid"])
    await desk.run()
    assert desk.qad.orders == {}


async def test_what_was_over_before_the_first_run_is_left_out_for_ever_unless_a_person_asks(desk: Desk) -> None:
    old = desk.order(PO_Num="OLD-1")
    desk.procurify.receive_all(old["uuid"])  # which closes it
    await desk.run(night=NIGHT)
    desk.procurify.pay_po(old["uuid"])
    await desk.run()
    run = await desk.run(night=NIGHT + timedelta(days=1))
    assert desk.qad.orders == {}
    assert run.ledger.links(ORDERS, [old["uuid"]]) == {}
    await desk.run(record_ids=["OLD-1"])
    assert statuses(desk).keys() == {"OLD-1"}


async def test_what_is_left_out_costs_no_call_of_its_own(desk: Desk) -> None:
    for _ in range(5):
        desk.procurify.receive_all(desk.order()["uuid"])
    desk.procurify.cancel_po(desk.order()["uuid"])
    await desk.run()
    details = [one for one in desk.procurify.requests("GET /api/v2/purchase_orders/") if "purchased" not in one.line]
    assert details == []


async def test_an_order_that_was_received_in_full_between_two_runs_is_sent(desk: Desk) -> None:
    await desk.run()
    quick = desk.order(PO_Num="QUICK-1")
    desk.procurify.receive_all(quick["uuid"])
    await desk.run()
    assert statuses(desk).keys() == {"QUICK-1"}


async def test_an_order_waits_for_its_supplier_and_goes_when_somebody_writes_its_code_into_the_vendor(
    desk: Desk,
) -> None:
    await desk.run()  # QAD's supplier has its vendor already
    other = int(desk.procurify.add_vendor("Northwind Ltd", currency="USD")["id"])
    desk.order(vendor=other, PO_Num="ACME-8")
    await desk.run()
    assert desk.outcomes(ORDERS) == {"ACME-8": "held"}
    desk.procurify.edit_vendor(other, external_id="10S1001")
    for _ in range(2):
        await desk.run()
    assert desk.outcomes(ORDERS) == {"ACME-8": "created"}


async def test_an_order_in_another_currency_waits_and_goes_when_the_supplier_is_corrected_in_qad(desk: Desk) -> None:
    desk.order(PO_Num="ACME-9", currency="EUR")
    await desk.run()
    assert desk.outcomes(ORDERS) == {"ACME-9": "held"}
    desk.qad.edit_supplier("10S1001", currencyCode="EUR")
    await desk.run()
    assert desk.outcomes(ORDERS) == {"ACME-9": "created"}


async def test_a_split_line_is_several_lines_whose_amounts_are_its_own(desk: Desk) -> None:
    shares = [{"code": code, "department": "100", "amount": "33.33333333"} for code in ("6010", "6150", "6010")]
    made = desk.order(line(quantity="4", price="25", allocations=shares), PO_Num="ACME-7")
    run = await desk.run()
    assert desk.outcomes(ORDERS) == {"ACME-7": "created"}
    assert [quantity * cost for _line, quantity, cost in desk.lines("ACME-7")] == [
        Decimal("33.34"), Decimal("33.33"), Decimal("33.33"),
    ]  # fmt: skip
    links = run.ledger.links_labelled("purchase_order_lines", [str(items(made)[0])])
    assert sorted(link.target_id for link in links) == ["ACME-7/1", "ACME-7/2", "ACME-7/3"]


async def test_a_dry_run_says_what_a_run_does_and_writes_nothing(desk: Desk) -> None:
    desk.procurify.edit_vendor(desk.vendor, external_id="")
    desk.order(PO_Num="ACME-7")
    dry = await desk.run(dry_run=True)
    assert desk.qad.orders == {}
    assert {(one.stream, one.would) for one in dry.tally.preview} >= {("suppliers", "update"), (ORDERS, "create")}
    await desk.run()
    assert desk.outcomes(ORDERS) == {"ACME-7": "created"}


async def test_an_order_that_vanished_is_listed_and_a_held_one_that_vanished_is_not_any_more(desk: Desk) -> None:
    sent, held = desk.order(PO_Num="SENT-1"), desk.order(PO_Num="HELD-1", currency="EUR")
    await desk.run(night=NIGHT)
    for one in (sent, held):
        desk.procurify.delete_po(one["uuid"])
    await desk.run(night=NIGHT + timedelta(days=1))
    assert desk.outcomes(ORDERS) == {"SENT-1": "refused", "HELD-1": "unchanged"}


async def test_a_run_with_nothing_new_costs_few_calls(desk: Desk) -> None:
    for number in range(12):
        desk.order(PO_Num=f"ACME-{number}")
    for _ in range(2):
        await desk.run()
    before = desk.calls()
    await desk.run()
    assert desk.calls() - before <= 16
