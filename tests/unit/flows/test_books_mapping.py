"""What BILL's records read like in QuickBooks Online: exact to the cent, or not sent."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.bill.models import Bill, Payment, Split
from blocks.bill.parts import Address
from blocks.exact import minor_units
from blocks.quickbooks_online.company import Company
from blocks.target import Body
from flows.bill_quickbooks_online.mapping import (
    Coding,
    Part,
    marker,
    payment_note,
    to_address,
    to_bill_payment,
    to_document,
    to_vendor,
)
from flows.unfit import UnfitError
from tests.unit.flows.books_records import ORGANIZATION, REFS, a_bill, a_line, a_part, a_vendor, company

CURRENCIES = st.sampled_from(["USD", "EUR", "JPY", "KWD"])
FOREIGN = company(multicurrency=True)


def order(part: Part, coded: Coding | None = None, of: Company | None = None, entity: str = "PurchaseOrder") -> Body:
    return to_document(part, coded or Coding(), REFS, of or company(), entity)


def in_currency(part: Part, currency: str) -> Body:
    return to_document(part, Coding(), REFS._replace(currencies={"v1": currency}), FOREIGN, "PurchaseOrder")


@given(st.lists(st.integers(-10_000_000, 10_000_000), min_size=1, max_size=8), CURRENCIES, st.integers(-2, 2))
def test_lines_add_up_to_the_bills_amount_or_the_bill_is_not_sent(units: list[int], currency: str, off: int) -> None:
    places = minor_units(currency)
    amounts = [Decimal(one).scaleb(-places) for one in units]
    total = sum(amounts, Decimal(off).scaleb(-places))
    part = a_part(*(a_line(str(one)) for one in amounts), amount=str(total))
    if off:
        with pytest.raises(UnfitError, match="add up to"):
            in_currency(part, currency)
        return
    body = in_currency(part, currency)
    assert [line["Amount"] for line in body["Line"]] == amounts
    assert sum(line["Amount"] for line in body["Line"]) == total
    assert body["CurrencyRef"] == {"value": currency}


@pytest.mark.parametrize(("currency", "amount"), [("USD", "1.005"), ("JPY", "10.5"), ("KWD", "1.0005")])
def test_an_amount_finer_than_its_currency_is_not_sent(currency: str, amount: str) -> None:
    with pytest.raises(UnfitError, match="decimal places"):
        in_currency(a_part(a_line(amount)), currency)


@pytest.mark.parametrize(("currency", "amount"), [("JPY", "10.00"), ("KWD", "1.005"), ("EUR", "7")])
def test_zeros_at_the_end_are_no_decimal_places(currency: str, amount: str) -> None:
    assert in_currency(a_part(a_line(amount)), currency)["Line"][0]["Amount"] == Decimal(amount)


@pytest.mark.parametrize(
    ("flawed", "why"),
    [
        ({"billLineItems": [], "amount": "0"}, "no lines"),
        ({"amount": "12.51"}, "is 12.51 USD, but its lines add up to 12.50"),
        ({"amount": None}, "add up"),
        ({"invoice": {"invoiceNumber": "NW-1"}}, "no invoice date"),
    ],
)
def test_a_bill_that_is_not_whole_is_not_sent(flawed: dict[str, Any], why: str) -> None:
    with pytest.raises(UnfitError, match=why):
        order(a_part(**flawed))


def test_a_line_without_amount_is_quantity_times_price() -> None:
    bare = {"quantity": "3", "price": "4.10", "classifications": {"chartOfAccountId": "a1"}}
    part = a_part(billLineItems=[bare], amount="12.30")
    assert order(part)["Line"][0]["Amount"] == Decimal("12.30")


def test_an_order_is_what_the_bill_says() -> None:
    part = a_part(a_line("100.00", "d1", "c1", description="Copy paper"), a_line("-10.01", "d1", account="a2"))
    assert order(part, Coding(location="d1")) == {
        "VendorRef": {"value": "57"},
        "TxnDate": "2026-11-02",
        "DueDate": "2026-12-02",
        "DocNumber": "NW-1",
        "POStatus": "Open",
        "PrivateNote": f"BILL bill 00n1 of {ORGANIZATION}: invoice NW-1",
        "APAccountRef": {"value": "33"},
        "DepartmentRef": {"value": "2"},
        "Line": [
            {
                "Amount": Decimal("100.00"),
                "Description": "Copy paper",
                "DetailType": "AccountBasedExpenseLineDetail",
                "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "81"}, "ClassRef": {"value": "501"}},
            },
            {
                "Amount": Decimal("-10.01"),
                "DetailType": "AccountBasedExpenseLineDetail",
                "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "82"}},
            },
        ],
    }


def test_a_location_that_the_bill_has_no_more_is_taken_away() -> None:
    assert order(a_part())["DepartmentRef"] == {}
    assert "DepartmentRef" not in order(a_part(), of=company(locations=False))


def classes(body: Body) -> list[str]:
    details = [line["AccountBasedExpenseLineDetail"] for line in body["Line"]]
    return [one.get("ClassRef", {}).get("value", "") for one in details]


def test_classes_are_by_line_by_document_or_not_at_all_as_the_company_keeps_them() -> None:
    same = a_part(a_line("1", named="c1"), a_line("2", named="c1"))
    assert classes(order(same)) == ["501", "501"]
    assert "ClassRef" not in order(same)
    by_document = order(same, of=company(class_per="document"))
    assert (by_document["ClassRef"], classes(by_document)) == ({"value": "501"}, ["", ""])
    without = order(same, of=company(class_per="off"))
    assert ("ClassRef" in without, classes(without)) == (False, ["", ""])


def test_lines_of_several_classes_are_not_put_under_one_of_them() -> None:
    for lines in ([a_line("1", named="c1"), a_line("2", named="c2")], [a_line("1", named="c1"), a_line("2")]):
        with pytest.raises(UnfitError, match="several classes"):
            order(a_part(*lines), of=company(class_per="document"))


def test_departments_become_classes_unless_the_line_has_one() -> None:
    part = a_part(a_line("1", "d1"), a_line("2", "d2", "c1"), a_line("3"))
    assert classes(order(part, Coding(by_class=True))) == ["601", "501", ""]
    assert classes(order(part)) == ["", "501", ""]


def test_a_bill_has_a_number_and_no_status_and_an_order_only_a_number_if_the_company_gives_them() -> None:
    bill = order(a_part(), of=company(custom_numbers=False), entity="Bill")
    assert ("POStatus" in bill, bill["DocNumber"]) == (False, "NW-1")
    assert "DocNumber" not in order(a_part(), of=company(custom_numbers=False))


def test_a_reference_that_is_not_there_is_never_left_out() -> None:
    for coded, part in (
        (Coding(), a_part(a_line("1", account="a9"))),
        (Coding(), a_part(vendorId="v9")),
        (Coding(), a_part(a_line("1", named="c9"))),
        (Coding(location="d9"), a_part()),
    ):
        with pytest.raises(KeyError):
            order(part, coded)


def test_each_document_of_a_bill_has_a_marker_of_its_own() -> None:
    part = a_part()
    assert marker(part._replace(department="d2")) == f"BILL bill 00n1 of {ORGANIZATION}, department d2: invoice NW-1"
    nameless = Part(Bill.model_validate(a_bill(invoice={})), ORGANIZATION, ())
    assert marker(nameless).endswith("invoice without a number")


def test_a_vendor_is_what_bill_says_and_what_bill_has_not_is_emptied() -> None:
    assert to_vendor(a_vendor(), "Acme Tools", "3", FOREIGN) == {
        "DisplayName": "Acme Tools",
        "CompanyName": "Acme Tools",
        "PrimaryEmailAddr": {"Address": "ap@acme.example"},
        "PrimaryPhone": {"FreeFormNumber": "555-0100"},
        "BillAddr": {"Line1": "1 Main St", "City": "Reno", "PostalCode": "89501", "Country": "USA"},
        "AcctNum": "G-7",
        "TaxIdentifier": "98-7654321",
        "TermRef": {"value": "3"},
        "CurrencyRef": {"value": "USD"},
        "Active": True,
    }
    bare = a_vendor(email=None, phone=None, accountNumber=None, address=None, additionalInfo=None)
    assert to_vendor(bare, "Acme Tools", "", company()) == {
        "DisplayName": "Acme Tools",
        "CompanyName": "Acme Tools",
        "PrimaryEmailAddr": {},
        "PrimaryPhone": {},
        "BillAddr": {},
        "AcctNum": "",
        "Active": True,
    }


@pytest.mark.parametrize("track", [True, False])
def test_a_1099_vendor_is_one_only_if_bill_tells(track: bool) -> None:
    assert to_vendor(a_vendor(additionalInfo={"track1099": track}), "Acme", "", company())["Vendor1099"] is track
    assert "Vendor1099" not in to_vendor(a_vendor(additionalInfo={}), "Acme", "", company())


@pytest.mark.parametrize("masked", ["***-**-4321", "XXXXX4321", "•••••4321"])
def test_a_masked_tax_id_is_never_sent(masked: str) -> None:
    assert "TaxIdentifier" not in to_vendor(a_vendor(additionalInfo={"taxId": masked}), "Acme", "", company())


def test_a_name_loses_what_quickbooks_does_not_take_and_nothing_else() -> None:
    assert to_vendor(a_vendor(), "Acme:\tTools\n ", "", company())["DisplayName"] == "Acme Tools"
    with pytest.raises(UnfitError, match="no name"):
        to_vendor(a_vendor(), " : ", "", company())


@pytest.mark.parametrize(("told", "sent"), [("us", "USA"), ("DE", "DEU"), ("LU", "LU"), (None, None)])
def test_a_country_has_three_letters_or_is_as_bill_has_it(told: str | None, sent: str | None) -> None:
    assert to_address(Address(line1=" 1 Main St ", country=told)) == {
        "Line1": "1 Main St",
        **({"Country": sent} if sent else {}),
    }


def payment(**more: Any) -> Payment:
    given = {"id": "stp1", "singleStatus": "CLEARED", "processDate": "2026-12-01", "confirmationNumber": "P-9"}
    return Payment.model_validate(given | more)


@pytest.mark.parametrize(
    ("paid", "split", "said"),
    [
        (payment(), Split(amount=Decimal("12.5")), "BILL payment stp1: CLEARED, 12.50, 2026-12-01, P-9"),
        (payment(), Split(amount=Decimal("12.345")), "BILL payment stp1: CLEARED, 12.345, 2026-12-01, P-9"),
        (
            payment(singleStatus=None, status="VOID", confirmationNumber=None, transactionNumber="T-1"),
            Split(amount=Decimal(7)),
            "BILL payment stp1: VOID, 7.00, 2026-12-01, T-1",
        ),
        (Payment(id="stp1"), Split(), "BILL payment stp1: UNKNOWN"),
    ],
)
def test_a_note_tells_status_amount_day_and_number_of_a_payment(paid: Payment, split: Split, said: str) -> None:
    assert payment_note(paid, split) == said


def test_a_payment_of_bills_names_each_and_adds_up() -> None:
    paid = {"191": Decimal("100.00"), "192": Decimal("0.50")}
    body = to_bill_payment(payment(), paid, "57", "35", FOREIGN, "EUR")
    assert body == {
        "VendorRef": {"value": "57"},
        "PayType": "Check",
        "CheckPayment": {"BankAccountRef": {"value": "35"}, "PrintStatus": "NotSet"},
        "TotalAmt": Decimal("100.50"),
        "TxnDate": "2026-12-01",
        "PrivateNote": "BILL payment stp1: P-9",
        "CurrencyRef": {"value": "EUR"},
        "Line": [
            {"Amount": Decimal("100.00"), "LinkedTxn": [{"TxnId": "191", "TxnType": "Bill"}]},
            {"Amount": Decimal("0.50"), "LinkedTxn": [{"TxnId": "192", "TxnType": "Bill"}]},
        ],
    }
    assert "CurrencyRef" not in to_bill_payment(payment(), paid, "57", "35", company(), "USD")


def test_a_payment_without_a_day_is_not_posted_and_one_without_a_number_has_a_plain_note() -> None:
    with pytest.raises(UnfitError, match="no process date"):
        to_bill_payment(payment(processDate=None), {"191": Decimal(1)}, "57", "35", company(), "USD")
    bare = payment(confirmationNumber=None, processDate=date(2026, 12, 1))
    assert (
        to_bill_payment(bare, {"191": Decimal(1)}, "57", "35", company(), "USD")["PrivateNote"] == "BILL payment stp1"
    )
