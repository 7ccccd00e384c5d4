"""What people enter in Procurify and post in QAD, and what they see of it on both sides."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tests.e2e.procurify import Purchasing
from tests.sandbox.procurify.generate_orders import line_of
from tests.sandbox.procurify.records import Order

SUPPLIERS = ("USD", "USD", "EUR", "GBP", "JPY", "CAD", "USD")  # currencies, a supplier for each
ACCOUNTS = {"1510": "Machinery", "5010": "Components", "6010": "Supplies", "6030": "Maintenance", "6150": "Freight"}
WITHOUT_COST_CENTER = "1510"
DEPARTMENTS = [{"code": "100", "name": "Assembly"}, {"code": "200", "name": "Quality"}]
HARMLESS = ("/fieldChangeV2", "/oauth/token")  # ends of paths that are posted to without storing any record


def seed_ledger(it: Purchasing) -> None:
    """QAD has suppliers, accounts and cost centers; Procurify has its departments, and nothing of QAD's yet."""
    for code, name in ACCOUNTS.items():
        it.qad.add_account(code, name, isCostCenterAccount=code != WITHOUT_COST_CENTER)
    it.qad.seed(cost_centers=DEPARTMENTS)
    for place, currency in enumerate(SUPPLIERS):
        it.qad.add_supplier(f"10S{2001 + place}", businessRelationName=f"Erie Tools {place + 1}", currencyCode=currency)
    it.procurify.seed_departments(DEPARTMENTS)


def begin(it: Purchasing) -> None:
    """Both systems have the same suppliers and accounts, as after earlier runs; nothing was run yet."""
    seed_ledger(it)
    for code, name in ACCOUNTS.items():
        it.procurify.add_account_code(code, name)
    for supplier in it.qad.suppliers.values():
        name, currency = supplier["businessRelationName"], supplier["currencyCode"]
        it.procurify.add_vendor(name, supplier["supplierCode"], currency=currency)
    it.apply()


def sellers(it: Purchasing) -> list[int]:
    """Returns the ids of the vendors that stand for QAD's suppliers, in the order of these."""
    ids = {vendor.fields["external_id"]: vendor.id for vendor in it.procurify.books.vendors.values()}
    return [ids[code] for code in it.qad.suppliers]


def line(name: str, quantity: str = "10", price: str = "2.50", code: str = "6010", **fields: Any) -> dict[str, Any]:
    """Returns an order's line."""
    return {"name": name, "quantity": quantity, "price": price, "code": code, "department": "100", **fields}


def place(it: Purchasing, *lines: Mapping[str, Any], seller: int = 0, **header: Any) -> Order:
    """Places an order of one line, unless told otherwise, with the first supplier, and returns it."""
    told = it.procurify.raise_po(sellers(it)[seller], list(lines or [line("Gloves")]), **header)
    return it.procurify.books.order(told["uuid"])


def place_many(it: Purchasing, count: int, chance: Any) -> list[Order]:
    """Places orders of three to five lines, of every kind that plants have; returns them."""
    known = it.procurify.books
    accounts, ids = [*known.accounts], sellers(it)
    placed = []
    for index in range(count):
        vendor = ids[index % len(ids)]
        money = known.currencies[known.currency(known.vendors[vendor].fields["currency"])]["name"]
        lines = [line_of(chance, accounts, money, index + each) for each in range(3 + index % 3)]
        number = f"ACME-{2200 + index}" if index % 3 == 0 else None
        placed.append(known.order(it.procurify.raise_po(vendor, lines, PO_Num=number)["uuid"]))
    return placed


def bill(it: Purchasing, number: str, *items: Mapping[str, Any], **header: Any) -> str:
    """Enters an approved bill and returns its uuid."""
    return str(it.procurify.bill(list(items), invoice_number=number, **header)["uuid"])


def number_of(order: Order) -> str:
    """Returns the number that an order must have in QAD."""
    return order.PO_Num or f"PF{order.id}"


def qad_lines(it: Purchasing, order: Order) -> list[dict[str, Any]]:
    """Returns QAD's lines of an order, by number."""
    number = number_of(order)
    rows = [one for one in it.qad.order_lines.values() if one["purchaseOrderNumber"] == number]
    return sorted(rows, key=lambda one: int(one["purchaseOrderLine"]))


def receive(it: Purchasing, order: Order, part: Decimal | int = 1) -> None:
    """Posts in QAD the receipt of all that is missing of an order, or of this part of what was ordered."""
    for one in qad_lines(it, order):
        missing = one["quantityOrdered"] - one["quantityReceived"]
        quantity = min(missing, one["quantityOrdered"] * part)
        if quantity:
            it.qad.receive(one["purchaseOrderNumber"], one["purchaseOrderLine"], quantity)


def invoices(it: Purchasing) -> Mapping[str, dict[str, Any]]:
    """Returns QAD's invoices by the supplier's number."""
    rows = list(it.qad.invoices.values())
    found = {str(one["reference"]): one for one in rows}
    assert len(found) == len(rows), "an invoice is there more than once"
    return found


def listed_as(it: Purchasing, outcome: str, stream: str = "") -> dict[str, str]:
    """Returns the reasons of the records that are listed with an outcome, by the number that people know them by."""
    return {row["source_ref"]: row["reason"] for row in it.records(outcome) if stream in ("", row["stream"])}


def told(printed: Mapping[str, Any], outcome: str) -> dict[str, str]:
    """Returns the reasons of the records that a run named with an outcome, by number."""
    return {row["record"]: row["reason"] for row in printed["exceptions"] if row["outcome"] == outcome}


def audit_of(it: Purchasing, record: str) -> str:
    """Returns the sentences of a record's audit, oldest first."""
    rows = json.loads(it.command("audit", it.connection, record, "--json").stdout)
    return "\n".join(row["summary"] for row in rows)


def clear_logs(it: Purchasing) -> None:
    """The systems' request logs are empty, except for what Procurify keeps to find forbidden writes."""
    it.procurify.frame.log.clear()
    it.qad.frame.log.clear()


def qad_writes(it: Purchasing) -> list[str]:
    """Returns the requests since the logs were cleared that may have stored something in QAD."""
    steps = ("/fieldChangeV2", "/oauth/token")
    return [
        f"{row.method} {row.path}" for row in it.qad.frame.log if row.method != "GET" and not row.path.endswith(steps)
    ]
