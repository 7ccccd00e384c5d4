"""Finding, creating and changing records in a small BILL that keeps its rules."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from blocks.bill.account import BillAccount
from blocks.bill.client import BillClient
from blocks.bill.list_target import DepartmentTarget
from blocks.bill.matching import total
from blocks.bill.target import BillTarget, VendorCreditTarget, VendorTarget
from blocks.errors import NotFoundError, RefusedError
from blocks.exact import Record, decode, encode
from blocks.target import Found, Target

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ACCOUNT = BillAccount(
    base_url="https://bill.test/connect",
    events_base_url="https://bill.test/connect-events",
    username="svc",
    organization_id="008",
    password="pass-word-1",
    developer_key="dev-key-1",
)
LINES = {"bills": "billLineItems", "vendor-credits": "vendorCreditLineItems"}


class SmallBill:
    """Keeps records by kind; a bulk holds together; lists are by filter, thinner than the records when told so."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Record]] = {"vendors": {}, "bills": {}, "vendor-credits": {}}
        self.calls: list[str] = []
        self.thin: set[str] = set()
        self.backwards = False
        self.credit_filters = True

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/connect/v3/")
        if path == "login":
            return httpx.Response(200, json={"sessionId": "s1"})
        self.calls.append(f"{request.method} {path}")
        kind, *rest = path.split("/")
        body = decode(request.content) if request.content else None
        if request.method == "GET" and not rest:
            return self._list(kind, request.url.params.get("filters", ""))
        if rest == ["bulk"]:
            return self._bulk(kind, body)
        if rest[0] not in self.kept[kind]:
            return _refusal(404, "BDC_1205")
        return self._change(kind, rest, request.method, body)

    def seed(self, kind: str, **fields: Any) -> str:
        made = f"{kind[:3]}{len(self.kept[kind]):04d}"
        amount = {"amount": total(fields[LINES[kind]])} if LINES.get(kind) in fields else {}
        self.kept[kind][made] = {"id": made, "createdTime": NOW, "archived": False, **amount, **fields}
        return made

    def _list(self, kind: str, filters: str) -> httpx.Response:
        if kind == "vendor-credits" and filters and not self.credit_filters:
            return _refusal(400, "BDC_1130")
        rows = [
            {name: held for name, held in row.items() if name not in self.thin}
            for row in self.kept[kind].values()
            if "vendorId" not in filters or row["vendorId"] in filters
        ]
        return _json(200, {"results": rows})

    def _bulk(self, kind: str, bodies: Any) -> httpx.Response:
        bad = [body for body in bodies if "BAD" in str(body)]
        if bad:
            rows = [{"code": "BDC_1143", "message": "bad"}] * len(bad)
            return _json(400, [*rows, *[{"code": "BDC_1246", "message": "neighbour"}] * (len(bodies) - len(bad))])
        made = [self.kept[kind][self.seed(kind, **body)] for body in bodies]
        return _json(201, list(reversed(made)) if self.backwards else made)

    def _change(self, kind: str, rest: list[str], method: str, body: Record | None) -> httpx.Response:
        record = self.kept[kind][rest[0]]
        if rest[1:] == ["archive"]:
            record["archived"] = True
        elif method == "PUT" and "GONE" in str(body):
            return _refusal(404, "BDC_1205")
        elif body:
            record.update(body)
        return _json(200, record)


def _json(status: int, value: Any) -> httpx.Response:
    return httpx.Response(status, content=encode(value))


def _refusal(status: int, code: str) -> httpx.Response:
    return _json(status, [{"code": code, "message": "no"}])


def client_of(bill: Callable[[httpx.Request], httpx.Response]) -> BillClient:
    return BillClient(ACCOUNT, transport=httpx.MockTransport(bill), first_wait=0.001)


def a_bill(number: str = "NW-1", vendor: str = "009A", amount: str = "412.50") -> Record:
    return {
        "vendorId": vendor,
        "dueDate": "2026-12-02",
        "invoice": {"invoiceNumber": number, "invoiceDate": "2026-11-02"},
        "billLineItems": [{"amount": Decimal(amount) - 10}, {"quantity": Decimal(4), "price": Decimal("2.50")}],
    }


def a_vendor(name: str = "Northwind", **fields: Any) -> Record:
    return {"name": name, "address": {"line1": "500 Pine St", "country": "US"}, "email": "ar@nw.example", **fields}


def a_credit(number: str = "CR-1", amount: str = "64.99") -> Record:
    lines = [{"id": "old", "amount": Decimal(amount)}]
    return {"vendorId": "009A", "referenceNumber": number, "creditDate": "2026-11-02", "vendorCreditLineItems": lines}


def _ids(found: list[Found | None]) -> list[str | None]:
    return [one and one.id for one in found]


async def test_the_targets_are_targets() -> None:
    async with client_of(SmallBill()) as client:
        kinds = (VendorTarget, BillTarget, VendorCreditTarget, DepartmentTarget)
        targets: list[Target] = [kind(client) for kind in kinds]
    assert [target.at_once for target in targets] == [20, 100, 50, 50]


async def test_three_culprits_of_a_hundred_stay_alone() -> None:
    bill = SmallBill()
    bodies = [a_bill(f"{'BAD' if at in {0, 57, 99} else 'NW'}-{at}") for at in range(100)]
    async with client_of(bill) as client:
        results = await BillTarget(client).create(bodies, [str(at) for at in range(100)])
    assert [at for at, result in enumerate(results) if isinstance(result, RefusedError)] == [0, 57, 99]
    numbers = [result.record["invoice"]["invoiceNumber"] for result in results if isinstance(result, Found)]
    assert numbers == [f"NW-{at}" for at in range(100) if at not in {0, 57, 99}]
    assert len(bill.kept["bills"]) == 97
    assert len(bill.calls) < 45


async def test_new_records_are_told_apart_when_bill_turns_their_order() -> None:
    bill = SmallBill()
    bill.backwards = True
    async with client_of(bill) as client:
        results = await BillTarget(client).create([a_bill(f"NW-{at}") for at in range(5)], ["r"] * 5)
    assert [r.record["invoice"]["invoiceNumber"] for r in results if isinstance(r, Found)] == [
        f"NW-{at}" for at in range(5)
    ]


async def test_more_than_a_bulk_goes_in_several() -> None:
    bill = SmallBill()
    async with client_of(bill) as client:
        results = await VendorTarget(client).create([a_vendor(f"V{at}") for at in range(41)], ["r"] * 41)
    assert len(results) == len(bill.kept["vendors"]) == 41
    assert len(bill.calls) == 3


async def test_an_invoice_number_that_is_too_long_is_refused_and_its_neighbours_are_not() -> None:
    bill = SmallBill()
    async with client_of(bill) as client:
        results = await BillTarget(client).create([a_bill("N" * 22), a_bill("N" * 21)], ["1", "2"])
    assert isinstance(results[0], RefusedError) and results[0].field == "invoice.invoiceNumber"
    assert isinstance(results[1], Found) and len(bill.calls) == 1


async def test_bills_are_found_by_all_of_their_key_in_one_list() -> None:
    bill = SmallBill()
    right = bill.seed("bills", **a_bill("NW-1"))
    bill.seed("bills", **a_bill("NW-2", amount="1000"))
    other_day = a_bill("NW-3") | {"invoice": {"invoiceNumber": "NW-3", "invoiceDate": "2026-11-03"}}
    bill.seed("bills", **other_day)
    bodies = [a_bill("NW-3"), a_bill("NW-2"), a_bill("NW-1"), a_bill("NW-1", vendor="009B")]
    async with client_of(bill) as client:
        assert _ids(await BillTarget(client).find(bodies, NOW)) == [None, None, right, None]
    assert bill.calls == ["GET bills"]


async def test_one_record_stands_for_one_body() -> None:
    bill = SmallBill()
    only = bill.seed("bills", **a_bill("NW-1"))
    async with client_of(bill) as client:
        assert _ids(await BillTarget(client).find([a_bill("NW-1"), a_bill("NW-1")], NOW)) == [only, None]


@pytest.mark.parametrize("thin", [set(), {"invoice"}, {"amount"}])
async def test_a_thin_list_is_read_whole(thin: set[str]) -> None:
    bill = SmallBill()
    bill.thin = thin
    right = bill.seed("bills", **a_bill("NW-1"))
    async with client_of(bill) as client:
        assert _ids(await BillTarget(client).find([a_bill("NW-1")], NOW)) == [right]
        assert [found.id for found in await BillTarget(client).existing(["009A"], NOW)] == [right]


async def test_vendors_are_never_found_by_name_alone() -> None:
    bill = SmallBill()
    bill.thin = {"email"}
    bill.seed("vendors", **a_vendor(email="other@nw.example"))
    bill.seed("vendors", **a_vendor(address={"line1": "Elsewhere 1"}))
    right = bill.seed("vendors", **a_vendor())
    async with client_of(bill) as client:
        found = await VendorTarget(client).find([a_vendor(), a_vendor("Else")], NOW - timedelta(minutes=1))
    assert _ids(found) == [right, None]


async def test_a_vendor_is_changed_by_patch() -> None:
    bill = SmallBill()
    made = bill.seed("vendors", **a_vendor())
    async with client_of(bill) as client:
        assert (await VendorTarget(client).update(made, {"phone": "1"}, "r")).record["phone"] == "1"
        with pytest.raises(NotFoundError):
            await VendorTarget(client).update("none", {"phone": "1"}, "r")


async def test_an_unpaid_bill_is_replaced_without_line_ids() -> None:
    bill = SmallBill()
    made = bill.seed("bills", **a_bill(), paymentStatus="UNPAID", paidAmount=0, scheduledAmount="0.00")
    body = a_bill() | {"billLineItems": [{"id": "bli1", "amount": Decimal("5.00")}]}
    async with client_of(bill) as client:
        found = await BillTarget(client).update(made, body, "r")
    assert found.record["billLineItems"] == [{"amount": Decimal("5.00")}]
    assert body["billLineItems"][0]["id"] == "bli1"


@pytest.mark.parametrize(
    "state",
    [
        {"paymentStatus": "PAID", "paidAmount": Decimal("412.50")},
        {"paymentStatus": "SCHEDULED", "scheduledAmount": Decimal(1)},
        {"paymentStatus": "UNPAID", "paidAmount": "0.01"},
        {"paymentStatus": "UNPAID", "creditAmount": 1},
        {"paymentStatus": "SOMETHING_NEW"},
        {"paymentStatus": "UNDEFINED", "paidAmount": 0},
        {},
    ],
)
async def test_a_bill_that_may_be_paid_is_left_alone(state: Record) -> None:
    bill = SmallBill()
    made = bill.seed("bills", **a_bill(), **state)
    async with client_of(bill) as client:
        for change in (BillTarget(client).update(made, a_bill(), "r"), BillTarget(client).archive(made)):
            with pytest.raises(RefusedError, match=r"NW-1.*paid or scheduled"):
                await change
    assert set(bill.calls) == {f"GET bills/{made}"}


async def test_archiving_twice_is_harmless() -> None:
    bill = SmallBill()
    made = bill.seed("bills", **a_bill(), paymentStatus="UNPAID")
    async with client_of(bill) as client:
        for _time in range(2):
            assert (await BillTarget(client).archive(made)).record["archived"] is True
    assert bill.calls.count(f"POST bills/{made}/archive") == 1


async def test_an_update_that_names_an_unknown_account_is_refused() -> None:
    bill = SmallBill()
    made = bill.seed("bills", **a_bill(), paymentStatus="UNPAID")
    async with client_of(bill) as client:
        with pytest.raises(RefusedError):
            await BillTarget(client).update(made, a_bill() | {"description": "GONE"}, "r")


@pytest.mark.parametrize("filters", [True, False])
async def test_credits_are_found_whether_or_not_bill_takes_the_filter(filters: bool) -> None:
    bill = SmallBill()
    bill.credit_filters = filters
    bill.seed("vendor-credits", **a_credit(), createdTime=NOW - timedelta(days=1))
    right = bill.seed("vendor-credits", **a_credit())
    async with client_of(bill) as client:
        assert _ids(await VendorCreditTarget(client).find([a_credit(), a_credit("CR-2")], NOW)) == [right, None]


async def test_an_applied_credit_is_left_alone() -> None:
    bill = SmallBill()
    free = bill.seed("vendor-credits", **a_credit(), status="NOT_APPLIED", appliedAmount=0)
    used = bill.seed("vendor-credits", **a_credit("CR-2"), status="PARTIALLY_APPLIED", appliedAmount=1)
    async with client_of(bill) as client:
        target = VendorCreditTarget(client)
        assert "id" not in (await target.update(free, a_credit(), "r")).record["vendorCreditLineItems"][0]
        assert (await target.archive(free)).record["archived"] is True
        with pytest.raises(RefusedError, match="CR-2"):
            await target.update(used, a_credit(), "r")
        with pytest.raises(RefusedError, match="CR-2"):
            await target.archive(used)
