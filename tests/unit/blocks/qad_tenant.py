"""A QAD tenant for the tests of purchasing: served, with a supplier, accounts and an order to write."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from blocks.errors import RefusedError
from blocks.exact import Record
from blocks.qad.account import QadAccount
from blocks.qad.client import QadClient
from blocks.qad.profile import Profile
from blocks.target import Found, Key
from tests.sandbox.qad import QadSandbox
from tests.sandbox.serving import served

NOW = datetime.now(UTC)
KEY = Key("item", "together")
NUMBER = "PF1042"
DOMAIN = "10USA"


def tenant() -> QadSandbox:
    """Returns a tenant with a supplier, two accounts and a cost center."""
    qad = QadSandbox()
    qad.seed(
        accounts=[
            {"accountCode": "6010", "description": "Supplies", "isCostCenterAccount": True},
            {"accountCode": "6020", "description": "Freight"},
        ],
        cost_centers=[{"costCenterCode": "100"}, {"costCenterCode": "200"}],
        suppliers=[{"supplierCode": "10S1001"}, {"supplierCode": "10S2002"}],
    )
    return qad


@asynccontextmanager
async def opened(qad: QadSandbox, **overrides: Any) -> AsyncIterator[QadClient]:
    """Yields a client of the tenant, over real HTTP; `overrides` are of its profile."""
    with served(qad.app) as url:
        profile = Profile.default().merged({"write_pause": 0, **overrides})
        account = QadAccount(f"{url}{qad.context}", qad.username, qad.workspace, qad.password, profile=profile)
        async with QadClient(account, first_wait=0.001) as client:
            yield client


def line(part: str, quantity: str = "10", cost: str = "2.50", **fields: Any) -> Record:
    """Returns a line of an order as a mapping makes it."""
    return {
        "part": part, "site": "10-100", "item": f"ITEM-{part}", "description": f"Goods {part}",
        "quantity": Decimal(quantity), "unit": "EA", "cost": Decimal(cost), "due_date": "2026-12-01",
        "account": "6010", "cost_center": "100", **fields,
    }  # fmt: skip


def order(*lines: Record, **fields: Any) -> Record:
    """Returns the body of an order as a mapping makes it."""
    return {
        "number": NUMBER, "supplier": "10S1001", "currency": "USD", "credit_terms": "30", "daybook_set": "STD",
        "ship_to_site": "10-100", "bill_to": "10-100", "remarks": "Procurify 77", "order_date": "2026-11-01",
        "due_date": "2026-12-01", "lines": list(lines), **fields,
    }  # fmt: skip


def made(result: Found | RefusedError | None) -> Found:
    """Returns what was found or made."""
    assert isinstance(result, Found), result
    return result


def refused(result: Found | RefusedError | None) -> RefusedError:
    """Returns the refusal."""
    assert isinstance(result, RefusedError), result
    return result


def stored(qad: QadSandbox, number: str = NUMBER) -> list[tuple[int, str, Decimal, Decimal]]:
    """Returns the order's lines as QAD has them: number, item, quantity and cost."""
    return [
        (row["purchaseOrderLine"], row["itemCode"], row["quantityOrdered"], row["purchaseCost"])
        for row in sorted(qad.order_lines.values(), key=lambda row: int(row["purchaseOrderLine"]))
        if row["purchaseOrderNumber"] == number
    ]


def writes(qad: QadSandbox) -> list[str]:
    """Returns the calls that stored or removed something, oldest first."""
    calls = [row for row in qad.frame.log if row.method in {"POST", "DELETE"}]
    return [f"{row.method} {row.path.rpartition('/')[2]}" for row in calls if "token" not in row.path and
            "fieldChange" not in row.path]  # fmt: skip
