"""Where a bill or a vendor could be taken for another one, held for ever, or passed over: one test for each."""

from dataclasses import replace
from datetime import date

from blocks.quickbooks_online.models import Document
from blocks.quickbooks_online.models import Vendor as There
from blocks.source import Row, content_hash
from flows.bill_quickbooks_online.entered import entered
from flows.bill_quickbooks_online.mapping import marker
from flows.bill_quickbooks_online.validation import Counterparts, VendorCheck
from tasks.outcomes import TARGET, Adopt, Hold, Keep, Refuse, Write
from tests.unit.flows.books_records import REFS, a_line, a_link, a_part, company, rules
from tests.unit.flows.test_books_decisions import KNOWN, body_of, decided, sent, written
from tests.unit.flows.test_books_validation import of_document
from tests.unit.flows.test_books_vendors import ALIKE, linked, of_vendor

ENTERED = {"Id": "170", "TotalAmt": "12.50", "TxnDate": "2026-11-02", "DocNumber": "NW-1", "VendorRef": {"value": "57"}}


def there(note: str = "", number: str = "170") -> Document:
    return Document.model_validate({**ENTERED, "Id": number, "PrivateNote": note})


def test_a_deleted_draft_is_not_held_for_ever() -> None:
    assert isinstance(decided(a_part(recordStatus="DRAFT_DELETED", archived=True)), Keep)
    assert isinstance(decided(a_part(recordStatus="DRAFT", archived=True)), Hold)


def test_closed_books_do_not_hold_a_bill_that_has_nothing_to_send() -> None:
    closed = company(closed_until=date(2026, 12, 31))
    assert decided(known=sent(a_part()), of=closed) == Keep()
    assert isinstance(decided(of=closed), Hold)
    assert isinstance(decided(a_part(a_line("99.00")), known=sent(a_part()), of=closed), Hold)


def test_a_department_is_not_lost_where_the_lines_have_classes_of_their_own() -> None:
    part = a_part(a_line("1", "d1", "c1"), a_line("2", "d2", "c2"))
    made = decided(part)
    assert isinstance(made, Hold)
    assert "2 departments" in made.reason


def test_a_document_of_another_bill_is_not_adopted_however_equal() -> None:
    row = Row("00n1", "NW-1", "h", a_part())
    found = entered([row], [there("BILL bill 00n9 of 008GLOBEX: invoice NW-1")], REFS.vendors)
    assert isinstance(decided(known=replace(KNOWN, entered=found)), Write)


def test_two_equal_bills_do_not_share_what_somebody_entered_once() -> None:
    rows = [Row(one, "NW-1", "h", a_part(id=one)) for one in ("00n1", "00n2")]
    found = entered(rows, [there()], REFS.vendors)
    assert list(found.same) == ["00n1"]
    assert found.alike == {}


def test_a_document_that_names_the_bill_is_its_own_even_if_others_come_first() -> None:
    rows = [Row(one, "NW-1", "h", a_part(id=one)) for one in ("00n1", "00n2")]
    own = there(marker(rows[1].content), "171")
    found = entered(rows, [own, there()], REFS.vendors)
    assert {one: document.id for one, document in found.same.items()} == {"00n2": "171", "00n1": "170"}


def test_a_part_of_a_bill_does_not_adopt_the_whole() -> None:
    part = a_part()._replace(department="d1")
    found = entered([Row("00n1", "NW-1", "h", part)], [there()], REFS.vendors)
    assert found.same == {}
    assert isinstance(decided(part, replace(KNOWN, entered=found)), Hold)


def test_a_replay_is_not_taken_for_written_already() -> None:
    link = sent(a_part()).links["00n1"]
    link.sent_hash = content_hash({name: value for name, value in body_of(a_part()).items() if name != "POStatus"})
    known = replace(sent(a_part(), changed=True, TotalAmt="1"), links={"00n1": link})
    assert written(decided(known=known)).revision == link.revision + 1
    to = linked()
    assert written(of_vendor(to=to, changed=True)).revision == to.revision + 1


def test_a_term_that_is_mapped_wrongly_blames_the_mapping_and_is_looked_at_again() -> None:
    made = of_vendor(by=rules(terms={"t1": "Net 60"}), additionalInfo={"paymentTermId": "t1"})
    assert isinstance(made, Hold)
    assert made.causes[0].stream == TARGET
    assert "connection file" in made.remedy


def test_a_vendor_that_is_gone_is_not_said_to_be_there() -> None:
    vendor = There.model_validate({"Id": "57", "status": "Deleted"})
    known = Counterparts({"57": a_link("57", "v1")}, {}, frozenset())
    made = VendorCheck(rules())(Row("57", "Acme", "h", vendor), known)
    assert isinstance(made, Refuse)
    assert made.reason == "is not in QuickBooks Online any more"


def test_a_withdrawn_order_that_people_open_again_is_listed() -> None:
    assert isinstance(of_document(a_link("162", state="archived"), POStatus="Open"), Refuse)
    assert isinstance(of_document(a_link("162", state="archived"), POStatus="Closed"), Keep)


def test_an_adopted_vendor_keeps_what_bill_does_not_tell() -> None:
    made = written(of_vendor(ALIKE, phone=None))
    assert made.evidence
    assert "PrimaryPhone" not in made.body
    link = a_link("58", "v1", kind="vendor", sent_hash=content_hash(made.body), label="USD", evidence=made.evidence)
    assert of_vendor(ALIKE, phone=None, to=link) == Keep()


def test_several_classes_can_be_cured_in_quickbooks_too() -> None:
    part = a_part(a_line("1", named="c1"), a_line("2", named="c2"))
    made = decided(part, of=company(class_per="document"))
    assert isinstance(made, Hold)
    assert made.causes[0].stream == TARGET
    assert "classes by line" in made.remedy


def test_what_was_entered_by_hand_and_agrees_is_adopted() -> None:
    row = Row("00n1", "NW-1", "h", a_part())
    made = decided(known=replace(KNOWN, entered=entered([row], [there("please pay")], REFS.vendors)))
    assert isinstance(made, Adopt)
