"""Suppliers, accounts and vendors: what buyers pick from follows QAD, and nobody's work is overwritten."""

from typing import Any

import pytest

from blocks.source import content_hash
from flows.procurify_qad import gl_accounts, supplier_of, suppliers
from flows.procurify_qad.gl_accounts import Chart
from flows.procurify_qad.suppliers import Directory
from flows.procurify_qad.vendor_mapping import new_vendor, to_vendor
from flows.unfit import UnfitError
from tasks.outcomes import SOURCE, TARGET, Adopt, Cause, Decision, Hold, Ignore, Keep, Refuse, Write
from tasks.state.mirrors import Mirrored
from tests.unit.flows.procurify_records import gl_account, link, mirrored, row, rules, supplier, vendor

CURRENCIES = {"USD": 3}
ADDRESS: dict[str, Any] = {"street1": "12 Mill Road", "zip": "45402", "email": "ar@northwind.example"}


def directory(*vendors: Mirrored, **known: Any) -> Directory:
    usual: dict[str, Any] = {"links": {}, "taken": frozenset()}
    return Directory({one.id: one for one in vendors}, CURRENCIES, **(usual | known))


def of_supplier(known: Directory, by: dict[str, Any] | None = None, **fields: Any) -> Decision:
    made = supplier(**fields)
    return suppliers.decide(rules(**(by or {})))(row(made, made.code), known)


def test_what_qad_does_not_tell_of_a_supplier_stays_what_it_is_in_procurify() -> None:
    assert to_vendor(supplier(), {}) == {"name": "Northwind", "external_id": "10S1001", "active": True}
    body = to_vendor(supplier(street2="Dock 2", street3="Gate", **ADDRESS), CURRENCIES)
    assert (body["email"], body["addressLineTwo"], body["currency"]) == (["ar@northwind.example"], "Dock 2, Gate", 3)


def test_a_new_vendor_is_one_that_requesters_see() -> None:
    body = new_vendor(to_vendor(supplier(), {}))
    assert (body["type"], body["email"], body["overall_score"]) == (3, [], None)


@pytest.mark.parametrize("flaw", [{"name": " "}, {"name": "N" * 151}, {"city": "C" * 51}])
def test_a_supplier_that_procurify_can_not_hold_is_refused(flaw: dict[str, Any]) -> None:
    with pytest.raises(UnfitError):
        to_vendor(supplier(**flaw), {})
    assert isinstance(of_supplier(directory(), **flaw), Refuse)


def test_a_supplier_that_procurify_does_not_have_is_made_unless_the_rules_say_otherwise() -> None:
    made = of_supplier(directory())
    assert isinstance(made, Write)
    assert made.operation == "create"
    assert isinstance(of_supplier(directory(), {"supplier_scope": "known"}), Ignore)
    assert isinstance(of_supplier(directory(), is_active=False), Ignore)


def test_the_vendor_that_carries_the_code_is_the_one_and_two_of_them_are_a_person_s() -> None:
    made = of_supplier(directory(mirrored("5", "10S1001", "Other name")))
    assert isinstance(made, Write)
    assert (made.operation, made.target_id, "carries the code" in made.evidence) == ("update", "5", True)
    twice = of_supplier(directory(mirrored("5", "10S1001"), mirrored("6", "10S1001")))
    assert isinstance(twice, Hold)
    assert "5, 6" in twice.reason


def test_a_vendor_of_the_same_name_is_the_one_unless_something_says_otherwise() -> None:
    same = mirrored("5", "", "NORTHWIND ")
    made = of_supplier(directory(same))
    assert isinstance(made, Write)
    assert made.target_id == "5"
    elsewhere = mirrored("5", "", "Northwind", email=["x@elsewhere.example"])
    assert isinstance(of_supplier(directory(elsewhere), **ADDRESS), Hold)
    assert isinstance(of_supplier(directory(same, mirrored("6", "", "Northwind"))), Hold)


@pytest.mark.parametrize(
    ("there", "taken"),
    [
        (mirrored("5", "10S9999", "Northwind"), ()),
        (mirrored("5", "", "Northwind", active=False), ()),
        (mirrored("5", "", "Northwind"), ("5",)),
        (mirrored("1", "", "Northwind"), ()),
        (mirrored("5", "", "Northwind", type=5), ()),
        (mirrored("5", "10S1001", "Northwind", type=2), ()),
    ],
)
def test_a_vendor_that_is_another_s_or_none_of_suppliers_is_left_alone(there: Mirrored, taken: tuple[str, ...]) -> None:
    made = of_supplier(directory(there, taken=frozenset(taken)))
    assert isinstance(made, Write)
    assert made.operation == "create"


def test_one_vendor_never_stands_for_two_suppliers() -> None:
    carrying, mapped = mirrored("5", "10S1001"), mirrored("6", "10S7", "NW Ltd")
    assert isinstance(of_supplier(directory(carrying, taken=frozenset({"5"}))), Hold)
    known = directory(carrying, mapped, taken=frozenset({"6"}))
    assert isinstance(of_supplier(known, {"suppliers": {"10S1001": "6"}}), Hold)


def test_the_connection_file_has_the_last_word() -> None:
    same, other = mirrored("5", "", "Northwind"), mirrored("6", "", "NW Ltd")
    mapped = of_supplier(directory(same, other), {"suppliers": {"10S1001": "6"}})
    assert isinstance(mapped, Write)
    assert mapped.target_id == "6"
    new = of_supplier(directory(same), {"suppliers": {"10S1001": "new"}})
    assert isinstance(new, Write)
    assert new.operation == "create"
    assert isinstance(of_supplier(directory(same), {"suppliers": {"10S1001": "77"}}), Hold)


def test_a_linked_vendor_is_changed_only_when_the_supplier_is_otherwise() -> None:
    body = to_vendor(supplier(), CURRENCIES)
    for sent in (body, new_vendor(body)):
        assert isinstance(of_supplier(directory(links={"10S1001": link("5", sent_hash=content_hash(sent))})), Keep)
    known = directory(links={"10S1001": link("5", sent_hash="old")})
    made = of_supplier(known, is_active=False)
    assert isinstance(made, Write)
    assert (made.operation, made.target_id, made.body["active"]) == ("update", "5", False)


def chart(*codes: Mirrored, users: Any = (), linked: str = "") -> Chart:
    places = {"9": mirrored("9", "100", "Assembly"), "12": mirrored("12", "200", "Quality")}
    links = {"6010": link("87", state=linked)} if linked else {}
    return Chart({one.number: one for one in codes}, places, {"6010": frozenset(users)}, links)


def code(**fields: Any) -> Mirrored:
    return mirrored("87", "6010", **{"name": "Supplies", "account_type": 2, **fields})


def of_code(known: Chart, by: dict[str, Any] | None = None, **fields: Any) -> Decision:
    made = gl_account(**fields)
    return gl_accounts.decide_code(rules(**(by or {})))(row(made, made.code), known)


def of_access(known: Chart, by: dict[str, Any] | None = None, **fields: Any) -> Decision:
    made = gl_account(**fields)
    return gl_accounts.decide_access(rules(**(by or {})))(row(made, made.code), known)


def test_a_new_account_is_a_code_with_the_departments_that_may_use_it() -> None:
    made = of_code(chart(), {"account_types": {"6": 5, "60": 4}})
    assert isinstance(made, Write)
    assert made.body == {"code": "6010", "description": "Supplies", "account_type": 4, "departments": [9, 12]}
    some = of_code(chart(), {"account_departments": {"6010": ["200"]}})
    assert isinstance(some, Write)
    assert some.body["departments"] == [12]


def test_an_account_that_can_not_be_made_says_why() -> None:
    assert isinstance(of_code(chart(), is_active=False), Ignore)
    assert isinstance(of_code(chart(), {"accounts": ["7*", "60"]}), Ignore)
    assert isinstance(of_code(chart(), code="6" * 51), Refuse)
    unknown = of_code(chart(), {"default_departments": ["Assembly", "Nowhere"]})
    assert isinstance(unknown, Hold)
    assert ("Nowhere" in unknown.reason, "Assembly" in unknown.reason) == (True, False)


def test_a_code_that_is_there_is_adopted_and_a_rename_follows_without_losing_its_parent() -> None:
    made = of_code(chart(code()))
    assert isinstance(made, Adopt)
    assert made.target_id == "87"
    assert isinstance(of_code(chart(code(), linked="live")), Keep)
    renamed = of_code(chart(code(parent=80), linked="live"), description="Office supplies")
    assert isinstance(renamed, Write)
    assert renamed.body == {"code": "6010", "description": "Office supplies", "account_type": 2, "parent": 80}


def test_an_account_that_was_used_and_is_inactive_now_holds_what_needs_it_and_is_listed_once() -> None:
    held = of_code(chart(code(), linked="live"), is_active=False)
    assert isinstance(held, Hold)
    assert held.suspends
    assert isinstance(of_code(chart(code()), is_active=False), Ignore)
    assert isinstance(of_code(chart(code(active=False), linked="suspended"), is_active=False), Ignore)


@pytest.mark.parametrize(
    ("known", "fields", "said"),
    [
        (chart(code(), users=("9", "12")), {"is_active": False}, "cannot retire"),
        (chart(code(active=False)), {}, "retired in Procurify"),
        (chart(code(), users=("9",)), {}, "Quality"),
    ],
)
def test_what_the_api_can_not_do_is_listed_for_a_person(known: Chart, fields: dict[str, Any], said: str) -> None:
    made = of_access(known, **fields)
    assert isinstance(made, Hold)
    assert said in made.reason
    assert "by hand" in made.remedy


def test_what_a_person_has_done_is_not_listed_any_more() -> None:
    assert isinstance(of_access(chart(code(), users=("9", "12"))), Keep)
    assert isinstance(of_access(chart(code(active=False)), is_active=False), Keep)
    assert isinstance(of_access(chart()), Ignore)


def judged(code: str = "10S1001", **fields: Any) -> Any:
    there = {"10S1001": supplier(**fields.pop("there", {}))}
    return supplier_of._judged(vendor(**fields), code, there)


def test_a_vendor_that_stands_for_a_supplier_is_that_one_a_hidden_one_too() -> None:
    assert judged().code == judged(type=2).code == "10S1001"


@pytest.mark.parametrize("fields", [{"id": 1}, {"type": 1}, {"type": 5}, {"type": 6}])
def test_a_vendor_that_is_no_supplier_is_the_document_s_to_correct(fields: dict[str, Any]) -> None:
    made = judged(**fields)
    assert isinstance(made, Hold)
    assert [one.stream for one in made.causes] == [SOURCE]


@pytest.mark.parametrize(("code", "there"), [("", {}), ("10S7", {}), ("10S1001", {"is_active": False})])
def test_a_vendor_without_a_supplier_in_use_is_waited_for(code: str, there: dict[str, Any]) -> None:
    made = judged(code, there=there)
    assert isinstance(made, Hold)
    assert made.causes == (Cause("vendors", "412"),)
    assert made.remedy


def test_waiting_ends_when_the_vendor_stands_for_a_supplier() -> None:
    waiting = row("412", "412")
    assert isinstance(supplier_of.decide(waiting, {"412": "10S1001"}), Adopt)
    assert isinstance(supplier_of.decide(waiting, {}), Keep)
    assert TARGET not in {one.stream for one in judged("").causes}
