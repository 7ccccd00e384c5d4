"""Items and costs of bills: by quantity or by cost, taxes inside or on top, amounts split over accounts.

Source: Procurify API, accounts payable: `total_cost` of an item is without tax; allocations have 8 decimals.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tests.sandbox.procurify.orders import amount, shares
from tests.sandbox.procurify.records import ZERO, Bill, BillCost, BillItem, Line, Share
from tests.sandbox.procurify.tenant import Tenant, found
from tests.sandbox.procurify.wire import invalid, rounded

WITHOUT_CENTS = frozenset({"JPY", "KRW", "CLP"})


def items_of(tenant: Tenant, bill: Bill, told: Sequence[Mapping[str, Any]]) -> list[BillItem]:
    """Returns the items of a bill.

    Raises:
        Refusal: a line or account is not there, or a line must be received first.
    """
    places = 0 if tenant.currencies[bill.currency]["name"] in WITHOUT_CENTS else 2
    return [_item(tenant, each, places) for each in told]


def costs_of(tenant: Tenant, told: Sequence[Mapping[str, Any]]) -> list[BillCost]:
    """Returns the header charges of a bill."""
    return [BillCost(tenant.next_id("cost"), each["name"], shares(tenant, [each])[0]) for each in told]


def billed(tenant: Tenant, line: Line) -> Decimal:
    """Returns how much of a line is on bills by quantity."""
    items = (item for bill in tenant.bills.values() for item in bill.items)
    return sum((item.quantity or ZERO for item in items if item.line == line.id), ZERO)


def _item(tenant: Tenant, told: Mapping[str, Any], places: int) -> BillItem:
    line = found(tenant.lines, told["order_item"]) if "order_item" in told else None
    order = tenant.order(told["po"]).id if "po" in told else line.order if line else None
    quantity = amount(told["quantity"]) if told.get("quantity") is not None else None
    if line is not None and tenant.switches.bills_need_receipts:
        _require_receipt(tenant, line, quantity)
    unit_cost = amount(told.get("unit_cost", line.price if line else 0)) if quantity is not None else None
    whole = rounded((quantity or ZERO) * (unit_cost or ZERO) if quantity is not None else amount(told["cost"]), places)
    net, tax = _taxed(told, whole, places)
    shipping = told.get("shipping_amount")
    return BillItem(
        id=tenant.next_id("item"), description=told.get("description", line.name if line else ""), total=net,
        shares=_coding(tenant, told, line, net, places), created=tenant.now(), line=line.id if line else None,
        order=order, quantity=quantity, unit_cost=unit_cost, sku=line.sku if line else "",
        unit=line.unit if line else "", tax=tax, tax_name=told.get("tax_name", "GST" if tax else None),
        tax_percentage=None if told.get("tax_percentage") is None else amount(told["tax_percentage"]),
        inclusive=bool(told.get("tax_is_inclusive")), shipping=None if shipping is None else amount(shipping),
    )  # fmt: skip


def _taxed(told: Mapping[str, Any], whole: Decimal, places: int) -> tuple[Decimal, Decimal]:
    """Returns the amount without tax, and the tax."""
    inclusive, percent = bool(told.get("tax_is_inclusive")), told.get("tax_percentage")
    if told.get("tax_amount") is not None:
        tax = amount(told["tax_amount"])
    elif percent is None:
        tax = ZERO
    elif inclusive:
        tax = whole - rounded(whole * 100 / (100 + amount(percent)), places)
    else:
        tax = rounded(whole * amount(percent) / 100, places)
    return (whole - tax if inclusive else whole), tax


def _coding(tenant: Tenant, told: Mapping[str, Any], line: Line | None, net: Decimal, places: int) -> list[Share]:
    """Returns the split of an item: as told, else as its line's, scaled to what is billed."""
    if told.get("allocations"):
        return shares(tenant, told["allocations"])
    if line is None or "account" in told or "code" in told:
        return shares(tenant, [{**_place(tenant, told), "amount": net}])
    if not line.shares:
        return shares(tenant, [{"account": line.account, "amount": net}])
    whole, rest, split = sum((each.amount for each in line.shares), ZERO), net, []
    for each in line.shares[:-1]:
        part = rounded(net * each.amount / whole, places)
        rest -= part
        split.append({"account": each.account, "amount": part})
    return shares(tenant, [*split, {"account": line.shares[-1].account, "amount": rest}])


def _place(tenant: Tenant, told: Mapping[str, Any]) -> dict[str, Any]:
    if "account" in told or "code" in told:
        return {name: told[name] for name in ("account", "code", "department") if name in told}
    if "po" in told:  # freight of an order goes where its first line goes
        return {"account": tenant.lines[tenant.order(told["po"]).lines[0]].account}
    raise invalid("cost_allocations", "This field is required.", "required")


def _require_receipt(tenant: Tenant, line: Line, quantity: Decimal | None) -> None:
    if line.receive_method == 0 and billed(tenant, line) + (quantity or ZERO) > line.passed:
        raise invalid("items", "This bill has items that were not received.", "UNRECEIVED_ITEMS")
