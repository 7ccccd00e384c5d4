"""qbXML that QuickBooks Desktop can read whatever the texts are, and texts that it can hold."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from blocks.errors import RefusedError
from blocks.quickbooks_desktop import queries
from blocks.quickbooks_desktop.fitting import fitted
from blocks.quickbooks_desktop.markers import mark, marker, same_marker
from blocks.quickbooks_desktop.render import Request, document, rendered
from blocks.quickbooks_desktop.shapes import ADDS
from blocks.quickbooks_desktop.texts import comparable, list_name, storable, variant_number, variants
from tests.sandbox.quickbooks_desktop import CompanyFile
from tests.unit.blocks.desktop_company import a_bill, a_payment, a_vendor

anything = st.text(max_size=200)
amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2)


@given(anything, st.integers(1, 100))
def test_a_stored_text_is_latin_short_and_stays_what_it_is(text: str, limit: int) -> None:
    held = storable(text, limit)
    assert len(held) <= limit
    assert all(one.isprintable() or one == "\xa0" for one in held)
    assert max(map(ord, held), default=0) < 256
    assert storable(held, limit) == held


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("“Smith’s” — Söhne…", '"Smith\'s" - Söhne...'),
        ("Ελλάδα", "Ellada"),
        ("北京 Trading", "BeiJing Trading"),
        ("a\u0301b\tc\r\n d\x07", "áb c d"),
        ("what?", "what?"),
        ("\U000f0000", ""),
        ("Caf\u00e9\u200b", "Café"),
    ],
)
def test_no_text_turns_into_question_marks(text: str, held: str) -> None:
    assert storable(text, 100) == held


@given(anything)
def test_a_name_has_no_colon_and_fits_with_each_of_its_suffixes(text: str) -> None:
    names = variants(text)
    assert all(len(name) <= 41 and ":" not in name for name in names)
    assert len({comparable(name) for name in names}) == len(names)
    assert names[0] == list_name(text) == list_name(names[0])
    assert [variant_number(text, name) for name in names] == list(range(1, len(names) + 1))


def test_names_that_are_taken_get_the_documented_suffixes() -> None:
    assert variants("Office: Paper")[:3] == ("Office - Paper", "Office - Paper (V)", "Office - Paper (V2)")
    assert variants("x" * 50)[1] == "x" * 37 + " (V)"
    assert variant_number("acme", "ACME (v)") == 2
    assert variant_number("acme", "ACME Inc") == 0


@given(anything, anything, anything)
def test_a_vendor_of_any_texts_is_read_and_held_as_it_was_sent(name: str, street: str, notes: str) -> None:
    body = fitted(ADDS["VendorAdd"], {**a_vendor("V" + name), "VendorAddress": {"Addr1": street}, "Notes": notes})
    text = document([Request("VendorAdd", body, {"requestID": "1"})])
    assert text.isascii()
    company = CompanyFile()
    assert 'statusCode="0"' in company.process(text)
    [held] = company.vendors.values()
    assert held["Name"] == body["Name"]
    assert held.get("Notes", "") == body["Notes"]
    assert held.get("VendorAddress", {}).get("Addr1", "") == body["VendorAddress"]["Addr1"]


@given(st.lists(amounts, min_size=1, max_size=5))
def test_amounts_are_written_to_the_cent(lines: list[Decimal]) -> None:
    body = a_bill("1", "2", "3", *map(str, lines))
    element = etree.fromstring(rendered(Request("BillAdd", body)))
    assert [Decimal(str(one.text)) for one in element.iter("Amount")] == lines


def test_fields_come_in_the_order_that_quickbooks_wants() -> None:
    body = dict(reversed(a_payment("1", "2", "ACH1", {"9": "1.00"}).items()))
    element = etree.fromstring(rendered(Request("BillPaymentCheckAdd", body)))
    assert [child.tag for child in element[0]] == [
        "PayeeEntityRef", "TxnDate", "BankAccountRef", "RefNumber", "Memo", "ExternalGUID", "AppliedToTxnAdd",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "query",
    [
        queries.host(),
        queries.accounts(),
        queries.classes(),
        queries.terms(),
        queries.vendors(),
        queries.first(queries.vendors(datetime.now(UTC))),
        queries.vendors_by_ids(["1-1", "2-2"]),
        queries.vendors_by_names(["A & B"]),
        queries.bills(changed_since=datetime.now(UTC), vendor_ids=["1-1"]),
        queries.bills(ids=["1-1"], lines=False),
        queries.bills(numbers=["a", "b"]),
        queries.payments(vendor_ids=["1-1"], days=(date(2026, 1, 1), date(2026, 1, 2))),
        queries.payments(numbers=["a"], card=True),
        queries.first(queries.payments(changed_since=datetime.now(UTC))),
        queries.deleted(datetime.now(UTC), ["Bill", "BillPaymentCheck"]),
        queries.deleted(datetime.now(UTC), ["Vendor"]),
        queries.bills_to_pay("1-1"),
    ],
)
def test_every_question_is_one_that_quickbooks_can_read(query: queries.Query) -> None:
    answer = CompanyFile().process(document([query]))
    assert f"{query.message}Rs" in answer


@pytest.mark.parametrize(
    ("message", "change", "error"),
    [
        ("VendorAdd", {"Nmae": "x"}, KeyError),
        ("VendorAdd", {"Name": None}, KeyError),
        ("VendorAdd", {"Name": 7}, TypeError),
        ("VendorAdd", {"IsActive": "true"}, TypeError),
        ("VendorAdd", {"VendorAddress": "12 Mill Rd"}, TypeError),
        ("VendorAdd", {"CreditLimit": 1.5}, TypeError),
        ("VendorAdd", {"Name": ""}, ValueError),
        ("VendorAdd", {"Name": "x" * 42}, ValueError),
        ("VendorAdd", {"CompanyName": "北京"}, ValueError),
        ("VendorAdd", {"CompanyName": "\x07"}, ValueError),
        ("VendorAdd", {"ExternalGUID": "abc"}, ValueError),
        ("VendorAdd", {"CreditLimit": Decimal("1.005")}, ValueError),
        ("NoSuchAdd", {}, KeyError),
    ],
)
def test_what_cannot_be_said_is_not_sent(message: str, change: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        rendered(Request(message, {**a_vendor("x"), **change}))


def test_a_payment_has_a_number_or_is_printed() -> None:
    body = a_payment("1", "2", "ACH1", {"9": "1.00"})
    with pytest.raises(KeyError):
        rendered(Request("BillPaymentCheckAdd", {**body, "IsToBePrinted": True}))
    del body["RefNumber"]
    with pytest.raises(KeyError):
        rendered(Request("BillPaymentCheckAdd", body))


def test_a_reference_goes_by_its_id_where_it_has_one() -> None:
    body = a_bill("1", "2", "3", "1.00", VendorRef={"FullName": "Acme", "ListID": "1-1"}, TermsRef={"FullName": "N 30"})
    held = fitted(ADDS["BillAdd"], body)
    assert (held["VendorRef"], held["TermsRef"]) == ({"ListID": "1-1"}, {"FullName": "N 30"})


def test_a_mark_is_the_same_for_the_same_thing_however_it_is_spelled() -> None:
    assert same_marker(marker("x"), marker("x").lower().strip("{}"))
    assert not same_marker(marker("x"), marker("y"))
    assert not same_marker("", "")
    assert not same_marker("0", "0")
    assert not mark({})


def test_a_number_is_never_cut_off() -> None:
    with pytest.raises(RefusedError, match=r"RefNumber has 21 characters \(x+\), and QuickBooks Desktop takes 20"):
        fitted(ADDS["BillAdd"], a_bill("1", "2", "x" * 21, "1.00"))
