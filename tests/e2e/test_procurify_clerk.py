"""What a clerk sees: what waits and why, on which side, with both systems' numbers; what is over is gone by itself."""

import json
import re
from decimal import Decimal
from typing import Any

from tests.e2e.patience import http
from tests.e2e.procurify import Purchasing
from tests.e2e.procurify_days import has_waited
from tests.e2e.procurify_desk import (
    begin,
    bill,
    invoices,
    line,
    listed_as,
    number_of,
    place,
)

pytest_plugins = ("tests.e2e.procurify_serving",)


def test_what_waits_is_listed_with_the_reason_and_both_sides_numbers_and_goes_by_itself(purchasing: Purchasing) -> None:
    it = purchasing
    begin(it)
    order = place(it, line("Gloves", "10", "2.50"))
    it.procurify.receive(order.lines[0], 7)
    stranger = it.procurify.add_vendor("Unknown Trading Co", currency="USD")["id"]
    strange = it.procurify.books.order(it.procurify.raise_po(stranger, [line("Tape")])["uuid"])
    it.qad.add_invoice(supplierCode="10S2001", reference="TAKEN", originalCreditTC=Decimal("9.99"))
    bill(it, "SHORT", {"order_item": order.lines[0], "quantity": 8})
    bill(it, "STRANGE", {"order_item": strange.lines[0], "quantity": 1})
    bill(it, "TAKEN", rent("40.00"), vendor=order.vendor)
    nameless = bill(it, "", rent("50.00"), vendor=order.vendor)
    bill(it, "NEW-ACCOUNT", rent("60.00") | {"code": account_of_procurify_alone(it)}, vendor=order.vendor)

    it.run(expect=None)

    number, unknown = number_of(order), number_of(strange)
    held = listed_as(it, "held")
    assert held["SHORT"] == f"waits for receipts in QAD: {number}/1: billed 8, QAD received 0, Procurify 7"
    assert held[unknown].startswith(f"waits for a QAD supplier that vendor {stranger} (Unknown Trading Co) stands for")
    assert held["STRANGE"].startswith(("waits for a QAD supplier", f"waits for order {unknown}"))
    assert held["TAKEN"].startswith("QAD has invoice ")
    assert held["TAKEN"].count("9.99") == 1
    assert held[nameless] == "has no invoice number"
    assert held["NEW-ACCOUNT"] == "waits for account 7001 in QAD"
    assert set(invoices(it)) == {"TAKEN"}, "something was posted that must wait"
    assert_told_to_people(it)
    has_waited(it, "SHORT", days=15)
    it.run()
    assert [(row["record"], row["reason"]) for row in artifact(it) if row["overdue"]] == [("SHORT", held["SHORT"])]

    it.qad.receive(number, 1, 8)
    it.procurify.edit_vendor(stranger, external_id="10S2002")
    it.procurify.edit_bill(nameless, invoice_number="NAMED")
    taken = next(one for one in it.procurify.books.bills.values() if one.invoice_number == "TAKEN")
    it.procurify.edit_bill(taken.uuid, invoice_number="TAKEN-2")
    it.qad.add_account("7001", "New in Procurify first")
    it.run()
    it.qad.receive(unknown, 1, 10)
    it.run()

    assert listed_as(it, "held") == {}
    assert set(invoices(it)) == {"TAKEN", "TAKEN-2", "SHORT", "STRANGE", "NAMED", "NEW-ACCOUNT"}


def rent(amount: str) -> dict[str, str]:
    """Returns an item of a bill without an order."""
    return {"description": "Rent", "cost": amount, "code": "6030", "department": "100"}


def account_of_procurify_alone(it: Purchasing) -> str:
    """Returns an account code that QAD does not have."""
    return str(it.procurify.add_account_code("7001", "New in Procurify first")["code"])


def assert_told_to_people(it: Purchasing) -> None:
    """Fails unless the list for people says what to do, and since when it is so."""
    shown = it.command("records", it.connection, "--outcome", "held").stdout
    words = " ".join(shown.replace("│", " ").split())
    for remedy in ("Post the receipt", "external id", "invoice number"):
        assert remedy in words, shown
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d", words), shown


def artifact(it: Purchasing) -> list[dict[str, Any]]:
    """Returns the table of exceptions that the newest run has left in Prefect."""
    newest = http.get(f"{it.prefect_api}/artifacts/{it.pair}-{it.connection}-exceptions/latest").raise_for_status()
    rows: list[dict[str, Any]] = json.loads(newest.json()["data"])
    return rows
