"""Nothing financial is ever written to Procurify: by no method of the client, whatever the path and the verb."""

import asyncio
import inspect
import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from blocks.errors import RefusedError
from blocks.procurify.account import ProcurifyAccount
from blocks.procurify.client import ProcurifyClient
from tests.sandbox.procurify import ProcurifySandbox
from tests.sandbox.serving import served

WRITES = ("POST", "PUT", "PATCH", "DELETE")
VENDORS, CODES = "/api/v3/vendors/", "/api/v3/account-codes/"
ALLOWED = (
    f"POST {VENDORS}", rf"PATCH {VENDORS}\d+/", f"POST {CODES}", rf"PUT {CODES}\d+/", "POST /oauth/token",
)  # fmt: skip
CHANGING = ("create", "update", "patch", "put", "delete", "mark", "set", "add", "post")
MAY_CHANGE = {"create_vendor", "patch_vendor", "create_account_code", "update_account_code"}
GIVEN: dict[str, Any] = {  # what the methods are called with, by the names of their parameters
    "modified_since": date(2026, 11, 1), "updated_since": datetime(2026, 11, 1, tzinfo=UTC), "group": "all",
    "vendor_id": "2", "code_id": "81",
    "body": {"name": "New", "email": [], "type": 3, "overall_score": None, "description": "New"},
}  # fmt: skip
KNOWN = {*GIVEN, "order_id", "order_item", "uuid"}


def test_no_method_of_the_client_writes_more_than_vendors_and_account_codes() -> None:
    procurify = tenant()
    with served(procurify.app) as url:
        swept = asyncio.run(sweep(procurify, url))

    written = [f"{row.method} {row.path}" for row in procurify.requests() if row.method in WRITES]
    print(f"{len(swept)} methods, {len(procurify.requests())} requests, written: {written}")
    assert all(any(re.fullmatch(one, line) for one in ALLOWED) for line in written)
    assert len(written) == len(ALLOWED), "a method that may write did not, or twice"
    assert procurify.forbidden_writes() == []
    assert len(swept) >= 18
    assert {name for name in swept if name.startswith(CHANGING)} == MAY_CHANGE


def test_whatever_is_asked_of_the_transport_no_other_write_leaves() -> None:
    procurify = tenant()
    order, bill = next(iter(procurify.books.orders.values())), next(iter(procurify.books.bills))
    names = {"id": order.id, "uuid": bill}
    own = [re.sub(r"{(\w+)}", lambda name: str(names.get(name[1], 1)), one.path) for one in procurify._api._endpoints]
    paths = [*own, "/api/v3/payments/", f"{VENDORS}2/delete/", f"/{VENDORS}", f"{VENDORS}../ap/bills/"]
    with served(procurify.app) as url:
        tried = asyncio.run(attempts(procurify, url, paths))

    print(f"{tried} writes refused on {len(paths)} paths")
    assert procurify.forbidden_writes() == []
    assert tried >= 60


async def sweep(procurify: ProcurifySandbox, url: str) -> list[str]:
    """Calls every method of the client with what it needs; returns their names."""
    called = []
    async with client_of(procurify, url) as client:
        for name, method in inspect.getmembers(client, callable):
            if name.startswith("_"):
                continue
            wanted = {one: given(procurify, one) for one in inspect.signature(method).parameters if one in KNOWN}
            if "body" in wanted:
                wanted["body"] = {**wanted["body"], "code": name}
            answer: Any = method(**wanted)
            if isinstance(answer, AsyncIterator):
                async for _page in answer:
                    pass
            else:
                await answer
            called.append(name)
    return called


def given(procurify: ProcurifySandbox, parameter: str) -> Any:
    """Returns what a parameter of a method is called with."""
    order = next(iter(procurify.books.orders.values()))
    own = {"order_id": order.uuid, "order_item": str(order.lines[0]), "uuid": next(iter(procurify.books.bills))}
    return own.get(parameter) or GIVEN[parameter]


async def attempts(procurify: ProcurifySandbox, url: str, paths: list[str]) -> int:
    """Has every other write sent by the client's own connection; returns how many were refused before they left."""
    refused = 0
    async with client_of(procurify, url) as client:
        for path in paths:
            for method in WRITES:
                if any(re.fullmatch(one, f"{method} {path}") for one in ALLOWED):
                    continue
                before = len(procurify.requests())
                with pytest.raises(RefusedError):
                    await client._records._ask(method, path, body={"status": 4}, harmless=False)
                left = [row for row in procurify.requests()[before:] if row.path != "/oauth/token"]
                assert left == [], f"{method} {path} left"
                refused += 1
    return refused


def tenant() -> ProcurifySandbox:
    """Returns a tenant with an order, a bill and a payment."""
    procurify = ProcurifySandbox()
    procurify.generate(orders=3, lines=1, bills=3, vendors=1)
    return procurify


def client_of(procurify: ProcurifySandbox, url: str) -> ProcurifyClient:
    """Returns a client of the tenant that makes no pause."""
    account = ProcurifyAccount(
        url, procurify.subdomain, procurify.client_id, procurify.client_secret, read_pause_seconds=0
    )
    return ProcurifyClient(account)
