"""Supplier invoices reach QAD once, and a number that the supplier used before is found first."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from blocks.errors import AnswerLostError, NotFoundError, RefusedError
from blocks.exact import Record
from blocks.qad.client import QadClient
from blocks.qad.invoice_target import SupplierInvoiceTarget
from blocks.qad.models import SupplierInvoice
from tests.sandbox.faults import Fault
from tests.sandbox.qad import QadSandbox
from tests.unit.blocks.qad_tenant import DOMAIN, KEY, NOW, line, made, opened, refused, tenant, writes

INVOICES = "POST .*/supplierInvoices"


@pytest.fixture
def qad() -> QadSandbox:
    return tenant()


@pytest.fixture
async def client(qad: QadSandbox) -> AsyncIterator[QadClient]:
    async with opened(qad) as client:
        yield client


def invoice(**fields: Any) -> Record:
    return {
        "entity": "10USACO", "posting_year": NOW.year, "daybook": "SI", "voucher": 0, "type": "INVOICE",
        "supplier": "10S1001", "reference": "INV-88213", "currency": "USD", "original_credit": Decimal("25.00"),
        "invoice_date": NOW.date(), "posting_date": NOW.date(), "credit_terms": "30", "status": "AP-INITIAL",
        "purchase_orders": [], **fields,
    }  # fmt: skip


def received_order(qad: QadSandbox) -> None:
    """PO10001 is there, and its ten pieces at 2.50 have come on RC1."""
    qad.add_order("PO10001", lines=[{"quantityOrdered": 10, "purchaseCost": "2.50"}])
    qad.receive("PO10001", 1, 10, receiver="RC1")


@pytest.mark.parametrize("reference", ["INV-88213", "INV,88213", ",1"])
@pytest.mark.parametrize("kind", ["lost_before", "lost_after"])
async def test_an_invoice_whose_answer_was_lost_is_there_once(
    qad: QadSandbox, client: QadClient, kind: Any, reference: str
) -> None:
    target, body = SupplierInvoiceTarget(client), invoice(reference=reference)
    qad.frame.faults.add(Fault(kind, INVOICES))
    with pytest.raises(AnswerLostError):
        await target.create([body], [KEY])
    found = (await target.find([body], NOW))[0] or made((await target.create([body], [KEY]))[0])
    assert SupplierInvoice.model_validate(found.record).id == found.id
    assert [row["reference"] for row in qad.invoices.values()] == [reference]


@pytest.mark.parametrize(
    "other",
    [
        {"original_credit": Decimal("25.01")}, {"reference": "INV-8821"}, {"currency": "EUR"},
        {"supplier": "10S2002"}, {"type": "PREPAYMENT"}, {"reference": "inv-88213"},
    ],
)  # fmt: skip
async def test_an_invoice_that_differs_is_not_taken_for_ours(client: QadClient, other: Record) -> None:
    target = SupplierInvoiceTarget(client)
    made((await target.create([invoice()], [KEY]))[0])
    assert await target.find([invoice(**other)], NOW) == [None]


async def test_one_invoice_stands_for_one_body_and_not_for_an_older_attempt(qad: QadSandbox, client: QadClient) -> None:
    target = SupplierInvoiceTarget(client)
    made((await target.create([invoice()], [KEY]))[0])
    first, second = await target.find([invoice(), invoice()], NOW)
    assert (made(first).record["reference"], second) == ("INV-88213", None)
    for row in qad.invoices.values():
        row["lastModifiedDate"] = "2026-01-02T00:00:00.000Z"
    assert await target.find([invoice()], NOW) == [None]


async def test_orders_lines_and_matching_arrive_and_are_read_back(qad: QadSandbox, client: QadClient) -> None:
    received_order(qad)
    body = invoice(
        original_credit=Decimal("30.00"),
        status="AP-NOALLOC",
        purchase_orders=[{"domain": DOMAIN, "number": "PO10001"}],
        matching_lines=[
            {
                "receiver": "RC1", "purchase_order": "PO10001", "purchase_order_line": 1, "quantity": Decimal(10),
                "amount": Decimal("26.00"), "is_finished": True,
            }
        ],
        posting_lines=[{"account": "6020", "debit": Decimal("4.00"), "credit": Decimal(0), "description": "Freight"}],
    )  # fmt: skip
    found = made((await SupplierInvoiceTarget(client).create([body], [KEY]))[0])
    read = SupplierInvoice.model_validate(await client.get("supplier_invoice", found.record))
    assert (read.status, read.is_approved, read.hold_amount) == ("AP-RMALLOC", True, Decimal("1.00"))
    assert [one.number for one in read.purchase_orders] == ["PO10001"]
    assert [(one.receiver, one.purchase_order_line, one.amount) for one in read.matching_lines] == [
        ("RC1", 1, Decimal("26.00"))
    ]
    assert [(one.account, one.debit) for one in read.posting_lines] == [("6020", Decimal("4.00"))]


async def test_a_number_used_before_is_found_in_any_status_and_spelling(qad: QadSandbox, client: QadClient) -> None:
    qad.add_invoice(supplierCode="10S1001", reference="INV-88213", isOpen=False, invoiceStatusCode="AP-GLALLOC")
    qad.add_invoice(supplierCode="10S2002", reference="INV-88213")
    qad.add_invoice(supplierCode="10S1001", reference="A,77", invoiceStatusCode="AP-INITIAL")
    qad.add_invoice(supplierCode="10S1001", reference="A,78")
    target = SupplierInvoiceTarget(client)
    found = await target.same_number("10S1001", [" INV-88213 ", "A,77", "INV-1", ""])
    assert sorted(row["reference"] for row in found) == ["A,77", "INV-88213"]
    assert {row["supplier"] for row in found} == {"10S1001"}
    assert await target.same_number("10S1001", []) == []


async def test_qads_warning_of_a_number_used_before_is_told(qad: QadSandbox, client: QadClient) -> None:
    target = SupplierInvoiceTarget(client)
    assert made((await target.create([invoice()], [KEY]))[0]).wrong == ""
    again = made((await target.create([invoice(original_credit=Decimal("9.00"))], [KEY]))[0])
    assert "INV-88213 was used before" in again.wrong


async def test_a_remark_without_weight_is_not_told(qad: QadSandbox) -> None:
    async with opened(qad, records={"warning_words": ["never said"]}) as client:
        target = SupplierInvoiceTarget(client)
        made((await target.create([invoice()], [KEY]))[0])
        assert made((await target.create([invoice()], [KEY]))[0]).wrong == ""


async def test_a_refusal_names_the_field_and_one_without_a_number_is_not_sent(
    qad: QadSandbox, client: QadClient
) -> None:
    target = SupplierInvoiceTarget(client)
    unknown, unnumbered = await target.create([invoice(supplier="NOBODY"), invoice(reference=" ")], [KEY, KEY])
    assert (refused(unknown).field, refused(unnumbered).field) == ("supplier", "reference")
    assert len(writes(qad)) == 1


async def test_an_invoice_changes_until_it_is_approved(qad: QadSandbox, client: QadClient) -> None:
    target = SupplierInvoiceTarget(client)
    found = made((await target.create([invoice()], [KEY]))[0])
    changed = await target.update(found.id, {**invoice(), "original_credit": Decimal("26.00")}, KEY)
    assert changed.record["original_credit"] == Decimal("26.00")
    qad.approve(next(iter(qad.invoices.values())), "AP-GLALLOC")
    with pytest.raises(RefusedError, match="approved in QAD and keeps its original_credit") as refusal:
        await target.update(found.id, {"original_credit": Decimal("27.00")}, KEY)
    assert "Accounts payable" in refusal.value.remedy
    await target.update(found.id, {"original_credit": Decimal("26.00")}, KEY)
    assert len(writes(qad)) == 2


async def test_an_invoice_is_never_withdrawn_and_a_person_is_named(client: QadClient) -> None:
    target = SupplierInvoiceTarget(client)
    found = made((await target.create([invoice()], [KEY]))[0])
    with pytest.raises(RefusedError, match="INV-88213") as refusal:
        await target.archive(found.id)
    assert "Accounts payable reverses it" in refusal.value.remedy
    assert (await target.archive("10USACO/2026/SI/999999")).wrong == ""
    with pytest.raises(NotFoundError):
        await target.update("10USACO/2026/SI/999999", {"due_date": NOW.date()}, KEY)


async def test_an_order_line_as_a_body_has_no_meaning_for_an_invoice(client: QadClient) -> None:
    with pytest.raises(ValueError, match="part"):
        await SupplierInvoiceTarget(client).create([invoice(posting_lines=[line("a")])], [KEY])
