"""A preview writes nothing anywhere, and says exactly what the run after it does."""

import json
from collections import Counter
from decimal import Decimal
from typing import Any

from sqlalchemy import create_engine, text

from tests.e2e.installation import Installation
from tests.e2e.patience import http
from tests.sandbox.qad.visitor import key_of

BECOMES = {"create": "created", "update": "updated", "archive": "updated", "adopt": "unchanged"}
UNWRITTEN = ("record", "link", "hold", "intent", "attempt", "audit", "watermark", "window", "mirror")
Said = Counter[tuple[str, str, str]]  # stream, record, outcome


def test_a_preview_writes_nothing_and_equals_the_run_that_follows(installation: Installation) -> None:
    it = installation
    it.seed(suppliers=12, invoices=24, flawed=6, credit_notes=0.15)
    adopted = adoptable(it)
    it.apply()

    first = preview(it)

    assert rows_of(it) == dict.fromkeys(UNWRITTEN, 0)
    assert not it.bill.bills.keys() - {adopted}
    assert_shown(it, first)
    assert said(first) == done(it, {}, expect=1)

    change_much(it)
    before = attempts(it)
    second = preview(it)
    assert {row["would"] for row in second["preview"]} >= {"create", "update", "archive", "refused", "unchanged"}
    assert attempts(it) == before
    assert said(second) == done(it, before, expect=1)


def adoptable(it: Installation) -> str:
    """Leaves a supplier whose vendor and bill are in BILL already; returns the bill's id."""
    mail = "ar@erie.example"
    supplier = it.qad.add_supplier(
        businessRelationName="Erie Tool Works", street1="9 Dock Rd", city="Erie", zipCode="16501", EMail=mail
    )
    vendor = it.bill.seed_vendor(name="Erie Tool Works", email=mail)
    amount = Decimal("100.50")
    line = {"accountCode": "6030", "costCenterCode": "100", "debitTC": amount}
    for number, currency in (("ADOPT", "USD"), ("OTHER-CURRENCY", "EUR")):
        it.qad.add_invoice(
            supplierCode=supplier["supplierCode"], reference=number, currencyCode=currency, postingLines=[line]
        )
    made = it.bill.seed_bill(vendorId=vendor["id"], amount=amount, invoice={"invoiceNumber": "ADOPT"})
    return str(made["id"])


def change_much(it: Installation) -> None:
    """Leaves one sent invoice changed, one changed after it was paid, one cancelled, and one paid."""
    numbers = {one["invoice"]["invoiceNumber"]: one for one in it.bill.bills.values()}
    sent = [one for one in it.qad.invoices.values() if one["reference"] in numbers and one["isOpen"]]
    changed, changed_paid, cancelled, paid = sent[:4]
    for invoice in (changed, changed_paid):
        it.qad.edit_invoice(**key_of(invoice), description="corrected", dueDate="2026-12-24")
    it.qad.cancel_invoice(**key_of(cancelled))
    for invoice in (changed_paid, paid):
        bill = numbers[invoice["reference"]]
        it.bill.pay([{"billId": bill["id"], "amount": bill["amount"]}], "CLEARED")


def preview(it: Installation) -> dict[str, Any]:
    """Runs the pair with `--dry-run`, which must not write to either system, and returns what it printed."""
    for sandbox in (it.bill, it.qad):
        sandbox.frame.log.clear()
    told = it.run("--dry-run")
    calls = [*it.bill.frame.log, *it.qad.frame.log]
    assert {row.path for row in calls if row.method != "GET"} <= {"/connect/v3/login", "/clouderp/oauth/token"}
    assert told["message"].startswith("Preview, nothing written")
    return told


def said(told: dict[str, Any]) -> Said:
    """Returns what a preview says will become of each record."""
    return Counter(
        (row["stream"], row["source_ref"], BECOMES.get(row["would"], row["would"])) for row in told["preview"]
    )


def done(it: Installation, before: dict[tuple[str, str], int], expect: int) -> Said:
    """Runs the pair, and returns what became of the records that it looked at."""
    it.run(expect=expect)
    return Counter(
        (row["stream"], row["source_ref"], row["outcome"])
        for row in it.records()
        if row["attempts"] != before.get((row["stream"], row["source_id"]), 0)
    )


def attempts(it: Installation) -> dict[tuple[str, str], int]:
    """Returns how often each record was looked at so far."""
    return {(row["stream"], row["source_id"]): row["attempts"] for row in it.records()}


def rows_of(it: Installation) -> dict[str, int]:
    """Returns how many rows our own tables hold."""
    engine = create_engine(it.database_url)
    with engine.connect() as connection:
        counted = {
            table: int(connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one()) for table in UNWRITTEN
        }
    engine.dispose()
    return counted


def assert_shown(it: Installation, told: dict[str, Any]) -> None:
    """Fails unless the preview's artifact lists what the command line printed."""
    asked = {"artifacts": {"key": {"any_": ["qad-bill-acme-preview"]}}, "sort": "CREATED_DESC", "limit": 1}
    (artifact,) = http.post(f"{it.prefect_api}/artifacts/filter", json=asked).json()
    table = json.loads(artifact["data"]) if isinstance(artifact["data"], str) else artifact["data"]
    shown = Counter((row["stream"], row["source_ref"], row["would"], row["reason"]) for row in table)
    printed = told["preview"]
    assert shown == Counter((row["stream"], row["source_ref"], row["would"], row["reason"]) for row in printed)
