"""A line goes through QAD's steps in their order, each with the record that came back from the one before."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from blocks.errors import RefusedError, TransientError
from blocks.qad.account import QadAccount
from blocks.qad.client import QadClient
from blocks.qad.order_lines import OrderLines
from blocks.qad.profile import Profile
from blocks.qad.validation import validate
from tests.sandbox.qad import QadSandbox
from tests.unit.blocks.qad_tenant import line, opened, tenant

WISH = {name: value for name, value in line("a").items() if name != "part"}
PURCHASING = ("purchase_order", "purchase_order_line", "po_receipt", "open_receiver")


class Desk:
    """Gives out line 3, notes what it is sent, and answers each step as it is told to."""

    def __init__(self, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        self.answer, self.steps, self.stored = answer, list[tuple[str, dict[str, Any]]](), list[dict[str, Any]]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        if request.method == "GET":
            blank = {"purchaseOrderLine": 3, "concurrencyHash": "", "dataOperation": "C", "hidden": asked.get("none")}
            return httpx.Response(200, json={"data": {"purchaseOrderLines": [blank]}})
        sent = json.loads(request.content)["purchaseOrderLines"][0]
        if "fieldName" in asked:
            self.steps.append((asked["fieldName"], sent))
            return httpx.Response(200, json=self.answer({**sent, "seen": len(self.steps)}))
        self.stored.append(sent)
        result = {"submitResult": {"success": True, "errorSeverity": 0, "errors": []}}
        return httpx.Response(200, json={**result, "data": {"purchaseOrderLines": [sent]}})


def lines_at(desk: Desk, **overrides: Any) -> OrderLines:
    profile = Profile.default().merged({"write_pause": 0, **overrides})
    account = QadAccount(
        "https://acme.qad.example/clouderp", "svc", "10USA_10USACO", "secret-1", "basic", profile=profile
    )
    return OrderLines(QadClient(account, transport=httpx.MockTransport(desk), first_wait=0.001))


def as_read(record: dict[str, Any]) -> dict[str, Any]:
    return {"data": {"purchaseOrderLines": [record]}}


def as_written(record: dict[str, Any]) -> dict[str, Any]:
    return {"submitResult": {"success": True, "errorSeverity": 0, "errors": []}, **as_read(record)}


@pytest.mark.parametrize("answer", [as_read, as_written])
async def test_each_step_goes_on_with_what_came_back(answer: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    desk = Desk(answer)
    made = await lines_at(desk).add("PF1", WISH)
    assert [field for field, _ in desk.steps] == ["siteCode", "itemCode", "quantityOrdered", "purchaseCost"]
    assert [sent.get("seen") for _, sent in desk.steps] == [None, 1, 2, 3]
    assert [sent["purchaseOrderLine"] for _, sent in desk.steps] == [3, 3, 3, 3]
    assert "quantityOrdered" not in desk.steps[1][1]
    (stored,) = desk.stored
    assert (stored["seen"], stored["purchaseCost"], stored["unitOfMeasure"], stored["dataOperation"]) == (
        4, 2.5, "EA", "C",
    )  # fmt: skip
    assert made["line"] == 3


async def test_the_order_of_steps_is_the_tenants() -> None:
    desk = Desk(as_read)
    steps = {"purchase_order_line": {"steps": {"order": ["item", "site", "unit"], "received": None}}}
    lines = lines_at(desk, entities=steps)
    await lines.add("PF1", WISH)
    assert [field for field, _ in desk.steps] == ["itemCode", "siteCode", "unitOfMeasure"]
    await lines.check_untouched({"domain": "10USA", "number": "PF1", "line": 3})


async def test_what_a_step_makes_otherwise_is_refused_before_it_is_stored() -> None:
    desk = Desk(lambda record: as_read({**record, "purchaseCost": 2}))
    with pytest.raises(RefusedError, match=r"2 of the cost 2\.50") as refusal:
        await lines_at(desk).add("PF1", WISH)
    assert (refusal.value.field, desk.stored) == ("cost", [])


async def test_a_step_that_returns_no_line_may_be_tried_again() -> None:
    desk = Desk(lambda _record: {"data": {}})
    with pytest.raises(TransientError, match="siteCode"):
        await lines_at(desk).add("PF1", WISH)
    assert desk.stored == []


async def test_a_refused_step_names_the_logical_field() -> None:
    error = {"severity": 1, "code": "61", "message": "Site is closed", "fieldName": "SiteCode"}
    desk = Desk(lambda _record: {"submitResult": {"success": False, "errorSeverity": 1, "errors": [error]}})
    with pytest.raises(RefusedError, match="Site is closed") as refusal:
        await lines_at(desk).add("PF1", WISH)
    assert (refusal.value.field, desk.stored) == ("site", [])


@pytest.mark.parametrize(
    ("answer", "received"),
    [
        ({"data": {"isReceivedPurchaseOrderLineV2": True}}, True),
        ({"data": [{"received": True}]}, True),
        ({"data": True}, True),
        ({"data": {"isReceived": "yes"}}, True),
        ({"data": {"isTaxable": True, "isReceived": False}}, False),
        ({"data": {"isReceivedPurchaseOrderLineV2": False}, "submitResult": {"success": True}}, False),
        ({"data": {}}, False),
    ],
)
async def test_goods_are_noticed_in_whatever_form_qad_tells_it(answer: Any, received: bool) -> None:
    held = {"domain": "10USA", "number": "PF1", "line": 3}
    lines = lines_at(lambda _request: httpx.Response(200, json=answer))  # type: ignore[arg-type]
    if received:
        with pytest.raises(RefusedError, match="PF1/3"):
            await lines.check_untouched(held)
    else:
        await lines.check_untouched(held)


@pytest.fixture
def qad() -> QadSandbox:
    sandbox = tenant()
    sandbox.add_order("PO1", lines=[{"quantityOrdered": Decimal(2)}])
    sandbox.receive("PO1", 1, 1)
    return sandbox


async def test_purchasing_is_validated_where_it_is_asked_for(qad: QadSandbox) -> None:
    qad.options(hide_fields={"purchaseOrderHeaders": ["remarks"]})
    async with opened(qad) as client:
        usual = {report.entity for report in await validate(client)}
        asked = {report.entity: report for report in await validate(client, PURCHASING)}
    assert not usual & set(PURCHASING)
    assert {name: report.verdict for name, report in asked.items()} == {
        "workspace": "valid", "purchase_order": "degraded", "purchase_order_line": "unverified",
        "po_receipt": "valid", "open_receiver": "valid",
    }  # fmt: skip
    assert "remarks" in asked["purchase_order"].missing
