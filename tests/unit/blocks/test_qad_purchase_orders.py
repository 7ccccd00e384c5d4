"""Purchase orders reach QAD once, with all of their lines, whatever is lost on the way."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from blocks.errors import AnswerLostError, TransientError
from blocks.qad.client import QadClient
from blocks.qad.order_target import PurchaseOrderTarget
from tests.sandbox.faults import Fault
from tests.sandbox.qad import QadSandbox
from tests.unit.blocks.qad_tenant import DOMAIN, KEY, NOW, NUMBER, line, made, opened, order, refused, stored, tenant

GRID = r"POST .*/purchaseOrderLinesGrid"
HEADER = r"POST .*/purchaseOrderHeaders"
STEP = r"POST .*/fieldChangeV2"


@pytest.fixture
def qad() -> QadSandbox:
    return tenant()


@pytest.fixture
async def client(qad: QadSandbox) -> AsyncIterator[QadClient]:
    async with opened(qad) as client:
        yield client


async def test_an_order_has_its_lines_in_order_and_each_keeps_its_number(qad: QadSandbox, client: QadClient) -> None:
    body = order(line("a"), line("b", "3", "33.33333", item="ITEM-b"), line("c", cost_center="200"))
    found = made((await PurchaseOrderTarget(client).create([body], [KEY]))[0])
    assert (found.id, found.wrong) == (NUMBER, "")
    assert found.parts == {"a": f"{NUMBER}/1", "b": f"{NUMBER}/2", "c": f"{NUMBER}/3"}
    assert stored(qad) == [
        (1, "ITEM-a", Decimal(10), Decimal("2.50")),
        (2, "ITEM-b", Decimal(3), Decimal("33.33333")),
        (3, "ITEM-c", Decimal(10), Decimal("2.50")),
    ]
    third = qad.order_lines[DOMAIN, NUMBER, 3]
    assert (third["purchaseCostCenter"], third["itemDescription"], third["dueDate"][:10]) == (
        "200", "Goods c", "2026-12-01",
    )  # fmt: skip


async def test_qads_own_price_does_not_replace_the_orders(qad: QadSandbox, client: QadClient) -> None:
    qad.add_item("BOLT", "Bolt M6", purchaseCost="9.99", unitOfMeasure="EA")
    made((await PurchaseOrderTarget(client).create([order(line("a", item="BOLT"))], [KEY]))[0])
    assert stored(qad) == [(1, "BOLT", Decimal(10), Decimal("2.50"))]


@pytest.mark.parametrize("kind", ["lost_before", "lost_after", "html_after"])
@pytest.mark.parametrize(("match", "skip"), [(HEADER, 0), (GRID, 0), (GRID, 1), (GRID, 2)])
async def test_a_lost_answer_never_makes_a_second_line(
    qad: QadSandbox, client: QadClient, kind: Any, match: str, skip: int
) -> None:
    # The three lines are alike, so that only their place tells them apart.
    target, body = PurchaseOrderTarget(client), order(*(line(part, item="BOLT", description="x") for part in "abc"))
    qad.frame.faults.add(Fault(kind, match, skip=skip))
    with pytest.raises(AnswerLostError):
        await target.create([body], [KEY])
    found = (await target.find([body], NOW))[0] or made((await target.create([body], [KEY]))[0])
    assert found.parts == {part: f"{NUMBER}/{place}" for place, part in enumerate("abc", 1)}
    assert (len(qad.orders), [row[0] for row in stored(qad)]) == (1, [1, 2, 3])


@pytest.mark.parametrize("kind", ["lost_before", "lost_after"])
async def test_whichever_call_is_cut_off_the_order_is_whole_and_single(qad: QadSandbox, kind: Any) -> None:
    body, cut, place = order(line("a"), line("b"), line("c", item="ITEM-b", description="Goods b")), True, 0
    async with opened(qad) as client:
        await client.ready()
        while cut:
            qad.books.reset()
            qad.books.tables.update(tenant().books.tables)
            fault = qad.frame.faults.add(Fault(kind, "(GET|POST) .*/erp/|browses", times=4, skip=place))
            found = await insisted(PurchaseOrderTarget(client), body)
            assert [row[0] for row in stored(qad)] == [1, 2, 3], place
            assert found == {part: f"{NUMBER}/{at}" for at, part in enumerate("abc", 1)}
            qad.frame.faults.clear()
            cut, place = fault.struck > 0, place + 1
    assert place > 15


async def insisted(target: PurchaseOrderTarget, body: dict[str, Any]) -> dict[str, str]:
    """Returns the lines' numbers once the order is made; each failure is followed by a look and another attempt."""
    while True:
        try:
            return dict(((await target.find([body], NOW))[0] or made((await target.create([body], [KEY]))[0])).parts)
        except TransientError:
            continue


async def test_an_order_is_found_only_once_all_of_its_lines_are_there(qad: QadSandbox, client: QadClient) -> None:
    target, body = PurchaseOrderTarget(client), order(line("a"), line("b"))
    qad.frame.faults.add(Fault("lost_before", GRID, skip=1))
    with pytest.raises(AnswerLostError):
        await target.create([body], [KEY])
    assert await target.find([body], NOW) == [None]
    made((await target.create([body], [KEY]))[0])
    assert made((await target.find([body], NOW))[0]).parts == {"a": f"{NUMBER}/1", "b": f"{NUMBER}/2"}


async def test_a_step_without_an_answer_is_repeated_and_counts_as_no_write(qad: QadSandbox, client: QadClient) -> None:
    qad.frame.faults.add(Fault("lost_after", STEP, times=2))
    made((await PurchaseOrderTarget(client).create([order(line("a"))], [KEY]))[0])
    qad.frame.faults.add(Fault("status", STEP, times=-1, status=502))
    with pytest.raises(TransientError) as failed:
        await PurchaseOrderTarget(client).create([order(line("a"), number="PF1043")], [KEY])
    assert not isinstance(failed.value, AnswerLostError)
    assert (stored(qad, "PF1043"), len(stored(qad))) == ([], 1)


@pytest.mark.parametrize(
    "theirs", [{"supplierCode": "10S2002"}, {"currencyCode": "EUR"}, {"remarks": "Procurify 778"}, {"remarks": ""}]
)
async def test_an_order_of_somebody_else_is_left_alone(
    qad: QadSandbox, client: QadClient, theirs: dict[str, Any]
) -> None:
    usual: dict[str, Any] = {"supplierCode": "10S1001", "currencyCode": "USD", "remarks": "Procurify 77"}
    qad.add_order(NUMBER, **{**usual, **theirs})
    target, body = PurchaseOrderTarget(client), order(line("a"))
    assert await target.find([body], NOW) == [None]
    refusal = refused((await target.create([body], [KEY]))[0])
    assert f"{NUMBER} is taken" in str(refusal)
    assert refusal.remedy
    assert stored(qad) == []


async def test_a_mark_that_a_buyer_wrote_behind_is_still_ours(qad: QadSandbox, client: QadClient) -> None:
    target, body = PurchaseOrderTarget(client), order(line("a"))
    made((await target.create([body], [KEY]))[0])
    qad.edit_order(NUMBER, remarks="Procurify 77, call first")
    assert made((await target.find([body], NOW))[0]).id == NUMBER


async def test_a_line_that_a_buyer_changed_meanwhile_stops_the_completion(qad: QadSandbox, client: QadClient) -> None:
    target, body = PurchaseOrderTarget(client), order(line("a"), line("b"))
    qad.frame.faults.add(Fault("lost_before", GRID, skip=1))
    with pytest.raises(AnswerLostError):
        await target.create([body], [KEY])
    qad.edit_line(NUMBER, 1, quantityOrdered="8")
    refusal = refused((await target.create([body], [KEY]))[0])
    assert "line 1" in str(refusal)
    assert "quantity 8 in QAD and 10 here" in str(refusal)
    assert len(stored(qad)) == 1


async def test_a_refused_line_is_named_and_the_order_completed_once_it_is_right(
    qad: QadSandbox, client: QadClient
) -> None:
    target, wrong = PurchaseOrderTarget(client), order(line("a"), line("b", account="9999"))
    refusal = refused((await target.create([wrong], [KEY]))[0])
    assert f"{NUMBER} has 1 of its 2 lines in QAD" in str(refusal)
    assert "9999" in str(refusal)
    made((await target.create([order(line("a"), line("b", account="6020", cost_center=""))], [KEY]))[0])
    assert [row[0] for row in stored(qad)] == [1, 2]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (order(line("a", cost="1.123456")), "cost"),
        (order(line("a"), remarks=" "), "remarks"),
        (order(), "lines"),
        (order(line("a"), number="PF,1"), "number"),
    ],
)
async def test_what_qad_could_not_hold_or_find_again_is_refused_before_anything_is_sent(
    qad: QadSandbox, client: QadClient, body: dict[str, Any], field: str
) -> None:
    refusal = refused((await PurchaseOrderTarget(client).create([body], [KEY]))[0])
    assert (refusal.field, len(qad.orders)) == (field, 0)


async def test_a_cost_that_this_tenant_rounds_is_refused_and_no_wrong_line_stored(qad: QadSandbox) -> None:
    qad.options(purchase_cost_scale=2, purchase_cost_rounded=True)
    async with opened(qad) as client:
        refusal = refused((await PurchaseOrderTarget(client).create([order(line("a", cost="3.33333"))], [KEY]))[0])
    assert "3.33 of the cost 3.33333" in str(refusal)
    assert stored(qad) == []


async def test_what_the_list_of_lines_does_not_show_is_read_line_by_line(qad: QadSandbox) -> None:
    no_columns = dict.fromkeys(("site", "account", "cost_center", "quantity_received"))
    entities = {"purchase_order_line": {"browse": {"fields": no_columns}}}
    async with opened(qad, entities=entities) as client:
        target, body = PurchaseOrderTarget(client), order(line("a"), line("b"))
        made((await target.create([body], [KEY]))[0])
        assert made((await target.find([body], NOW))[0]).parts == {"a": f"{NUMBER}/1", "b": f"{NUMBER}/2"}
        assert await target.find([order(line("a"), line("b", account="6020"))], NOW) == [None]
