"""Bills that wait for one receipt go by themselves once it is posted, all of them, without a click."""

import os
from decimal import Decimal

from tests.e2e.procurify import Purchasing
from tests.e2e.procurify_bills_agreement import assert_bills
from tests.e2e.procurify_desk import (
    begin,
    bill,
    clear_logs,
    invoices,
    line,
    listed_as,
    number_of,
    place,
    qad_writes,
    receive,
)
from tests.e2e.procurify_witness import Witness

pytest_plugins = ("tests.e2e.procurify_serving",)

HELD = int(os.environ.get("ML_CONNECTOR_TEST_HELD_BILLS", "30"))


def test_bills_that_wait_for_one_receipt_go_in_the_next_run_once_it_is_posted(purchasing: Purchasing) -> None:
    it = purchasing
    witness = Witness(it.qad)
    begin(it)
    order = place(it, line("Gloves", str(HELD), "2.50"), line("Masks", "1", "30.00"))
    gloves, masks = order.lines
    for number in range(HELD):
        bill(it, f"G-{number}", {"order_item": gloves, "quantity": 1})
    bill(it, "M-1", {"order_item": masks, "quantity": 1})
    it.procurify.receive(gloves, 2)

    it.run()
    held = listed_as(it, "held")
    assert held.keys() == {*(f"G-{number}" for number in range(HELD)), "M-1"}
    assert held["G-0"] == f"waits for receipts in QAD: {number_of(order)}/1: billed 1, QAD received 0, Procurify 2"

    clear_logs(it)
    it.run()
    assert qad_writes(it) == [], "a bill that waits was tried"
    waited = len(it.qad.frame.log)

    receipt = it.qad.receive(number_of(order), 1, HELD)
    clear_logs(it)
    told = it.run()

    assert told["outcomes"]["bills"] == {"created": HELD}
    assert told["outcomes"]["receipts"].keys() <= {"unchanged"}
    assert assert_bills(it, witness) == HELD
    assert invoices(it).keys() == held.keys() - {"M-1"}
    assert listed_as(it, "held").keys() == {"M-1"}
    matched = [it.qad.match(one) for one in invoices(it).values()]
    assert {(one["isApproved"], one["holdAmountTC"]) for one in matched} == {(True, 0)}, "the three-way match fails"
    calls = len(it.qad.frame.log) - HELD
    print(f"{HELD} bills held: {waited} calls of QAD in a run that waits, {calls} and one for each in that which posts")
    assert waited <= 20, "a call for each bill that waits"

    it.qad.correct_receipt(receipt["receiverNumber"], number_of(order), 1, Decimal(HELD))
    it.qad.receive(number_of(order), 2, 1)
    it.run()
    assert "M-1" in invoices(it), "what was taken back of another line keeps nothing back"
    assert listed_as(it, "held") == {}


def test_bills_of_one_line_go_one_after_another_as_far_as_goods_came(purchasing: Purchasing) -> None:
    it = purchasing
    witness = Witness(it.qad)
    begin(it)
    order = place(it, line("Screws", "100", "0.10"), line("Service", "900.00", "1", receive_method=1))
    screws, service = order.lines
    for number in range(4):
        bill(it, f"S-{number}", {"order_item": screws, "quantity": 25}, invoice_date=f"2026-11-0{number + 1}")
    for number in range(3):
        bill(it, f"A-{number}", {"order_item": service, "cost": "300.00"}, invoice_date=f"2026-11-0{number + 1}")
    it.run()
    posted = [assert_bills(it, witness)]

    for quantity, part in (("60", "0.5"), ("39.9", "0.1"), ("0.1", "0.4")):
        it.qad.receive(number_of(order), 1, Decimal(quantity))
        it.qad.receive(number_of(order), 2, Decimal(part))
        it.run()
        posted.append(assert_bills(it, witness))

    assert posted == [0, 3, 4, 7]  # of screws 2, 3 and 4; of the service 1, 1 and 3


def test_a_line_that_qad_counts_in_money_is_not_held_for_a_cent_of_rounding(purchasing: Purchasing) -> None:
    it = purchasing
    witness = Witness(it.qad)
    begin(it)
    order = place(it, line("Resistors", "9000", "0.01234567"))  # 111.11; QAD keeps five decimals of a price
    for half in ("FIRST", "SECOND"):  # 55.56 each
        bill(it, half, {"order_item": order.lines[0], "quantity": 4500})
    it.run()
    it.qad.receive(number_of(order), 1, Decimal("0.5"))
    it.run()
    posted = assert_bills(it, witness)
    receive(it, order)
    it.run()

    assert posted == 1
    assert assert_bills(it, witness) == 2, listed_as(it, "held")
