"""A vendor's fields in one form: what is written to one system reads as the same from the other."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.exact import Record
from flows.bill_quickbooks_desktop.vendor_fields import (
    FIELDS,
    of_bill,
    of_quickbooks,
    renamed,
    same,
    to_bill,
    to_quickbooks,
    winner,
)
from tests.unit.flows.desktop_records import ADDRESS, NOON, a_vendor, in_quickbooks, rules

LATIN = "".join(map(chr, range(0x20, 0x7F)))
anything = st.text(st.one_of(st.characters(), st.sampled_from(LATIN)), max_size=130)
addresses = st.none() | st.fixed_dictionaries(
    {"country": st.sampled_from(["US", "CA", "DE", "ZW"])},
    optional=dict.fromkeys(("line1", "line2", "city", "stateOrProvince", "zipOrPostalCode"), anything),
)
LIMITS = {"City": 31, "State": 21, "PostalCode": 13, "Country": 31} | {f"Addr{number}": 41 for number in range(1, 6)}


def stored(body: Record, name: str) -> Record:
    """Returns a vendor as QuickBooks keeps this body: without what is empty."""
    address = {part: value for part, value in body.get("VendorAddress", {}).items() if value}
    return {"ListID": "80-1", "Name": name, **body, "VendorAddress": address}


@given(st.text(st.sampled_from(LATIN), min_size=1, max_size=60), addresses, anything, anything, anything)
def test_what_goes_to_quickbooks_comes_back_as_the_same(
    name: str, address: dict[str, str] | None, phone: str, email: str, number: str
) -> None:
    fields = of_bill(a_vendor(name=name, address=address, phone=phone, email=email, accountNumber=number))
    body = to_quickbooks(fields, fields["name"], fields["name"])
    assert all(len(value) <= LIMITS[part] for part, value in body["VendorAddress"].items())
    there = of_quickbooks(stored(body, fields["name"]))
    assert [field for field in FIELDS if not same(field, fields[field], there[field])] == []


@given(
    st.lists(st.text(st.sampled_from("abc defghij 1"), max_size=41), min_size=5, max_size=5),
    st.sampled_from(["", "USA", "Germany", "CA"]),
)
def test_what_goes_to_bill_comes_back_as_the_same(lines: list[str], country: str) -> None:
    address = {f"Addr{number}": line for number, line in enumerate(lines, 1)} | {"City": "Reno", "Country": country}
    fields = of_quickbooks(in_quickbooks(VendorAddress=address))
    body = to_bill(fields, {})
    assert body["address"]["country"] in {"US", "DE", "CA"}
    assert same("address", fields["address"], of_bill(a_vendor(address=body["address"]))["address"])


def test_a_long_street_is_broken_between_words_and_nothing_of_it_is_lost() -> None:
    street = {
        "line1": "c/o Smith, Jones and Partners Incorporated, Attorneys",
        "line2": "1234 Industrial Parkway North",
    }
    body = to_quickbooks(of_bill(a_vendor(address=ADDRESS | street)), "Acme Tools", "Acme Tools")
    shown = [body["VendorAddress"][f"Addr{number}"] for number in range(1, 6)]
    assert shown == [
        "Acme Tools", "c/o Smith, Jones and Partners", "Incorporated, Attorneys", "1234 Industrial Parkway North", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "one", "other", "expected"),
    [
        ("name", "Acme", "ACME", True),
        ("name", "Acme", "Acme (V)", True),  # the suffix that a namesake has given it
        ("name", "Acme", "Acme (V3)", True),
        ("name", "Acme", "Acme Ltd", False),
        ("name", "Завод Электрон", "Zavod Elektron", True),
        ("phone", "(555) 01-00", "555 0100", True),
        ("phone", "555-0100", "555-0101", False),
        ("email", "AP@acme.example", "ap@acme.example", True),
        ("account_number", "A  1", "a 1", True),
        ("address", ADDRESS, ADDRESS | {"line1": "1  MILL RD"}, True),
        ("address", ADDRESS | {"line2": "Unit 4"}, ADDRESS | {"line1": "1 Mill Rd Unit 4"}, True),
        ("address", ADDRESS, ADDRESS | {"country": ""}, True),  # QuickBooks' forms leave it out
        ("address", ADDRESS, ADDRESS | {"country": "CA"}, False),
        ("address", ADDRESS, ADDRESS | {"city": "Reno"}, False),
        ("address", ADDRESS, {}, False),
        ("address", {}, {}, True),
    ],
)
def test_two_values_are_the_same_if_people_see_no_difference(field: str, one: Any, other: Any, expected: bool) -> None:
    assert same(field, one, other) is expected
    assert same(field, other, one) is expected


def test_the_name_in_the_first_line_of_an_address_is_none_of_the_street() -> None:
    for name in ("Acme Tools", "Acme Tools (V)"):
        assert of_quickbooks(in_quickbooks(Name=name))["address"]["line1"] == "1 Mill Rd"
    there = in_quickbooks(VendorAddress={"Addr1": "Bob's Barn", "Addr2": "2 Hay St", "City": "Reno"})
    assert of_quickbooks(there)["address"]["line1"] == "Bob's Barn"
    assert of_quickbooks(there | {"NameOnCheck": "BOB'S BARN"})["address"]["line1"] == "2 Hay St"


def test_a_vendor_that_is_renamed_keeps_its_street_and_what_people_wrote_on_its_checks() -> None:
    there = in_quickbooks(NameOnCheck="Jo Acme, Trustee")
    body = renamed(there, "Fine Tools")
    assert body["CompanyName"] == "Fine Tools"
    assert "NameOnCheck" not in body
    now = there | {"Name": "Fine Tools"} | body
    assert same("address", of_quickbooks(now)["address"], of_quickbooks(there)["address"])


def test_a_vendor_whose_address_begins_with_a_street_is_renamed_without_touching_it() -> None:
    assert "VendorAddress" not in renamed(in_quickbooks(VendorAddress={"Addr1": "1 Mill Rd"}), "Fine Tools")


def test_bill_gets_no_country_that_nobody_wrote_and_is_told_what_was_emptied() -> None:
    before = of_bill(a_vendor(address=ADDRESS | {"line2": "Unit 4", "country": "CA"}))
    address = {"Addr1": "Acme Tools", "Addr2": "9 New St", "City": "Reno", "PostalCode": "89501"}
    body = to_bill({"address": of_quickbooks(in_quickbooks(VendorAddress=address))["address"]}, before)
    assert body["address"] == {
        "line1": "9 New St", "line2": "", "city": "Reno", "stateOrProvince": "", "zipOrPostalCode": "89501",
        "country": "CA",
    }  # fmt: skip
    assert to_bill({"name": "", "address": {}, "phone": ""}, before) == {"phone": ""}


@pytest.mark.parametrize(
    ("prefer", "in_bill", "in_quickbooks", "expected"),
    [
        ("bill", 0, 1, "ours"),
        ("quickbooks", 1, 0, "theirs"),
        ("newest", 1, 0, "ours"),
        ("newest", 0, 1, "theirs"),
        ("newest", None, 1, None),  # who knows
        ("ask", 1, 0, None),
    ],
)
def test_whose_edit_counts_is_what_the_rules_say(
    prefer: str, in_bill: int | None, in_quickbooks: int, expected: str | None
) -> None:
    ours = None if in_bill is None else NOON + timedelta(hours=in_bill)
    theirs = NOON + timedelta(hours=in_quickbooks)
    assert winner(rules(vendor_edits={"phone": prefer}), "phone", ours, theirs) == expected
    assert winner(rules(vendor_edits={"default": prefer, "email": "ask"}), "phone", ours, theirs) == expected
    assert winner(rules(vendor_edits={"email": prefer}), "phone", ours, theirs) is None
