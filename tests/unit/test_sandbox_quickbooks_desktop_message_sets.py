"""A message set of QuickBooks Desktop is executed once, and what came of it is remembered in the company file."""

import pytest

from tests.sandbox.quickbooks_desktop import CompanyFile, QuickBooksDiedError
from tests.sandbox.quickbooks_desktop.driver import Desk, add, bill, document, fields, query, replies, request


@pytest.fixture
def desk() -> Desk:
    return Desk(CompanyFile())


A, B = add("Vendor", Name="A"), add("Vendor", Name="B")


def vendors(desk: Desk) -> list[str]:
    return [each["Name"] for each in desk.company.vendors.values()]


def test_a_repeated_set_is_answered_and_not_executed(desk: Desk) -> None:
    vendor = desk.vendor()
    sent = document(bill(vendor, "5.00"), newMessageSetID="8b17c21b9513e5247fba")
    first = desk.company.process(sent)
    assert '<QBXMLMsgsRs newMessageSetID="8b17c21b9513e5247fba" messageSetStatusCode="0">' in first
    desk.company.end_session()
    desk.company.begin_session("Desk")
    assert desk.company.process(sent) == first
    assert len(desk.company.bills) == 1
    logged = [(each.message, each.message_set_id) for each in desk.company.executed]
    assert logged == [("VendorAdd", ""), ("BillAdd", "8b17c21b9513e5247fba")]
    assert desk.company.executed[1].id in desk.company.bills


def test_without_an_id_nothing_is_remembered(desk: Desk) -> None:
    vendor = desk.vendor()
    for _ in range(2):
        desk.ask(bill(vendor, "5.00"))
    assert len(desk.company.bills) == 2


def test_refusals_are_remembered_too(desk: Desk) -> None:
    sent = document(B, A, newMessageSetID="n1")
    desk.vendor("A")
    assert [each.code for each in replies(desk.company.process(sent))] == [0, 3100]
    desk.company.delete("Vendor", desk.company.books.state.names["a"])
    assert [each.code for each in replies(desk.company.process(sent))] == [0, 3100]
    assert vendors(desk) == ["B"]


def test_other_content_under_a_known_id_is_not_executed(desk: Desk) -> None:
    assert desk.set_code(A, newMessageSetID="n1") == "0"
    assert desk.set_code(B, newMessageSetID="n1") == "9001"
    assert desk.set_code(A, newMessageSetID="n1", on_error="stopOnError") == "9001"
    desk.company.options(checksum_of="requests")
    assert desk.set_code(B, newMessageSetID="n2") == "0"
    assert desk.set_code(B, newMessageSetID="n2", on_error="stopOnError") == "0"
    assert vendors(desk) == ["A", "B"]


def test_status_checks_and_clean_up(desk: Desk) -> None:
    desk.set_code(A, newMessageSetID="n1")
    check = {"newMessageSetID": "n1", "oldMessageSetID": "n1"}
    status = replies(desk.company.process(document(**check)))
    assert [(each.name, each.get("Name")) for each in status] == [("VendorAddRs", "A")]
    assert desk.set_code(newMessageSetID="n9", oldMessageSetID="n9") == "9002"
    assert desk.set_code(oldMessageSetID="n1") == "0"
    assert desk.set_code(oldMessageSetID="n1") == "600"
    assert desk.set_code(**check) == "9002"
    assert desk.send(A, newMessageSetID="n1")[0].code == 3100  # it was forgotten, and is executed again


def test_chaining_forgets_the_old_set_and_remembers_the_new(desk: Desk) -> None:
    desk.set_code(A, newMessageSetID="n1")
    assert desk.set_code(B, oldMessageSetID="n1", newMessageSetID="n2") == "0"
    assert desk.set_code(B, oldMessageSetID="n1", newMessageSetID="n2") == "0"  # repeated, not executed
    assert desk.set_code(add("Vendor", Name="C"), oldMessageSetID="n1", newMessageSetID="n3") == "600"
    assert vendors(desk) == ["A", "B", "C"]
    assert desk.set_code(oldMessageSetID="ClearAllMessageSets") == "0"
    assert desk.set_code(oldMessageSetID="n2") == "600"


def test_an_id_may_be_too_long_or_pushed_out_of_memory(desk: Desk) -> None:
    assert desk.set_code(A, newMessageSetID="x" * 25) == "9004"
    assert vendors(desk) == []
    desk.company.options(message_sets_kept=1)
    desk.set_code(A, newMessageSetID="n1")
    desk.set_code(B, newMessageSetID="n2")
    assert desk.send(A, newMessageSetID="n1")[0].code == 3100
    desk.company.options(cannot_store_responses=True)
    assert desk.set_code(add("Vendor", Name="C"), newMessageSetID="n3") == "9005"
    assert vendors(desk) == ["A", "B", "C"]


def test_each_application_has_its_own_memory(desk: Desk) -> None:
    desk.set_code(A, newMessageSetID="n1")
    other = Desk(desk.company)
    desk.company.begin_session("Other")
    assert other.send(A, newMessageSetID="n1")[0].code == 3100


def test_a_repeated_reply_may_hold_only_identifiers(desk: Desk) -> None:
    vendor = desk.vendor()
    sent = document(bill(vendor, "5.00"), newMessageSetID="n1")
    first = replies(desk.company.process(sent))[0]
    desk.company.options(repeated_reply="error_recovery")
    again = replies(desk.company.process(sent))[0]
    assert [each.tag for each in again.node] == ["ErrorRecovery"]
    assert [each.tag for each in again.node[0]] == ["TxnID", "TxnNumber", "EditSequence"]
    assert (again.code, again.get("TxnID")) == (0, first.get("TxnID"))


@pytest.mark.parametrize(
    ("switch", "code", "elements"), [("remembered", 0, ["BillRet"]), ("bare", 0, []), ("3120", 3120, [])]
)
def test_a_reply_repeated_after_the_object_is_gone(desk: Desk, switch: str, code: int, elements: list[str]) -> None:
    desk.company.options(repeated_when_gone=switch)
    vendor = desk.vendor()
    sent = document(bill(vendor, "5.00"), newMessageSetID="n1")
    desk.company.delete("Bill", replies(desk.company.process(sent))[0].get("TxnID"))
    (again,) = replies(desk.company.process(sent))
    assert (again.code, [each.tag for each in again.node]) == (code, elements)
    assert not desk.company.bills


def test_a_repeated_deletion_is_told_again(desk: Desk) -> None:
    vendor = desk.vendor()
    sent = document(request("ListDel", fields(ListDelType="Vendor", ListID=vendor)), newMessageSetID="n1")
    assert desk.company.process(sent) == desk.company.process(sent)


@pytest.mark.parametrize(("known", "code", "codes"), [(False, "0", [3100, 0, 0]), (True, "9002", [])])
def test_what_was_executed_before_quickbooks_died_stays(desk: Desk, known: bool, code: str, codes: list[int]) -> None:
    desk.company.options(die_after=1, dead_set_known=known)
    desk.send(query("Vendor"))  # reads do not bring it down
    sent = document(A, B, add("Vendor", Name="C"), newMessageSetID="n1")
    with pytest.raises(QuickBooksDiedError):
        desk.company.process(sent)
    assert vendors(desk) == ["A"]
    desk.company.begin_session("Desk")
    answer = desk.company.process(sent)
    assert f'messageSetStatusCode="{code}"' in answer
    assert [each.code for each in replies(answer)] == codes


@pytest.mark.parametrize(("after", "left"), [(0, []), (2, ["A", "B"]), (9, ["A", "B"])])
def test_quickbooks_may_die_before_or_after_all_of_it(desk: Desk, after: int, left: list[str]) -> None:
    desk.company.options(die_after=after)
    with pytest.raises(QuickBooksDiedError):
        desk.send(A, B)
    assert vendors(desk) == left
    assert desk.ask(add("Vendor", Name="C")).code == 0


def test_a_backup_takes_memory_and_objects_back_together(desk: Desk) -> None:
    desk.set_code(A, newMessageSetID="n1")
    backup = desk.company.backup()
    desk.set_code(B, newMessageSetID="n2")
    desk.company.edit_vendor(desk.company.books.state.names["a"], Notes="later")
    desk.company.restore(backup)
    assert vendors(desk) == ["A"] and "Notes" not in next(iter(desk.company.vendors.values()))
    assert desk.set_code(oldMessageSetID="n2") == "600"
    assert desk.send(A, newMessageSetID="n1")[0].code == 0  # remembered
    assert desk.send(B, newMessageSetID="n2")[0].code == 0  # executed anew
    desk.company.restore(backup)  # a backup may be restored again
    assert vendors(desk) == ["A"]
