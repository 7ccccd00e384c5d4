"""What becomes of each vendor of BILL, and why: one test for each way a decision may go."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from blocks.bill.models import Vendor
from blocks.exact import Record
from flows.bill_quickbooks_desktop.edits import EDITS
from flows.bill_quickbooks_desktop.lists import entry_of, vendor_of
from flows.bill_quickbooks_desktop.vendor_directory import Directory, Made
from flows.bill_quickbooks_desktop.vendor_fields import of_bill
from flows.bill_quickbooks_desktop.vendors import VendorDecision, rows
from tasks.outcomes import TARGET, Decision
from tasks.state.models import Link
from tests.unit.flows.desktop_records import (
    ADDRESS,
    NOON,
    SCOPE,
    a_link,
    a_vendor,
    adopted,
    held,
    in_quickbooks,
    kept,
    refused,
    row_of,
    rules,
    written,
)

LINKED = a_link("80-1", "v1", kind="vendor")


def known(*there: Record, link: Link | None = None, **more: Any) -> Directory:
    """Returns a directory of these vendors in QuickBooks; a linked one agreed with BILL before."""
    vendors = {one.id: one for one in map(vendor_of, there)}
    links = {link.source_id: link} if link else {}
    taken = {one.target_id: one.source_id for one in links.values()}
    agreed = {"v1": of_bill(a_vendor())} if link else {}
    empty = Directory(vendors, {}, links, taken, {}, frozenset(), agreed=agreed)
    return replace(empty, **more)


def linked(*there: Record, **more: Any) -> Directory:
    """Returns a directory in which BILL's vendor is linked to 80-1."""
    return known(*(there or [in_quickbooks()]), link=LINKED, **more)


def decided(vendor: Vendor | None = None, directory: Directory | None = None, **set_by_user: Any) -> Decision:
    return VendorDecision(rules(**set_by_user), SCOPE)(row_of(vendor or a_vendor()), directory or known())


def test_a_new_vendor_is_made_with_all_that_bill_says() -> None:
    made = written(decided())
    assert (made.operation, made.label) == ("create", "USD")
    assert (made.body["Name"], made.body["Phone"], made.body["AccountNumber"]) == ("Acme Tools", "555-0100", "G-7")
    assert made.agreed is not None
    assert made.agreed.fields == of_bill(a_vendor())


def test_a_vendor_whose_name_is_taken_by_another_bill_vendor_gets_a_suffix() -> None:
    there = known(in_quickbooks(), taken={"80-1": "v9"})
    assert written(decided(directory=there)).body["Name"] == "Acme Tools (V)"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Keystone: Wire", "Keystone - Wire"),
        ("北京精密", "BeiJingJingMi"),
        ("A" * 60, "A" * 41),
        ("Müller & Söhne", "Müller & Söhne"),
    ],
)
def test_a_name_becomes_one_that_quickbooks_can_hold(name: str, shown: str) -> None:
    assert written(decided(a_vendor(name=name))).body["Name"] == shown


def test_a_name_without_any_letter_that_quickbooks_knows_is_refused() -> None:
    assert "no name that QuickBooks can hold" in refused(decided(a_vendor(name="\u200b"))).reason


def test_a_vendor_with_the_same_name_and_address_is_adopted_with_the_reason_and_nothing_is_written() -> None:
    made = adopted(decided(directory=known(in_quickbooks())))
    assert (made.target_id, made.label) == ("80-1", "USD")
    assert "the same name and the same e-mail and address" in made.evidence
    assert made.agreed is not None
    assert made.agreed.fields == of_bill(a_vendor())


BARE = in_quickbooks(VendorAddress={}, Email="", Phone="", AccountNumber="")


def test_an_adopted_vendor_is_filled_with_what_it_lacks() -> None:
    made = written(decided(directory=known(BARE)))
    assert (made.operation, made.target_id) == ("update", "80-1")
    assert made.evidence == "the same name, and nothing else to compare"
    assert made.body["VendorAddress"]["Addr2"] == "1 Mill Rd"


def test_the_same_name_alone_is_asked_about_if_the_rules_say_so() -> None:
    made = held(decided(directory=known(BARE), same_name="hold"))
    assert made.causes[0].stream == TARGET
    assert 'Map v1 to the right vendor under "vendors"' in made.remedy


def test_the_same_name_at_another_address_is_never_taken() -> None:
    other = in_quickbooks(Email="x@y.example", VendorAddress={"Addr1": "9 Far St", "City": "Reno", "PostalCode": "9"})
    assert (
        "e-mail and address differ" in held(decided(directory=known(other))).reason
        or "address" in held(decided(directory=known(other))).reason
    )


def test_a_mapping_decides_by_id_by_name_or_for_a_new_one() -> None:
    other = known(in_quickbooks("80-7", Name="Tooling Intl"), in_quickbooks())
    assert adopted(decided(directory=other, vendors={"v1": "80-1"})).target_id == "80-1"
    asked = held(decided(directory=other, vendors={"v1": "Tooling Intl"}))  # its name differs: whose counts?
    assert asked.adopts is not None
    assert asked.adopts.target_id == "80-7"
    assert written(decided(directory=other, vendors={"v1": "new"})).body["Name"] == "Acme Tools (V)"
    assert "which QuickBooks Desktop does not have" in held(decided(directory=other, vendors={"v1": "80-9"})).reason


def test_an_inactive_vendor_that_is_adopted_is_put_to_use_again() -> None:
    made = written(decided(directory=known(in_quickbooks(IsActive="false"))))
    assert made.body == {"IsActive": True}


def test_a_vendor_that_agrees_is_kept() -> None:
    assert kept(decided(directory=linked())).agreed is not None


@pytest.mark.parametrize(
    ("bill", "body"),
    [
        ({"phone": "555-9999"}, {"Phone": "555-9999"}),
        ({"phone": ""}, {"Phone": ""}),
        ({"email": "new@acme.example"}, {"Email": "new@acme.example"}),
        ({"accountNumber": "G-8"}, {"AccountNumber": "G-8"}),
        ({"address": None}, {"VendorAddress": {}}),
    ],
)
def test_only_what_was_edited_in_bill_is_changed_there(bill: dict[str, Any], body: dict[str, Any]) -> None:
    made = written(decided(a_vendor(**bill), linked()))
    assert (made.operation, made.target_id, made.body, made.revision) == ("update", "80-1", body, 1)


def test_an_address_is_changed_as_a_whole_below_the_name() -> None:
    made = written(decided(a_vendor(address=ADDRESS | {"line1": "2 New St"}), linked()))
    assert list(made.body["VendorAddress"].values()) == [
        "Acme Tools", "2 New St", "", "", "", "Dayton", "OH", "45402", "USA",
    ]  # fmt: skip


def test_a_vendor_that_bill_renames_is_renamed_wherever_it_showed_the_name_and_keeps_its_street() -> None:
    made = written(decided(a_vendor(name="Fine Tools"), linked()))
    assert {made.body[one] for one in ("Name", "CompanyName", "NameOnCheck")} == {"Fine Tools"}
    assert made.body["VendorAddress"] == in_quickbooks()["VendorAddress"] | {"Addr1": "Fine Tools"}


def test_a_vendor_that_is_renamed_to_a_name_that_is_taken_gets_a_suffix() -> None:
    made = written(decided(a_vendor(name="Other"), linked(in_quickbooks(), in_quickbooks("80-2", Name="Other"))))
    assert (made.body["Name"], made.body["NameOnCheck"]) == ("Other (V)", "Other")


def test_what_was_edited_in_quickbooks_alone_is_not_overwritten() -> None:
    made = kept(decided(directory=linked(in_quickbooks(Phone="555-7777"))))
    assert made.agreed is not None
    assert made.agreed.fields["phone"] == "555-0100"  # so that BILL gets the edit


BOTH = (a_vendor(phone="555-1111"), in_quickbooks(Phone="555-2222", EditSequence="7"))


def test_an_edit_on_both_sides_is_asked_about_and_both_values_are_told() -> None:
    made = held(decided(BOTH[0], linked(BOTH[1])))
    assert "phone: '555-1111' and '555-2222'" in made.reason
    assert [(one.stream, one.id) for one in made.causes] == [(EDITS, "v1/80-1/7")]  # not read again for nothing
    assert (made.adopts, made.suspends) == (None, False)  # bills of it go on


@pytest.mark.parametrize(
    ("prefer", "bill_later", "phone"),
    [
        ("bill", -1, "555-1111"),
        ("quickbooks", 1, None),
        ("newest", 1, "555-1111"),
        ("newest", -1, None),
    ],
)
def test_an_edit_on_both_sides_follows_the_rule(prefer: str, bill_later: int, phone: str | None) -> None:
    ours = BOTH[0].model_copy(update={"updated_time": NOON + timedelta(hours=bill_later)})
    made = decided(ours, linked(BOTH[1]), vendor_edits={"phone": prefer})
    if phone is None:
        assert "'555-2222' counts" in kept(made).reason
    else:
        assert (written(made).body, "'555-1111' counts" in written(made).note) == ({"Phone": phone}, True)


def test_a_vendor_in_the_middle_of_its_adoption_can_be_used_while_a_person_decides_about_a_field() -> None:
    made = held(decided(directory=known(in_quickbooks(Phone="555-2222"))))
    assert made.adopts is not None
    assert made.adopts.agreed is not None
    assert "phone" not in made.adopts.agreed.fields


def test_a_vendor_that_is_gone_suspends_its_link_until_it_is_mapped() -> None:
    gone = linked(in_quickbooks("80-5", Name="Else"))
    made = held(decided(directory=gone))
    assert (made.suspends, made.causes[0].stream) == (True, TARGET)
    assert written(decided(directory=gone, vendors={"v1": "new"})).revision == 1


def test_a_vendor_that_was_merged_away_is_mapped_to_the_one_that_is_left() -> None:
    survivor = in_quickbooks("80-5", Name="Else")
    made = adopted(decided(directory=linked(survivor, taken={"80-5": "v5"}), vendors={"v1": "80-5"}))
    assert made.target_id == "80-5"
    assert made.agreed is None  # the fields are the other one's


def test_a_linked_vendor_follows_a_new_mapping_by_id() -> None:
    there = linked(in_quickbooks(), in_quickbooks("80-5", Name="Acme Tools 2"))
    made = held(decided(directory=there, vendors={"v1": "80-5"}))
    assert made.adopts is not None
    assert made.adopts.target_id == "80-5"
    kept(decided(directory=there, vendors={"v1": "Acme Tools 2"}))  # a name may be another's by now


def test_of_two_that_share_a_vendor_only_the_first_decides_about_its_fields() -> None:
    shared = linked(taken={"80-1": "v0"}, shared=frozenset({"80-1"}))
    assert "shares QuickBooks vendor 80-1 with BILL vendor v0" in kept(decided(a_vendor(phone="1"), shared)).reason
    assert "stands for another one" in kept(decided(a_vendor(archived=True), shared)).reason


def test_an_archived_vendor_is_taken_out_of_use_and_comes_back() -> None:
    made = written(decided(a_vendor(archived=True), linked()))
    assert (made.operation, made.body, made.link_state) == ("archive", {"IsActive": False}, "archived")
    assert kept(decided(a_vendor(archived=True))).reason == "archived in BILL"
    withdrawn = a_link("80-1", "v1", state="archived")
    kept(decided(a_vendor(archived=True), known(in_quickbooks(), link=withdrawn)))
    back = written(decided(directory=known(in_quickbooks(IsActive="false"), link=withdrawn)))
    assert (back.body, back.note, back.link_state) == ({"IsActive": True}, "in use again in BILL", "live")


TERMS: Mapping[str, Any] = {"terms": {"t1": "Net 30"}}
NET_30 = {"80-T": entry_of({"ListID": "80-T", "Name": "Net 30"})}


def test_terms_are_set_where_they_are_mapped_and_missing_ones_are_waited_for() -> None:
    vendor = a_vendor(additionalInfo={"paymentTermId": "t1"})
    assert written(decided(vendor, known(terms=NET_30), **TERMS)).body["TermsRef"] == {"ListID": "80-T"}
    assert written(decided(vendor, linked(terms=NET_30), **TERMS)).body == {"TermsRef": {"ListID": "80-T"}}
    kept(decided(vendor, linked(in_quickbooks(TermsRef={"ListID": "80-T"}), terms=NET_30), **TERMS))
    assert "mapped to 'Net 30'" in held(decided(vendor, linked(), **TERMS)).reason
    assert "TermsRef" not in written(decided(a_vendor(), known(terms=NET_30), **TERMS)).body


def test_a_vendor_that_was_made_of_one_in_quickbooks_is_that_one_and_what_was_edited_there_since_is_kept() -> None:
    made_there = {"v1": Made("80-1", of_bill(a_vendor()))}
    there = known(in_quickbooks(Email="billing@acme.example"), made=made_there)
    made = adopted(decided(directory=there))
    assert (made.target_id, made.evidence) == ("80-1", "made of QuickBooks vendor 80-1")
    assert made.agreed is not None
    assert made.agreed.fields["email"] == "ap@acme.example"


def test_a_vendor_whose_origin_in_quickbooks_is_gone_is_asked_about_and_a_mapping_helps() -> None:
    there = known(in_quickbooks("80-5", Name="Else"), made={"v1": Made("80-1", None)})
    assert held(decided(directory=there)).suspends
    assert written(decided(directory=there, vendors={"v1": "new"})).operation == "create"


def test_a_vendor_has_a_new_version_only_if_something_that_quickbooks_sees_changed() -> None:
    shown = a_vendor().model_dump(mode="json", by_alias=True)
    assert (
        rows(shown)[0].hash == rows(shown | {"updatedTime": "2027-01-01T00:00:00Z", "balance": {"amount": 9}})[0].hash
    )
    for change in ({"phone": "1"}, {"archived": True}, {"address": None}, {"additionalInfo": {"paymentTermId": "t"}}):
        assert rows(shown)[0].hash != rows(shown | change)[0].hash
