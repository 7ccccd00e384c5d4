"""Nothing but vendors and account codes can be written to Procurify, and nothing goes to another host."""

import httpx
import pytest

from blocks.errors import RefusedError
from blocks.procurify.client import ProcurifyClient
from blocks.procurify.gate import Gate

HOST = "https://acme.procurify.test"
BILL = "3f0c6a7b-e1d2-4c0f-9a55-d1b7c8e90312"
REFUSED = [
    ("POST", "/api/v3/ap/bills/mark-as-paid/"),
    ("POST", "/api/v3/ap/bills/"),
    ("PATCH", f"/api/v3/ap/bills/{BILL}/"),
    ("DELETE", f"/api/v3/ap/bills/{BILL}/"),
    ("POST", "/api/public/v1/payments/"),
    ("POST", "/api/v2/ap/payments/"),
    ("PUT", "/api/v3/purchase-orders/1204/"),
    ("POST", "/api/v3/purchase-orders/1204/close/"),
    ("POST", "/api/v3/purchase-orders/1204/reopen/"),
    ("PUT", "/api/v2/purchase_order/revise/1204/"),
    ("POST", "/api/v3/receipt/items/"),
    ("POST", "/api/v3/requisitions/"),
    ("POST", "/api/v3/departments/"),
    ("DELETE", "/api/v3/vendors/412/"),
    ("PUT", "/api/v3/vendors/412/"),
    ("PATCH", "/api/v3/vendors/412/../../ap/bills/1/"),
    ("PATCH", "/api/v3/vendors/%2e%2e/ap/bills/1/"),
    ("PATCH", "/api/v3/vendors/412/?x=/api/v3/ap/bills/"),
    ("POST", "/api/v3/vendors/?next=mark-as-paid"),
    ("OPTIONS", "/api/v3/ap/bills/"),
    ("post", "/api/v3/ap/bills/mark-as-paid/"),
]
ALLOWED = [
    ("GET", "/api/v3/ap/bills/"),
    ("POST", "/oauth/token"),
    ("POST", "/api/v3/vendors/"),
    ("PATCH", "/api/v3/vendors/412/"),
    ("POST", "/api/v3/account-codes/"),
    ("PUT", "/api/v3/account-codes/87/"),
]


def behind_the_gate() -> tuple[httpx.AsyncClient, list[str]]:
    reached = list[str]()

    def answer(request: httpx.Request) -> httpx.Response:
        reached.append(f"{request.method} {request.url}")
        return httpx.Response(200, json={})

    gate = Gate(HOST, httpx.MockTransport(answer), lambda _unsure: None)
    return httpx.AsyncClient(base_url=HOST, transport=gate), reached


@pytest.mark.parametrize(("method", "path"), REFUSED)
async def test_no_other_write_leaves(method: str, path: str) -> None:
    client, reached = behind_the_gate()
    async with client:
        with pytest.raises(RefusedError, match="not sent") as caught:
            await client.request(method, path, json={"bill_uuids": [BILL]})
    assert reached == [] and "by hand" in caught.value.remedy


@pytest.mark.parametrize(("method", "path"), ALLOWED)
async def test_what_the_service_is_for_leaves(method: str, path: str) -> None:
    client, reached = behind_the_gate()
    async with client:
        assert (await client.request(method, path)).status_code == 200
    assert reached == [f"{method} {HOST}{path}"]


@pytest.mark.parametrize("address", ["http://acme.procurify.test", "https://beta.procurify.test", "https://evil.test"])
async def test_nothing_goes_to_another_host_or_in_the_clear(address: str) -> None:
    client, reached = behind_the_gate()
    async with client:
        with pytest.raises(RefusedError):
            await client.get(f"{address}/api/v3/vendors/")
    assert reached == []


def test_the_client_has_no_method_that_writes_anything_else() -> None:
    verbs = ("create", "update", "patch", "put", "post", "delete", "mark", "pay_", "receive_", "close", "reopen", "add")
    writing = {name for name in dir(ProcurifyClient) if name.startswith(verbs)}
    assert writing == {"create_vendor", "patch_vendor", "create_account_code", "update_account_code"}
