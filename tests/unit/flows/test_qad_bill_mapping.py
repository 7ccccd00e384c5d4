"""What QAD's records read like in BILL and back: exact to the cent, or not sent."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.bill.models import Payment, Split
from blocks.exact import minor_units
from blocks.qad.models import Supplier, SupplierInvoice
from flows.qad_bill.mapping import (
    References,
    to_bill,
    to_bill_vendor,
    to_qad_payment,
    to_vendor_credit,
)
from flows.qad_bill.rules import QadBillConnection
from flows.unfit import UnfitError

REFS = References({"10S1001": "v1"}, {"6010": "a1", "6020": "a2"}, {"100": "d1"})
KEY: dict[str, str | int] = {"entity": "10USACO", "posting_year": 2026, "daybook": "SI", "voucher": 318}
CURRENCIES = st.sampled_from(["USD", "EUR", "GBP", "JPY", "KRW", "KWD"])


def rules(**set_by_user: Any) -> QadBillConnection:
    return QadBillConnection(qad="q", bill="b", **set_by_user)


def invoice(*amounts: str, **more: Any) -> SupplierInvoice:
    """Returns an invoice with a line of each amount, adding up, unless more is said."""
    lines = [{"account": "6010", "debit": one} for one in amounts]
    given = {
        "supplier": "10S1001",
        "reference": "NW-88120",
        "invoice_date": "2026-11-02",
        "due_date": "2026-12-02",
        "currency": "USD",
        "type": "INVOICE",
        "original_credit": str(sum(map(Decimal, amounts), Decimal(0))),
        "posting_lines": lines,
    }
    return SupplierInvoice.model_validate(KEY | given | more)


def supplier(**more: Any) -> Supplier:
    given = {
        "code": "10S1001", "name": "Acme Tools", "street1": "1 Main St", "city": "Reno", "zip": "89501",
        "country": "USA", "currency": "USD",
    }  # fmt: skip
    return Supplier.model_validate(given | more)


@settings(max_examples=60)
@given(st.lists(st.integers(-10_000_000, 10_000_000), min_size=1, max_size=8), CURRENCIES, st.integers(0, 3))
def test_lines_add_up_to_the_total_or_the_invoice_is_not_sent(units: list[int], currency: str, off: int) -> None:
    places = minor_units(currency)
    amounts = [Decimal(one).scaleb(-places) for one in units]
    total = sum(amounts, Decimal(0)) + Decimal(off).scaleb(-places)
    made = invoice(*map(str, amounts), currency=currency, original_credit=str(total))
    if off and total != sum(amounts):
        with pytest.raises(UnfitError, match="add up to"):
            to_bill(made, REFS, rules())
        return
    lines = to_bill(made, REFS, rules())["billLineItems"]
    assert sum(line["amount"] for line in lines) == total
    assert [line["amount"] for line in lines] == amounts


@pytest.mark.parametrize(("currency", "amount"), [("USD", "1.005"), ("JPY", "10.5"), ("KWD", "1.0005")])
def test_an_amount_finer_than_its_currency_is_not_sent(currency: str, amount: str) -> None:
    with pytest.raises(UnfitError, match="decimal places"):
        to_bill(invoice(amount, currency=currency), REFS, rules())


@pytest.mark.parametrize(("currency", "amount"), [("USD", "1.00500e1"), ("JPY", "10.00"), ("KWD", "1.005")])
def test_zeros_at_the_end_are_no_decimal_places(currency: str, amount: str) -> None:
    assert to_bill(invoice(amount, currency=currency), REFS, rules())["billLineItems"][0]["amount"] == Decimal(amount)


def test_a_negative_line_stays_negative() -> None:
    lines = [{"account": "6010", "debit": "100.00", "cost_center": "100"}, {"account": "6020", "credit": "10.01"}]
    body = to_bill(invoice(posting_lines=lines, original_credit="89.99"), REFS, rules())
    assert body["billLineItems"] == [
        {"amount": Decimal("100.00"), "classifications": {"chartOfAccountId": "a1", "departmentId": "d1"}},
        {"amount": Decimal("-10.01"), "classifications": {"chartOfAccountId": "a2"}},
    ]


def test_a_credit_notes_lines_are_positive_and_add_up() -> None:
    lines = [{"account": "6010", "credit": "30.00"}, {"account": "6020", "debit": "0.50"}]
    made = invoice(posting_lines=lines, original_credit=None, original_debit="29.50", type="CREDITNOTE")
    body = to_vendor_credit(made, REFS)
    assert [line["amount"] for line in body["vendorCreditLineItems"]] == [Decimal("30.00"), Decimal("-0.50")]
    assert (body["vendorId"], body["creditDate"], body["referenceNumber"]) == ("v1", "2026-11-02", "NW-88120")


def test_an_invoice_without_lines_or_date_or_number_is_not_sent() -> None:
    for flawed, why in (
        (invoice(), "no lines"),
        (invoice("1", invoice_date=None, due_date=None), "no invoice date"),
        (invoice("1", reference=""), "no supplier's invoice number"),
    ):
        with pytest.raises(UnfitError, match=why):
            to_bill(flawed, REFS, rules())


def test_a_number_of_21_characters_goes_and_one_of_22_does_not() -> None:
    assert to_bill(invoice("1", reference="9" * 21), REFS, rules())["invoice"]["invoiceNumber"] == "9" * 21
    with pytest.raises(UnfitError, match="22 characters"):
        to_bill(invoice("1", reference="9" * 22), REFS, rules())


@pytest.mark.parametrize(
    ("rule", "kept"), [("keep_end", "BCDEFGHIJKLMNOPQRSTUV"), ("keep_start", "ABCDEFGHIJKLMNOPQRSTU")]
)
def test_a_long_number_is_cut_only_as_the_rules_say(rule: str, kept: str) -> None:
    made = invoice("1", reference="ABCDEFGHIJKLMNOPQRSTUV")
    assert to_bill(made, REFS, rules(long_invoice_numbers=rule))["invoice"]["invoiceNumber"] == kept


def test_the_bill_says_where_it_came_from() -> None:
    body = to_bill(invoice("1", credit_terms="N30", due_date=None, purchase_orders=[{"number": "P1"}]), REFS, rules())
    assert body["description"] == "QAD 10USACO/2026/SI/318, terms N30"
    assert (body["dueDate"], body["purchaseOrderNumber"]) == ("2026-11-02", "P1")


@given(st.text(min_size=1, max_size=120))
def test_a_vendors_name_is_whole_or_refused(name: str) -> None:
    plain = name.strip()
    if 0 < len(plain) <= 100:
        assert to_bill_vendor(supplier(name=name), rules())["name"] == plain
    else:
        with pytest.raises(UnfitError, match="name"):
            to_bill_vendor(supplier(name=name), rules())


def test_a_vendors_name_of_101_characters_is_shortened_only_by_rule() -> None:
    assert len(to_bill_vendor(supplier(name="ü" * 100), rules())["name"]) == 100
    assert to_bill_vendor(supplier(name="ü" * 101), rules(long_vendor_names="shorten"))["name"] == "ü" * 100


@pytest.mark.parametrize(
    ("country", "mapped", "iso"),
    [("USA", {}, "US"), ("de", {}, "DE"), (" deu ", {}, "DE"), ("GERMANY", {"GERMANY": "DE"}, "DE")],
)
def test_countries_become_iso_codes(country: str, mapped: dict[str, str], iso: str) -> None:
    assert to_bill_vendor(supplier(country=country), rules(countries=mapped))["address"]["country"] == iso


@pytest.mark.parametrize(
    "flaw", [{"country": "ATLANTIS"}, {"country": ""}, {"street1": ""}, {"city": " "}, {"zip": ""}]
)
def test_an_address_that_bill_would_not_take_is_named(flaw: dict[str, str]) -> None:
    with pytest.raises(UnfitError, match=r"country|address"):
        to_bill_vendor(supplier(**flaw), rules())


def test_a_vendor_without_optional_fields_has_none() -> None:
    body = to_bill_vendor(supplier(name="株式会社ミューラー"), rules())
    assert set(body) == {"name", "accountType", "address", "billCurrency"}
    assert to_bill_vendor(supplier(tax_id=" 12-3 "), rules())["additionalInfo"]["taxId"] == "12-3"


def test_a_payment_settles_its_invoice_with_its_own_part() -> None:
    payment = Payment(id="p1", process_date=date(2027, 1, 4), disbursement_type="CHECK")
    split = Split(id="s1", bill_id="b1", amount=Decimal("10.10"))
    body = to_qad_payment(payment, split, "s1", KEY, "10S 1001 EUR", rules(payment_bank_account="BANK"))
    assert (body["supplier"], body["currency"], body["instrument"]) == ("10S 1001", "EUR", "CHECK")
    assert (body["payment_year"], body["amount"], body["reference"]) == (2027, Decimal("10.10"), "s1")
    assert body["allocations"] == [{**KEY, "amount": Decimal("10.10"), "discount": Decimal(0)}]


@pytest.mark.parametrize("missing", [{"process_date": None}, {"amount": None}])
def test_a_payment_without_amount_or_day_is_not_posted(missing: dict[str, Any]) -> None:
    payment = Payment(id="p1", process_date=missing.get("process_date", date(2026, 1, 4)))
    split = Split(id="s1", bill_id="b1", amount=missing.get("amount", Decimal(1)))
    whole = payment if "process_date" in missing else payment.model_copy(update={"process_date": date(2026, 1, 4)})
    with pytest.raises(UnfitError):
        to_qad_payment(whole, split, "s1", KEY, "10S1001 USD", rules())
