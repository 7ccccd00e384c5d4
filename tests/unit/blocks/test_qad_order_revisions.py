"""A revised order is made so in QAD while nothing was received; a cancelled one ends there."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from blocks.errors import AnswerLostError, NotFoundError, RefusedError
from blocks.exact import Record
from blocks.qad.client import QadClient
from blocks.qad.order_target import PurchaseOrderTarget
from tests.sandbox.faults import Fault
from tests.sandbox.qad import QadSandbox
from tests.unit.blocks.qad_tenant import DOMAIN, KEY, NUMBER, line, made, opened, order, stored, tenant, writes

BEFORE = order(line("a"), line("b", "4"), line("c"))


@pytest.fixture
def qad() -> QadSandbox:
    return tenant()


@pytest.fixture
async def client(qad: QadSandbox) -> AsyncIterator[QadClient]:
    async with opened(qad) as client:
        made((await PurchaseOrderTarget(client).create([BEFORE], [KEY]))[0])
        qad.frame.log.clear()
        yield client


def header(qad: QadSandbox) -> Record:
    return qad.orders[DOMAIN, NUMBER]


async def test_changed_and_removed_lines_leave_the_order_equal(qad: QadSandbox, client: QadClient) -> None:
    body = order(line("a", "12"), line("c"), due_date="2027-01-15")
    found = await PurchaseOrderTarget(client).update(NUMBER, body, KEY)
    assert (found.parts, found.wrong) == ({"a": f"{NUMBER}/1", "c": f"{NUMBER}/3"}, "")
    assert stored(qad) == [(1, "ITEM-a", Decimal(12), Decimal("2.50")), (3, "ITEM-c", Decimal(10), Decimal("2.50"))]
    assert header(qad)["dueDate"][:10] == "2027-01-15"


async def test_a_new_line_comes_behind_the_others(qad: QadSandbox, client: QadClient) -> None:
    body = order(line("d", "1", "7.77777"), line("a"), line("b", "4"), line("c"))
    found = await PurchaseOrderTarget(client).update(NUMBER, body, KEY)
    assert found.parts == {"d": f"{NUMBER}/4", "a": f"{NUMBER}/1", "b": f"{NUMBER}/2", "c": f"{NUMBER}/3"}
    assert stored(qad)[3] == (4, "ITEM-d", Decimal(1), Decimal("7.77777"))


async def test_other_goods_take_the_place_of_a_line_with_their_own_account(qad: QadSandbox, client: QadClient) -> None:
    qad.add_item("BOLT", "Bolt M6", purchaseCost="9.99", purchaseAccount="6020")
    body = order(line("a"), line("x", item="BOLT", account="6010"), line("c"))
    found = await PurchaseOrderTarget(client).update(NUMBER, body, KEY)
    assert found.parts["x"] == f"{NUMBER}/2"
    assert stored(qad)[1] == (2, "BOLT", Decimal(10), Decimal("2.50"))
    assert qad.order_lines[DOMAIN, NUMBER, 2]["purchaseAccount"] == "6010"


async def test_the_same_order_again_writes_nothing(qad: QadSandbox, client: QadClient) -> None:
    found = await PurchaseOrderTarget(client).update(NUMBER, BEFORE, KEY)
    assert (found.parts["c"], writes(qad)) == (f"{NUMBER}/3", [])


async def test_a_revision_is_the_same_however_open_is_written(qad: QadSandbox, client: QadClient) -> None:
    qad.edit_order(NUMBER, orderStatus="")
    await PurchaseOrderTarget(client).update(NUMBER, {**BEFORE, "status": "OPEN"}, KEY)
    assert writes(qad) == []


SHORTER = (line("a", "12"), line("c")), [(1, "ITEM-a"), (3, "ITEM-c")]
LONGER = (
    (line("a", "12"), line("b", "4"), line("c"), line("d")),
    [(1, "ITEM-a"), (2, "ITEM-b"), (3, "ITEM-c"), (4, "ITEM-d")],
)


@pytest.mark.parametrize("skip", range(3))  # the header, the change, and the line that comes or goes
@pytest.mark.parametrize("kind", ["lost_before", "lost_after"])
@pytest.mark.parametrize(("lines", "left"), [SHORTER, LONGER])
async def test_a_revision_that_was_cut_off_is_finished_by_repeating_it(
    qad: QadSandbox, client: QadClient, kind: Any, skip: int, lines: tuple[Record, ...], left: list[tuple[int, str]]
) -> None:
    body, target = order(*lines, remarks="Procurify 77 rev. 2"), PurchaseOrderTarget(client)
    fault = qad.frame.faults.add(Fault(kind, r"(POST|DELETE) .*/purchaseOrder(LinesGrid|Headers)", skip=skip))
    with pytest.raises(AnswerLostError):
        await target.update(NUMBER, body, KEY)
    assert fault.struck == 1
    found = await target.update(NUMBER, body, KEY)
    assert [row[:2] for row in stored(qad)] == left
    assert (stored(qad)[0][2], header(qad)["remarks"]) == (Decimal(12), "Procurify 77 rev. 2")
    assert list(found.parts.values()) == [f"{NUMBER}/{number}" for number, _ in left]


async def test_what_was_received_stops_a_revision_and_both_quantities_are_told(
    qad: QadSandbox, client: QadClient
) -> None:
    qad.receive(NUMBER, 1, "5")
    with pytest.raises(RefusedError) as refusal:
        await PurchaseOrderTarget(client).update(NUMBER, order(line("a", "7"), line("b", "4")), KEY)
    assert "line 1 has quantity 10 in QAD and 7 here (5 received of 10)" in str(refusal.value)
    assert "line 3 of 10 goes (0 received of 10)" in str(refusal.value)
    assert refusal.value.remedy
    assert writes(qad) == []


async def test_texts_and_dates_of_the_header_still_change_after_a_receipt(qad: QadSandbox, client: QadClient) -> None:
    qad.receive(NUMBER, 1, "5")
    target = PurchaseOrderTarget(client)
    await target.update(NUMBER, {**BEFORE, "contact": "Dock 4", "due_date": "2027-02-01"}, KEY)
    assert (header(qad)["contact"], header(qad)["dueDate"][:10]) == ("Dock 4", "2027-02-01")
    with pytest.raises(RefusedError, match="credit_terms 30 in QAD and 60 here"):
        await target.update(NUMBER, {**BEFORE, "credit_terms": "60"}, KEY)


async def test_where_the_lines_do_not_tell_it_the_receipts_do(qad: QadSandbox, client: QadClient) -> None:
    qad.receive(NUMBER, 2, "1")
    qad.options(hide_fields={"purchaseOrderLinesGrid": ["quantityReceived"]})
    with pytest.raises(RefusedError, match="1 received of 4"):
        await PurchaseOrderTarget(client).update(NUMBER, order(line("a"), line("b", "5"), line("c")), KEY)


async def test_goods_that_come_between_look_and_change_stop_it(
    qad: QadSandbox, client: QadClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = PurchaseOrderTarget(client)
    look = target._lines.of

    async def look_in_time(*asked: Any) -> list[Record]:
        seen = await look(*asked)
        qad.receive(NUMBER, 1, "5")
        return seen

    monkeypatch.setattr(target._lines, "of", look_in_time)
    with pytest.raises(RefusedError, match=f"goods have come for line {NUMBER}/1"):
        await target.update(NUMBER, order(line("a", "12"), line("b", "4"), line("c"), contact="Dock 4"), KEY)
    assert writes(qad) == []


async def test_a_line_that_somebody_else_changed_in_between_is_changed_on_top(
    qad: QadSandbox, client: QadClient
) -> None:
    stale = {"submitResult": {"success": False, "errors": [{"code": "88", "message": "stale"}]}}
    fault = qad.frame.faults.add(Fault("status", "POST .*/purchaseOrderLinesGrid", times=2, status=200, body=stale))
    await PurchaseOrderTarget(client).update(NUMBER, order(line("a", "12"), line("b", "4"), line("c")), KEY)
    assert fault.struck == 2
    assert stored(qad)[0][2] == Decimal(12)


@pytest.mark.parametrize("body", [order(line("a", "12")), BEFORE])
async def test_an_order_that_a_buyer_cancelled_is_not_taken_for_a_good_one(
    qad: QadSandbox, client: QadClient, body: Record
) -> None:
    qad.cancel_order(NUMBER)
    with pytest.raises(RefusedError, match="it is cancelled there"):
        await PurchaseOrderTarget(client).update(NUMBER, body, KEY)


async def test_an_order_that_was_received_and_closed_is_as_wanted(qad: QadSandbox, client: QadClient) -> None:
    for number, quantity in ((1, 10), (2, 4), (3, 10)):
        qad.receive(NUMBER, number, quantity)
    assert header(qad)["orderStatus"] == "C"
    assert (await PurchaseOrderTarget(client).update(NUMBER, BEFORE, KEY)).wrong == ""
    await PurchaseOrderTarget(client).update(NUMBER, {**BEFORE, "contact": "Dock 4"}, KEY)
    assert header(qad)["contact"] == "Dock 4"


async def test_an_order_that_a_buyer_closed_takes_no_other_lines(qad: QadSandbox, client: QadClient) -> None:
    qad.close_order(NUMBER)
    with pytest.raises(RefusedError, match="it is closed there"):
        await PurchaseOrderTarget(client).update(NUMBER, order(line("a", "12")), KEY)
    await PurchaseOrderTarget(client).update(NUMBER, {**BEFORE, "status": "OPEN"}, KEY)
    assert header(qad)["orderStatus"] == "O"


async def test_an_order_that_is_gone_is_not_revised(client: QadClient) -> None:
    with pytest.raises(NotFoundError, match="PF9"):
        await PurchaseOrderTarget(client).update("PF9", BEFORE, KEY)


async def test_a_cancelled_order_is_cancelled_once_with_its_lines(qad: QadSandbox, client: QadClient) -> None:
    for _ in range(2):
        found = await PurchaseOrderTarget(client).archive(NUMBER)
        assert (found.record["status"], found.wrong) == ("CANCELLED", "")
    assert {row["lineStatus"] for row in qad.order_lines.values()} == {"X"}
    assert writes(qad) == ["POST purchaseOrderHeaders"]


async def test_an_order_of_which_goods_came_is_closed_instead(qad: QadSandbox, client: QadClient) -> None:
    qad.receive(NUMBER, 2, "4")
    found = await PurchaseOrderTarget(client).archive(NUMBER)
    assert (found.record["status"], found.wrong, header(qad)["orderStatus"]) == ("CLOSED", "", "C")
    assert {row["lineStatus"] for row in qad.order_lines.values()} == {"C"}


async def test_a_line_that_qad_leaves_open_is_told(qad: QadSandbox, client: QadClient) -> None:
    target = PurchaseOrderTarget(client)
    await target.archive(NUMBER)
    qad.edit_line(NUMBER, 2, lineStatus="")
    assert "line 2 is still open" in (await target.archive(NUMBER)).wrong


async def test_an_order_that_is_gone_counts_no_more(client: QadClient) -> None:
    assert (await PurchaseOrderTarget(client).archive("PF9")).wrong == ""
