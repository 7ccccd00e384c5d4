"""What an edit of a vendor in QuickBooks Desktop means for BILL, and what becomes of vendors that BILL lacks."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from blocks.bill.models import Vendor
from blocks.exact import Record
from blocks.source import Row
from flows.bill_quickbooks_desktop.quickbooks_vendors import Counterparts, VendorCheck
from flows.bill_quickbooks_desktop.vendor_fields import of_bill
from tasks.outcomes import SOURCE, TARGET, Decision, Ignore
from tests.unit.flows.desktop_records import a_link, a_vendor, held, in_quickbooks, kept, refused, rules, written

GONE: Mapping[str, Any] = {"ListID": "80-1", "TimeDeleted": "2026-11-02T12:00:00Z", "FullName": "Acme Tools"}
NOBODY = Counterparts({}, {}, {}, {}, {}, {})


def both(vendor: Vendor | None = None, there: Record | None = None, **more: Any) -> Counterparts:
    """Returns what is known of a vendor that is linked, agreed with BILL before, and may have been edited since."""
    known = Counterparts(
        {"80-1": a_link("80-1", "v1")},
        {},
        {"80-1": of_bill(a_vendor())},
        {"80-1": vendor or a_vendor()},
        {"80-1": there} if there else {},
        {},
    )
    return replace(known, **more)


def decided(there: Mapping[str, Any] | None = None, known: Counterparts | None = None, **set_by_user: Any) -> Decision:
    record = dict(there or in_quickbooks())
    row = Row(record["ListID"], record.get("Name") or record["FullName"], "h", record)
    return VendorCheck(rules(**set_by_user))(row, known or both(there=record))


def test_what_we_wrote_ourselves_is_no_edit() -> None:
    assert kept(decided(known=both(there={}))).agreed is not None
    assert kept(decided(known=replace(both(), there={}))).reason == "as it was sent"


@pytest.mark.parametrize(
    ("edit", "body"),
    [
        ({"Phone": "555-9999"}, {"phone": "555-9999"}),
        ({"Phone": ""}, {"phone": ""}),
        ({"Email": "new@acme.example"}, {"email": "new@acme.example"}),
        ({"AccountNumber": "G-9"}, {"accountNumber": "G-9"}),
        ({"Name": "Acme Ltd"}, {"name": "Acme Ltd"}),
    ],
)
def test_only_what_was_edited_in_quickbooks_goes_to_bill(edit: Record, body: dict[str, str]) -> None:
    made = written(decided(in_quickbooks() | edit))
    assert (made.operation, made.target_id, made.body) == ("update", "v1", body)
    assert made.agreed is not None
    assert (made.agreed.stream, made.agreed.source_id) == ("vendors", "v1")


def test_the_same_edit_twice_is_written_twice() -> None:
    own = {"80-1": a_link("v1", "80-1", revision=4)}
    assert written(decided(in_quickbooks(Phone="1"), both(own=own))).revision == 5


def test_an_address_that_was_emptied_stays_in_bill_and_the_record_says_so() -> None:
    assert "its address was emptied in QuickBooks" in kept(decided(in_quickbooks(VendorAddress={}))).reason


CLASH = a_vendor(phone="555-1111")
THERE = in_quickbooks(Phone="555-2222")


def test_an_edit_on_both_sides_waits_to_be_listed_as_bills_vendor_and_is_then_listed_there_alone() -> None:
    made = held(decided(THERE, both(CLASH, THERE)))
    assert "phone: '555-1111' and '555-2222'" in made.reason
    assert "phone" in kept(decided(THERE, both(CLASH, THERE, listed=frozenset({"80-1"})))).reason


def test_an_edit_on_both_sides_follows_the_rule() -> None:
    assert written(decided(THERE, both(CLASH, THERE), vendor_edits={"phone": "quickbooks"})).body == {
        "phone": "555-2222"
    }
    assert "'555-1111' counts" in kept(decided(THERE, both(CLASH, THERE), vendor_edits={"phone": "bill"})).reason


@pytest.mark.parametrize(
    ("there", "said", "remedy"),
    [
        (GONE, "was deleted in QuickBooks, but is in use in BILL", "map it to another one"),
        (
            in_quickbooks(IsActive="false"),
            "is inactive in QuickBooks, but is in use in BILL",
            "put 'Acme Tools' to use",
        ),
    ],
)
def test_a_vendor_that_is_out_of_use_there_and_in_use_in_bill_is_listed(there: Record, said: str, remedy: str) -> None:
    made = refused(decided(there))
    assert made.reason == said
    assert remedy in made.remedy
    assert made.causes[0].stream == TARGET  # it ends by itself once it is mended
    assert kept(decided(there, both(a_vendor(archived=True)))).reason == "out of use in both"


def test_a_vendor_that_is_archived_in_bill_and_in_use_there_is_listed() -> None:
    assert "archived in BILL" in refused(decided(known=both(a_vendor(archived=True)))).reason


NEW = in_quickbooks("80-9", Name="Own Supplies")


def test_a_vendor_that_bill_lacks_is_made_there_and_its_fields_are_kept() -> None:
    made = written(decided(NEW, NOBODY))
    assert made.body == {
        "name": "Own Supplies", "phone": "555-0100", "email": "ap@acme.example", "accountNumber": "G-7",
        "accountType": "BUSINESS",
        "address": {
            "line1": "1 Mill Rd", "city": "Dayton", "stateOrProvince": "OH", "zipOrPostalCode": "45402",
            "country": "US",
        },
    }  # fmt: skip
    assert made.agreed is not None
    assert made.agreed.fields["email"] == "ap@acme.example"


def test_a_vendor_that_bill_lacks_is_listed_or_passed_over_if_the_rules_say_so() -> None:
    assert held(decided(NEW, NOBODY, quickbooks_only_vendors="list")).causes[0].stream == TARGET
    assert isinstance(decided(NEW, NOBODY, quickbooks_only_vendors="ignore"), Ignore)


@pytest.mark.parametrize("there", [in_quickbooks("80-9", IsActive="false"), GONE])
def test_a_vendor_that_bill_lacks_and_nobody_uses_is_passed_over(there: Record) -> None:
    assert isinstance(decided(there, NOBODY), Ignore)


def test_a_vendor_without_the_address_that_bill_insists_on_waits_for_it() -> None:
    made = held(decided(in_quickbooks("80-9", VendorAddress={"City": "Reno"}), NOBODY))
    assert "no line1 and no zipOrPostalCode" in made.reason
    assert made.causes[0].stream == SOURCE


def test_a_vendor_with_a_namesake_in_bill_is_not_made_twice() -> None:
    known = replace(NOBODY, namesakes={"own supplies": "v5"})
    assert "Map v5 to 80-9" in held(decided(NEW, known)).remedy


def test_a_vendor_that_was_made_in_bill_and_not_linked_yet_is_not_made_twice() -> None:
    assert kept(decided(NEW, replace(NOBODY, own={"80-9": a_link("v5", "80-9")}))).reason == "made in BILL"
