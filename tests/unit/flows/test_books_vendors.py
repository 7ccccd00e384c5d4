"""Which QuickBooks vendor stands for a vendor of BILL, and what becomes of it: never by name alone unsaid."""

from collections.abc import Mapping
from typing import Any

import pytest

from blocks.source import Row, content_hash
from flows.bill_quickbooks_online.counterparts import Directory
from flows.bill_quickbooks_online.vendors import VendorDecision, rows
from tasks.outcomes import Decision, Hold, Keep, Refuse, Write
from tasks.state.mirrors import Mirrored
from tasks.state.models import Link
from tests.unit.flows.books_records import a_link, a_vendor, company, rules

ALIKE = Mirrored("58", "", "ACME  tools", True, {"PrimaryEmailAddr": {"Address": "AP@acme.example"}})


def written(decision: Decision) -> Write:
    assert isinstance(decision, Write), decision
    return decision


def held(decision: Decision) -> Hold:
    assert isinstance(decision, Hold), decision
    return decision


def of_vendor(
    *known: Mirrored,
    by: Any = None,
    to: Link | None = None,
    taken: Mapping[str, str] | None = None,
    later: int = 0,
    changed: bool = False,
    **more: Any,
) -> Decision:
    vendor = a_vendor(**more)
    terms = {"3": Mirrored("3", "", "Net 30", True, {})}
    directory = Directory(
        {one.id: one for one in known},
        terms,
        {"v1": to} if to else {},
        taken or {},
        {"v1": later} if later else {},
        frozenset({"57"} if changed else ()),
    )
    return VendorDecision(by or rules(), company())(Row("v1", vendor.name or "", "h", vendor), directory)


def linked(state: str = "live", **more: Any) -> Link:
    same = written(of_vendor(**more))
    return a_link("57", "v1", kind="vendor", state=state, sent_hash=content_hash(same.body), label="USD")


def test_a_new_vendor_is_made() -> None:
    made = written(of_vendor())
    assert (made.operation, made.kind, made.label, made.body["DisplayName"]) == (
        "create",
        "vendor",
        "USD",
        "Acme Tools",
    )


@pytest.mark.parametrize(
    ("there", "why"),
    [
        (ALIKE, "same name and the same e-mail"),
        (ALIKE._replace(name="Acme Tools (deleted)", active=False), "same name and the same e-mail"),
        (ALIKE._replace(body={"TaxIdentifier": "XXXXXX4321"}), "same name and the same end of the tax id"),
        (
            ALIKE._replace(body={"BillAddr": {"Line1": "1 main st", "PostalCode": "89501"}}),
            "same name and the same address",
        ),
        (ALIKE._replace(body={}), "the same name, and nothing else to compare"),
    ],
)
def test_a_namesake_is_adopted_and_why_is_recorded(there: Mirrored, why: str) -> None:
    made = written(of_vendor(there))
    assert (made.operation, made.target_id) == ("update", "58")
    assert made.note.startswith("adopted: ")
    assert why in made.note
    assert made.body["Active"] is True


def test_adopting_a_vendor_clears_nothing_of_it() -> None:
    made = written(of_vendor(ALIKE, phone=None, address=None, accountNumber=None, additionalInfo=None))
    assert set(made.body) == {"DisplayName", "CompanyName", "PrimaryEmailAddr", "Active"}


@pytest.mark.parametrize(
    ("there", "apart"),
    [
        ([ALIKE, ALIKE._replace(id="59")], ""),
        ([ALIKE._replace(body={}), ALIKE._replace(id="59", body={})], ""),
        ([ALIKE._replace(body={"PrimaryEmailAddr": {"Address": "else@x.example"}})], "e-mail differs"),
        ([ALIKE._replace(body={**ALIKE.body, "TaxIdentifier": "XXXXXX9999"})], "end of the tax id differs"),
        ([ALIKE._replace(body={**ALIKE.body, "CurrencyRef": {"value": "EUR"}})], "currency differs"),
    ],
)
def test_a_namesake_that_is_not_clearly_the_one_is_held_for_a_person(there: list[Mirrored], apart: str) -> None:
    made = held(of_vendor(*there))
    assert "has the name 'Acme Tools' already (58" in made.reason
    assert made.reason.endswith(apart)
    assert made.remedy == 'Map v1 to the right vendor under "vendors" in the connection file, or to "new".'


def test_evidence_decides_between_namesakes() -> None:
    made = written(of_vendor(ALIKE._replace(body={}), ALIKE._replace(id="59")))
    assert made.target_id == "59"


def test_by_name_alone_nothing_is_adopted_if_the_rules_say_so() -> None:
    assert isinstance(of_vendor(ALIKE._replace(body={}), by=rules(same_name="hold")), Hold)
    assert isinstance(of_vendor(ALIKE, by=rules(same_name="hold")), Write)


def test_a_mapped_vendor_is_adopted_if_it_is_there() -> None:
    for said in ("58", "acme tools"):
        made = written(of_vendor(ALIKE._replace(name="Acme Tools"), by=rules(vendors={"v1": said})))
        assert (made.operation, made.target_id, made.note) == ("update", "58", "adopted: mapped in the connection file")
    missing = held(of_vendor(by=rules(vendors={"v1": "404"})))
    assert "maps vendor v1 to 404, which QuickBooks Online does not have" in missing.reason
    assert missing.remedy == "Correct the mapping."


@pytest.mark.parametrize(
    ("there", "more"),
    [
        ([ALIKE], {"by": rules(vendors={"v1": "new"})}),
        ([ALIKE], {"taken": {"58": "v9"}}),
        ([], {"later": 1}),
        ([ALIKE], {"later": 1}),
    ],
)
def test_a_vendor_whose_name_another_one_has_gets_a_variant_of_it(there: list[Mirrored], more: dict[str, Any]) -> None:
    made = written(of_vendor(*there, **more))
    assert (made.operation, made.body["DisplayName"]) == ("create", "Acme Tools (Vendor)")
    assert made.body["CompanyName"] == "Acme Tools"


def test_the_next_variant_is_taken_when_that_one_is_used_too() -> None:
    there = [ALIKE, ALIKE._replace(id="59", name="Acme Tools (Vendor)")]
    made = written(of_vendor(*there, taken={"58": "v9", "59": "v8"}))
    assert made.body["DisplayName"] == "Acme Tools (Vendor 2)"


def test_a_known_vendor_is_updated_only_when_it_changed() -> None:
    assert of_vendor(to=linked()) == Keep()
    made = written(of_vendor(to=linked(), email="new@acme.example"))
    assert (made.operation, made.target_id) == ("update", "57")
    cleared = written(of_vendor(to=linked(), email=None))
    assert cleared.body["PrimaryEmailAddr"] == {}


def test_a_known_vendor_that_differs_in_quickbooks_is_made_again_what_bill_says() -> None:
    made = written(of_vendor(to=linked(), changed=True))
    assert (made.operation, made.target_id) == ("update", "57")


def test_an_archived_vendor_goes_out_of_use_once_and_comes_back() -> None:
    made = written(of_vendor(to=linked(), archived=True))
    assert (made.operation, made.target_id, made.body, made.link_state) == (
        "archive",
        "57",
        {"Active": False},
        "archived",
    )
    assert of_vendor(archived=True) == Keep("archived in BILL")
    assert of_vendor(to=linked("archived"), archived=True) == Keep("archived in BILL")
    back = written(of_vendor(to=linked("archived")))
    assert (back.operation, back.link_state, back.note, back.body["Active"]) == (
        "update",
        "live",
        "in use again in BILL",
        True,
    )


def test_a_term_is_said_as_the_rules_map_it() -> None:
    info: dict[str, Any] = {"additionalInfo": {"paymentTermId": "t1"}}
    assert written(of_vendor(by=rules(terms={"t1": "net 30"}), **info)).body["TermRef"] == {"value": "3"}
    assert "TermRef" not in written(of_vendor(**info)).body
    missing = of_vendor(by=rules(terms={"t1": "Net 60"}), **info)
    assert isinstance(missing, Hold | Refuse)
    assert "'Net 60', which QuickBooks Online does not have" in missing.reason


def test_a_vendor_that_quickbooks_cannot_take_is_refused_by_name() -> None:
    made = of_vendor(name=" : ")
    assert isinstance(made, Refuse)
    assert made.reason == "Vendor v1 has no name"


def test_only_what_quickbooks_gets_to_see_makes_a_vendor_look_changed() -> None:
    told: dict[str, Any] = {"id": "v1", "name": "Acme Tools", "additionalInfo": {"taxId": "98-7654321"}}
    [before], [same] = rows(told), rows(told | {"networkStatus": "CONNECTED", "updatedTime": "2026-01-01T00:00:00Z"})
    assert before.hash == same.hash
    for change in ({"archived": True}, {"email": "a@b.example"}, {"additionalInfo": {"taxId": "98-7654322"}}):
        [changed] = rows(told | change)
        assert changed.hash != before.hash
