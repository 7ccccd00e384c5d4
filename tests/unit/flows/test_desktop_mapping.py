"""Bodies for QuickBooks Desktop: exact to the cent, storable in every text, and marked so that they are known again."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.bill.models import Bill
from blocks.quickbooks_desktop.kinds import BILL, PAYMENT, VENDOR
from blocks.quickbooks_desktop.markers import FIELD
from blocks.quickbooks_desktop.render import Request, rendered
from blocks.quickbooks_desktop.texts import list_name
from blocks.target import Body
from flows.bill_quickbooks_desktop.mapping import (
    References,
    mark_of,
    marked,
    memo_of,
    new_vendor,
    number_of,
    payment_number,
    readable_tax_id,
    to_bill,
    to_payment,
)
from flows.unfit import UnfitError
from tests.unit.flows.desktop_records import ADDRESS, REFS, SCOPE, a_bill, a_line, a_payment, a_vendor

LATIN = "".join(map(chr, range(0x20, 0x7F)))
anything = st.text(st.one_of(st.characters(), st.sampled_from(LATIN)), max_size=60)
cents = st.integers(-10_000, 10_000_000).map(lambda one: Decimal(one).scaleb(-2))


def texts(body: Any) -> Iterator[str]:
    """Yields every text of a body."""
    if isinstance(body, str):
        yield body
    elif isinstance(body, dict):
        for one in body.values():
            yield from texts(one)
    elif isinstance(body, list):
        for one in body:
            yield from texts(one)


def assert_storable(body: Body) -> None:
    for one in texts(body):
        one.encode("latin-1")
        assert one == one.strip()
        assert one.isprintable() or "\xa0" in one or "\xad" in one, one


@given(st.lists(st.tuples(cents, anything, st.sampled_from(["", "c1"])), min_size=1, max_size=12), anything)
def test_a_bill_is_the_same_to_the_cent_and_every_text_of_it_can_be_stored(
    lines: list[tuple[Decimal, str, str]], number: str
) -> None:
    invoice = {"invoiceNumber": number, "invoiceDate": "2026-11-02"}
    bill = a_bill(
        *(a_line(str(amount), named=its_class, description=said) for amount, said, its_class in lines), invoice=invoice
    )
    body = to_bill(bill, REFS)
    assert sum(line["Amount"] for line in body["ExpenseLineAdd"]) == bill.amount
    assert [bool(line["ClassRef"]) for line in body["ExpenseLineAdd"]] == [bool(one) for _amount, _said, one in lines]
    assert_storable(body)
    assert len(body["RefNumber"]) <= 20
    rendered(Request(BILL.add, marked(body, SCOPE, bill.id, 0), {"requestID": "1"}))


def test_a_bill_refers_to_ids_and_says_whose_it_is() -> None:
    bill = a_bill(a_line("10.00", "a2", "c1", description="Paper"), invoice={
        "invoiceNumber": "INVOICE-2026-NORTHEAST-000042", "invoiceDate": "2026-11-02",
    })  # fmt: skip
    assert to_bill(bill, REFS._replace(payables="80-AP")) == {
        "VendorRef": {"ListID": "80-1"},
        "TxnDate": date(2026, 11, 2),
        "DueDate": date(2026, 12, 2),
        "RefNumber": "INVOICE-2026-NORTHEA",
        "Memo": "BILL bill 00n1: invoice INVOICE-2026-NORTHEAST-000042",
        "APAccountRef": {"ListID": "80-AP"},
        "ExpenseLineAdd": [
            {
                "AccountRef": {"ListID": "80-A2"}, "Amount": Decimal("10.00"), "Memo": "Paper",
                "ClassRef": {"ListID": "80-C1"},
            }
        ],
    }  # fmt: skip


def test_a_company_without_classes_gets_none() -> None:
    bill = a_bill(a_line("10.00", named="c1"))
    [line] = to_bill(bill, REFS._replace(class_field=""))["ExpenseLineAdd"]
    assert "ClassRef" not in line


def test_a_bill_without_a_due_date_is_due_at_once() -> None:
    assert to_bill(a_bill(dueDate=None), REFS)["DueDate"] == date(2026, 11, 2)


def test_a_line_without_an_amount_is_quantity_times_price() -> None:
    line = {"quantity": "3", "price": "1.115", "classifications": {"chartOfAccountId": "a1"}}
    [made] = to_bill(a_bill(billLineItems=[line], amount="3.34"), REFS)["ExpenseLineAdd"]
    assert made["Amount"] == Decimal("3.34")


@pytest.mark.parametrize(
    ("bill", "said"),
    [
        (a_bill(amount="12.51"), "is 12.51 USD, but its lines add up to 12.50"),
        (a_bill(amount=None), "its lines add up to 12.50"),
        (a_bill(a_line("0.005"), a_line("0.005"), amount="0.010"), "more than 2 decimal places"),
        (a_bill(billLineItems=[]), "has no lines"),
        (a_bill(invoice={"invoiceNumber": "NW-1"}), "has no invoice date"),
    ],
)
def test_what_cannot_be_exact_does_not_go(bill: Bill, said: str) -> None:
    with pytest.raises(UnfitError, match=said):
        to_bill(bill, REFS)


def test_what_is_not_aligned_is_never_left_out() -> None:
    with pytest.raises(KeyError):
        to_bill(a_bill(), References({}, {}, {}, ""))


def test_marks_are_the_same_each_time_and_differ_by_bill_generation_and_connection() -> None:
    assert mark_of(SCOPE, "00n1", 0) == "{40F0FC13-C8B6-573F-BC95-8C4B7B74D672}"  # in company files, so never another
    every = [(scope, bill, number) for scope in (SCOPE, "x") for bill in ("00n1", "00n2") for number in (0, 1)]
    assert len({mark_of(*one) for one in every}) == len(every)
    assert marked({}, SCOPE, "00n1", 1) == {FIELD: mark_of(SCOPE, "00n1", 1)}


@given(st.text(min_size=1, max_size=60).filter(lambda one: bool(list_name(one))), anything, anything, anything)
def test_every_text_of_a_vendor_can_be_stored(name: str, line: str, phone: str, email: str) -> None:
    vendor = a_vendor(name=name, phone=phone, email=email, address=ADDRESS | {"line1": line, "line2": email})
    body = new_vendor(vendor, list_name(name), "80-T", SCOPE, 0)
    assert_storable(body)
    assert ":" not in body["Name"]
    assert all(len(body[field]) <= 41 for field in ("Name", "CompanyName", "NameOnCheck"))
    rendered(Request(VENDOR.add, body, {"requestID": "1"}))


def test_a_namesake_has_its_suffix_in_the_list_and_not_on_its_checks() -> None:
    body = new_vendor(a_vendor(), "Acme Tools (V)", "", SCOPE, 0)
    assert body["Name"] == "Acme Tools (V)"
    assert (body["CompanyName"], body["NameOnCheck"], body["VendorAddress"]["Addr1"]) == ("Acme Tools",) * 3


def test_a_vendor_made_anew_has_another_mark() -> None:
    first, again = (new_vendor(a_vendor(), "Acme Tools", "", SCOPE, number)[FIELD] for number in (0, 1))
    assert first != again
    assert "TermsRef" not in new_vendor(a_vendor(), "Acme Tools", "", SCOPE, 0)


def test_what_bill_leaves_empty_is_not_said() -> None:
    body = new_vendor(a_vendor(phone="", email=None, address=None), "Acme Tools", "", SCOPE, 0)
    assert not {"Phone", "Email", "VendorAddress"} & body.keys()


@pytest.mark.parametrize(("tax_id", "shown"), [("98-7654321", "98-7654321"), ("***4321", ""), ("•••21", "")])
def test_a_masked_tax_id_is_none(tax_id: str, shown: str) -> None:
    assert readable_tax_id(a_vendor(additionalInfo={"taxId": tax_id})) == shown


def test_a_payment_tells_its_whole_number_in_the_memo_and_pays_each_bill() -> None:
    paid = {"1A-1": Decimal("12.50"), "1B-1": Decimal("7.25")}
    body = to_payment(a_payment(), paid, "80-1", "80-B", "80-AP", "s/payment/stp1/0")
    assert body["AppliedToTxnAdd"] == [
        {"TxnID": "1A-1", "PaymentAmount": Decimal("12.50")},
        {"TxnID": "1B-1", "PaymentAmount": Decimal("7.25")},
    ]
    assert (body["Memo"], body["TxnDate"]) == ("BILL payment stp1: P26112000001234", date(2026, 11, 20))
    assert body["APAccountRef"] == {"ListID": "80-AP"}
    rendered(Request(PAYMENT.add, body | {"RefNumber": payment_number(a_payment())}, {"requestID": "1"}))


@pytest.mark.parametrize(
    ("payment", "paid", "said"),
    [
        (a_payment(processDate=None), "12.50", "has no process date"),
        (a_payment(), "12.505", "parts of a cent"),
    ],
)
def test_a_payment_that_cannot_be_exact_does_not_go(payment: Any, paid: str, said: str) -> None:
    with pytest.raises(UnfitError, match=said):
        to_payment(payment, {"1A-1": Decimal(paid)}, "80-1", "80-B", "", "x")


@given(anything)
def test_the_number_of_a_payment_is_the_end_of_it_which_tells_payments_apart(number: str) -> None:
    shown = payment_number(a_payment(confirmationNumber=number or None))
    assert len(shown) <= 11
    assert_storable({"RefNumber": shown})
    assert payment_number(a_payment(confirmationNumber="P26112000001234")) == "12000001234"


@given(anything)
def test_the_number_of_a_bill_is_its_beginning_and_the_memo_tells_the_rest(number: str) -> None:
    bill = a_bill(invoice={"invoiceNumber": number, "invoiceDate": "2026-11-02"})
    assert len(number_of(bill)) <= 20
    assert memo_of(bill).endswith(number or "without a number")
