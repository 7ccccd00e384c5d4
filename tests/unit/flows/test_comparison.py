"""Every way in which QAD and BILL can disagree is found: purely, and against both sandboxes over HTTP."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from blocks.bill.credentials import BillCredentials
from blocks.bill.models import Payment, Split
from blocks.qad.credentials import QadCredentials
from blocks.qad.models import SupplierInvoice, SupplierPayment
from flows.qad_bill.books import QAD_BILL
from flows.qad_bill.comparison import Books, Document, compare
from flows.qad_bill.payments import PaidBill
from flows.qad_bill.rules import QadBillConnection
from flows.reconcile.differences import Difference, Sides, differences
from tasks.state.ledger import Ledger
from tasks.state.models import Link, Record, utc_now
from tests.sandbox.bill import BillSandbox
from tests.sandbox.qad import QadSandbox

KEY = "10USACO/2026/SI/1"
RULES = QadBillConnection(qad="acme-qad", bill="acme-bill")


def an_invoice(**fields: Any) -> SupplierInvoice:
    usual: dict[str, Any] = {
        "entity": "10USACO",
        "posting_year": 2026,
        "daybook": "SI",
        "voucher": 1,
        "type": "INVOICE",
        "supplier": "10S1001",
        "reference": "INV-1",
        "invoice_date": date(2026, 11, 2),
        "currency": "USD",
        "original_credit": Decimal("100.10"),
        "status": "AP-GLALLOC",
        "is_approved": True,
        "is_locked": False,
        "is_open": True,
        "is_selected": False,
        "posting_lines": [
            {"account": "6010", "debit": Decimal("60.05")},
            {"account": "6020", "debit": Decimal("40.05")},
        ],
    }
    return SupplierInvoice.model_validate(usual | fields)


def a_document(**fields: Any) -> Document:
    lines = {"a1": Decimal("60.05"), "a2": Decimal("40.050")}
    made = Document("b1", "v1", "INV-1", date(2026, 11, 2), Decimal("100.1"), lines, archived=False, unpaid=True)
    return made._replace(**fields)


def a_link(source_id: str = KEY, target_id: str = "b1", **fields: Any) -> Link:
    return Link(scope="s", stream="bills", source_id=source_id, target_id=target_id, kind="bill", **fields)


def agreeing() -> Books:
    return Books(
        invoices={KEY: an_invoice()},
        documents={"b1": a_document()},
        links={KEY: a_link()},
        vendors={"10S1001": "v1"},
        accounts={"6010": "a1", "6020": "a2"},
    )


def paying(single: str = "PROCESSED", **posted: Any) -> Books:
    payment = Payment(id="p1", single_status=single, confirmation_number="P26-1")
    kept = {"entity": "10USACO", "payment_year": 2026, "instrument": "TRANSFER", "number": 7}
    kept |= {"amount": Decimal("100.10"), "status": "PAID", **posted}
    return replace(
        agreeing(),
        paid={"p1/s1": PaidBill(payment, Split(id="s1", bill_id="b1", amount=Decimal("100.1")))},
        posted={"q7": SupplierPayment.model_validate(kept)},
        payment_links={"p1/s1": a_link("p1/s1", "q7")},
    )


def whats(found: list[Difference]) -> list[str]:
    return [one.what for one in found]


def test_equal_books_have_no_difference() -> None:
    assert compare(agreeing(), RULES) == []
    assert compare(paying(), RULES) == []


@pytest.mark.parametrize(
    ("change", "what", "ours", "theirs"),
    [
        ({"vendor": "v2"}, "another vendor", "10S1001, which is v1", "v2"),
        ({"number": "INV-2"}, "another number", "INV-1", "INV-2"),
        ({"day": date(2026, 11, 3)}, "another date", "2026-11-02", "2026-11-03"),
        ({"total": Decimal("100.11")}, "another total in USD", "100.10", "100.11"),
        ({"total": None}, "another total in USD", "100.10", "None"),
    ],
)
def test_each_part_of_a_bill_is_compared(change: dict[str, Any], what: str, ours: str, theirs: str) -> None:
    books = agreeing()
    books.documents["b1"] = a_document(**change)
    (found,) = compare(books, RULES)
    assert (found.record, found.what, found.ours, found.theirs) == ("INV-1", what, ours, theirs)
    assert found.remedy


def test_a_cent_on_another_account_is_seen_though_the_total_agrees() -> None:
    books = agreeing()
    books.documents["b1"] = a_document(lines={"a1": Decimal("60.04"), "a2": Decimal("40.06")})
    assert [(one.ours, one.theirs) for one in compare(books, RULES)] == [("60.05", "60.04"), ("40.05", "40.06")]
    books.documents["b1"] = a_document(lines=None)
    assert compare(books, RULES) == [], "lines that were not read are not compared"


def test_a_credit_note_is_compared_with_its_sides_turned() -> None:
    books = agreeing()
    lines = [{"account": "6010", "credit": Decimal("60.05")}, {"account": "6020", "credit": Decimal("40.05")}]
    note = an_invoice(type="CREDITNOTE", original_credit=None, original_debit=Decimal("100.10"), posting_lines=lines)
    books.invoices[KEY], books.links[KEY].kind = note, "vendor_credit"
    assert compare(books, RULES) == []


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"is_open": False}, ["closed in QAD, but unpaid in BILL"]),
        ({"is_locked": True}, ["not to be paid yet in QAD, but unpaid in BILL"]),
        ({"is_selected": True}, ["not to be paid yet in QAD, but unpaid in BILL"]),
        ({"is_approved": False}, ["not to be paid yet in QAD, but unpaid in BILL"]),
    ],
)
def test_a_bill_that_qad_does_not_want_paid_is_named_while_unpaid(fields: dict[str, Any], what: list[str]) -> None:
    books = agreeing()
    books.invoices[KEY] = an_invoice(**fields)
    assert whats(compare(books, RULES)) == what
    books.documents["b1"] = a_document(unpaid=False)
    assert compare(books, RULES) == []


def test_a_payable_invoice_without_a_bill_is_missing_and_one_that_waits_is_not() -> None:
    books = replace(agreeing(), links={}, documents={})
    assert whats(compare(books, RULES)) == ["payable in QAD, but BILL has no bill for it"]
    books.invoices[KEY] = an_invoice(is_locked=True)
    assert compare(books, RULES) == []


def test_a_held_record_is_one_difference_with_its_reason() -> None:
    now = utc_now()
    kept = Record(
        scope="s", stream="bills", source_id=KEY, pair="qad-bill", connection="acme", source_ref="INV-1",
        outcome="held", reason="waits for account 7999 in BILL", remedy="Add it.", since=now, updated_at=now,
    )  # fmt: skip
    books = replace(agreeing(), links={}, documents={}, exceptions={("bills", KEY): kept})
    (found,) = compare(books, RULES)
    assert (found.stream, found.record, found.remedy) == ("bills", "INV-1", "Add it.")
    assert found.what == "held: waits for account 7999 in BILL"


def test_links_that_lost_an_end_are_named() -> None:
    books = replace(agreeing(), documents={})
    assert whats(compare(books, RULES)) == ["BILL does not have the linked record"]
    books.invoices.clear()
    assert whats(compare(books, RULES)) == ["BILL does not have the linked record"]
    gone = replace(agreeing(), invoices={}, gone={KEY})
    assert whats(compare(gone, RULES)) == ["vanished from QAD, but unpaid in BILL"]
    archived = replace(agreeing(), documents={"b1": a_document(archived=True)})
    assert whats(compare(archived, RULES)) == ["payable in QAD, but archived in BILL"]


def test_a_second_bill_of_the_same_number_is_a_double_unless_archived_or_another_invoices() -> None:
    books = agreeing()
    books.documents["b2"] = a_document(id="b2")
    (found,) = compare(books, RULES)
    assert (found.what, found.ours, found.theirs) == (
        "BILL has more than one record of this vendor and number",
        "b1",
        "b2",
    )
    books.documents["b2"] = a_document(id="b2", archived=True)
    assert compare(books, RULES) == []
    books.documents["b2"] = a_document(id="b2", vendor="v9")
    assert compare(books, RULES) == []


@pytest.mark.parametrize(
    ("single", "posted", "what"),
    [
        ("PROCESSED", {"status": "VOID"}, ["paid in BILL, but voided in QAD"]),
        ("VOIDED", {}, ["did not arrive by BILL, but stands in QAD"]),
        ("VOIDED", {"status": "VOID"}, []),
        ("PROCESSED", {"amount": Decimal("100.09")}, ["another amount"]),
        ("A_STATUS_OF_TOMORROW", {}, []),
    ],
)
def test_payments_are_compared(single: str, posted: dict[str, Any], what: list[str]) -> None:
    assert whats(compare(paying(single, **posted), RULES)) == what


def test_payments_without_their_other_side_are_named() -> None:
    assert whats(compare(replace(paying(), payment_links={}), RULES)) == ["paid in BILL, but not posted in QAD"]
    assert whats(compare(replace(paying("SCHEDULED"), payment_links={}), RULES)) == []
    assert whats(compare(replace(paying(), posted={}), RULES)) == ["QAD does not have the linked payment"]
    lost = replace(paying(), paid={})
    assert whats(compare(lost, RULES)) == ["posted in QAD, but BILL does not show the payment"]


Tenants = tuple[QadSandbox, BillSandbox]
Found = Callable[..., Any]


@pytest.fixture
def compared(qad: tuple[QadSandbox, str], bill: tuple[BillSandbox, str], ledger: Ledger) -> Found:
    """Returns what compares both sandboxes over HTTP."""

    @asynccontextmanager
    async def sides(deep: bool) -> AsyncIterator[Sides]:
        tenant, base = qad
        ours = QadCredentials.model_validate(
            {"base_url": base, "username": tenant.username, "password": tenant.password, "workspace": tenant.workspace}
        )
        org, url = bill
        theirs = BillCredentials.model_validate(
            {
                "base_url": url,
                "username": org.username,
                "password": org.password,
                "organization_id": org.organization_id,
                "developer_key": org.developer_key,
            }
        )
        async with ours.get_client() as source, theirs.get_client() as target:
            yield Sides(source, target, RULES, ledger, deep)

    async def run(*, deep: bool = True) -> list[Difference]:
        async with sides(deep) as both:
            return await differences(QAD_BILL, both)

    return run


@pytest.fixture
def sent(qad: tuple[QadSandbox, str], bill: tuple[BillSandbox, str], ledger: Ledger) -> list[dict[str, Any]]:
    """Three approved invoices of one supplier are bills in BILL, as a run would have left them."""
    tenant, org = qad[0], bill[0]
    tenant.seed(
        accounts=[{"accountCode": "6010"}],
        cost_centers=[{"costCenterCode": "100"}],
        suppliers=[{"supplierCode": "10S1001"}],
    )
    account = org.seed_chart([{"number": "6010", "name": "Supplies"}])[0]["id"]
    vendor = org.seed_vendor(name="Supplier 10S1001")["id"]
    _link(ledger, "vendors", "10S1001", vendor, kind="vendor", label="USD")
    _link(ledger, "accounts", "6010", account)
    bills = []
    for _time in range(3):
        invoice = tenant.add_invoice(supplierCode="10S1001")
        made = org.seed_bill(
            vendorId=vendor,
            invoice={"invoiceNumber": invoice["reference"], "invoiceDate": invoice["invoiceDate"][:10]},
            billLineItems=[{"amount": invoice["originalCreditTC"], "classifications": {"chartOfAccountId": account}}],
        )
        key = "/".join(str(invoice[name]) for name in ("entityCode", "postingYear", "daybookCode", "voucher"))
        _link(ledger, "bills", key, made["id"], kind="bill", label="10S1001 USD", source_ref=invoice["reference"])
        bills.append({"key": key, "invoice": invoice, "bill": made})
    return bills


def _link(ledger: Ledger, stream: str, source_id: str, target_id: str, **fields: Any) -> None:
    now: datetime = utc_now()
    with ledger.store.session() as session:
        session.add(
            Link(
                scope=ledger.scope,
                stream=stream,
                source_id=source_id,
                target_id=target_id,
                created_at=now,
                updated_at=now,
                **fields,
            )
        )


def _key(invoice: dict[str, Any]) -> dict[str, Any]:
    return {name: invoice[name] for name in ("entityCode", "postingYear", "daybookCode", "voucher")}


async def test_sandboxes_in_agreement_stay_untouched(
    compared: Found, sent: list[dict[str, Any]], qad: tuple[QadSandbox, str], bill: tuple[BillSandbox, str]
) -> None:
    assert await compared() == []
    assert await compared(deep=False) == []
    for sandbox in (qad[0], bill[0]):
        written = [row.path for row in sandbox.frame.log if row.method != "GET"]
        assert all("token" in path or "login" in path for path in written), written


async def test_what_people_change_behind_our_back_is_found(
    compared: Found, sent: list[dict[str, Any]], qad: tuple[QadSandbox, str], bill: tuple[BillSandbox, str]
) -> None:
    tenant, org = qad[0], bill[0]
    first, second, third = sent
    tenant.cancel_invoice(**_key(first["invoice"]))
    org.archive("bills", second["bill"]["id"])
    del tenant.invoices[tuple(_key(third["invoice"]).values())]
    new = tenant.add_invoice(supplierCode="10S1001")
    found = {one.record: one.what for one in await compared()}
    assert found == {
        first["invoice"]["reference"]: "closed in QAD, but unpaid in BILL",
        second["invoice"]["reference"]: "payable in QAD, but archived in BILL",
        third["invoice"]["reference"]: "vanished from QAD, but unpaid in BILL",
        new["reference"]: "payable in QAD, but BILL has no bill for it",
    }


async def test_lines_cost_calls_and_can_be_left_out(
    compared: Found, sent: list[dict[str, Any]], bill: tuple[BillSandbox, str]
) -> None:
    org = bill[0]
    other = org.seed_chart([{"number": "6999", "name": "Other"}])[0]["id"]
    org.bills[sent[0]["bill"]["id"]]["billLineItems"][0]["classifications"]["chartOfAccountId"] = other
    assert await compared(deep=False) == []
    found = await compared()
    assert {(one.ours, one.theirs) for one in found} == {("100.00", "0"), ("0", "100.00")}


async def test_a_double_and_a_payment_that_nobody_posted_are_found(
    compared: Found, sent: list[dict[str, Any]], bill: tuple[BillSandbox, str]
) -> None:
    org, made = bill[0], sent[0]["bill"]
    org.seed_bill(vendorId=made["vendorId"], invoice=made["invoice"])
    org.pay([{"billId": sent[1]["bill"]["id"], "amount": 100}], status="PROCESSED")
    assert sorted(whats(await compared())) == [
        "BILL has more than one record of this vendor and number",
        "paid in BILL, but not posted in QAD",
    ]


async def test_a_posted_payment_agrees_until_its_amount_or_its_status_does_not(
    compared: Found,
    sent: list[dict[str, Any]],
    qad: tuple[QadSandbox, str],
    bill: tuple[BillSandbox, str],
    ledger: Ledger,
) -> None:
    tenant, org = qad[0], bill[0]
    paid = org.pay([{"billId": sent[0]["bill"]["id"], "amount": 100}], status="PROCESSED")
    key = ("10USACO", 2026, "ELECTRONICTRANSFER", 1)
    tenant.payments[key] = {
        **dict(zip(("entityCode", "paymentYear", "paymentInstrument", "paymentNumber"), key, strict=True)),
        "supplierCode": "10S1001",
        "currencyCode": "USD",
        "amountTC": Decimal("100.00"),
        "paymentStatusCode": "PAID",
        "lastModifiedDate": "2026-01-01T00:00:00.000Z",  # long before: it is not listed, and so read by its key
        "allocations": [],
    }
    source_id = f"{paid['id']}/{paid['billPayments'][0]['id']}"
    _link(ledger, "payments", source_id, "/".join(map(str, key)), kind="payment", state="live")
    assert await compared() == []
    tenant.payments[key]["amountTC"] = Decimal("99.99")
    assert whats(await compared()) == ["another amount"]
    tenant.payments[key]["paymentStatusCode"] = "VOID"
    assert whats(await compared()) == ["paid in BILL, but voided in QAD"]
    del tenant.payments[key]
    assert whats(await compared()) == ["QAD does not have the linked payment"]
