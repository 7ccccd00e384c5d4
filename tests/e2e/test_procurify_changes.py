"""What changes after it was sent: orders are revised and cancelled, bills are changed and pulled back, some vanish."""

import re
from decimal import Decimal

from tests.e2e.procurify import Purchasing
from tests.e2e.procurify_agreement import assert_lines
from tests.e2e.procurify_days import look_back_was_yesterday
from tests.e2e.procurify_desk import (
    begin,
    bill,
    clear_logs,
    invoices,
    line,
    listed_as,
    number_of,
    place,
    qad_lines,
    qad_writes,
    told,
)
from tests.sandbox.procurify.records import Order

pytest_plugins = ("tests.e2e.procurify_serving",)


def test_orders_that_change_follow_while_nothing_was_received_and_are_refused_afterwards(
    purchasing: Purchasing,
) -> None:
    it = purchasing
    begin(it)
    revised, received, cancelled, late = (place(it, line("Gloves"), line("Masks", "4", "30.00")) for _ in range(4))
    it.run()
    it.qad.receive(number_of(received), 1, 3)
    it.qad.receive(number_of(late), 2, 4)
    before = [dict(one) for one in qad_lines(it, received)]

    for order in (revised, received):
        gloves, masks = order.lines
        change = [{"id": gloves, "quantity": "12"}]
        it.procurify.revise_po(order.uuid, lines=change, add_lines=[line("Tape", "5", "1.99")], remove_lines=[masks])
    for order in (cancelled, late):
        it.procurify.cancel_po(order.uuid)
    printed = it.run(expect=1)

    assert_lines_follow(it, revised)
    assert qad_lines(it, received) == before
    status = {
        number_of(order): it.qad.orders[it.qad.books.domain, number_of(order)]["orderStatus"] for order in placed(it)
    }
    assert status[number_of(cancelled)] in ("X", "C")
    assert {one["lineStatus"] for one in qad_lines(it, cancelled)} <= {"X", "C"}
    assert status[number_of(late)] == "C", "what was received of an order stays, and nothing more is expected"
    assert told(printed, "refused") == {
        number_of(received): "was revised in Procurify after QAD had received goods for it: "
        f"3 of line {number_of(received)}/1"
    }

    clear_logs(it)
    again = it.run()
    assert (qad_writes(it), told(again, "refused")) == ([], {}), "known and unchanged, and told again"

    receiver = next(one["receiverNumber"] for one in it.qad.receipts.values() if one["quantityReceived"] == 3)
    it.qad.correct_receipt(receiver, number_of(received), 1, Decimal(3))
    it.command("replay", it.connection, "--record-id", number_of(received))
    assert_lines_follow(it, received)
    assert listed_as(it, "refused") == {}


def test_bills_that_change_after_posting_and_documents_that_vanish_are_listed_for_a_person(
    purchasing: Purchasing,
) -> None:
    it = purchasing
    it.rules = {"look_back_hour": 0}
    begin(it)
    order = place(it, line("Gloves", "100", "2.50"))
    gone = place(it, line("Masks"))
    it.run()
    it.qad.receive(number_of(order), 1, 100)
    ids = {
        name: bill(it, name, {"order_item": order.lines[0], "quantity": 5})
        for name in ("KEPT", "CHANGED", "MISTYPED", "PULLED-BACK", "GONE", "PAID")
    }
    it.run()
    assert invoices(it).keys() == ids.keys()

    it.procurify.edit_bill(ids["CHANGED"], items=[{"order_item": order.lines[0], "quantity": 6}])
    it.procurify.edit_bill(ids["MISTYPED"], invoice_number="MISTYPE")
    it.procurify.fix_bill(ids["PULLED-BACK"])
    it.procurify.pay([ids["PAID"]])
    it.procurify.delete_bill(ids["GONE"])
    it.procurify.delete_po(gone.uuid)
    clear_logs(it)
    printed = it.run(expect=1)

    refused = told(printed, "refused")
    assert refused.keys() == {"CHANGED", "MISTYPE", "PULLED-BACK"}
    assert refused["MISTYPE"].endswith("invoice number MISTYPED became MISTYPE")
    assert re.search(r"total 12\.50? became 15\.00?; its lines", refused["CHANGED"])
    assert refused["PULLED-BACK"].endswith("and is a draft again in Procurify")
    assert "is paid in Procurify" in "".join(listed_as(it, "held", "payments").values())
    look_back_was_yesterday(it)
    found = told(it.run(expect=1), "refused")
    assert found.keys() == {"GONE", number_of(gone)}
    assert all(said.endswith("and is not in Procurify any more") for said in found.values())
    assert qad_writes(it) == [], "what a person must decide about was written"

    it.procurify.edit_bill(ids["MISTYPED"], invoice_number="MISTYPED")
    it.procurify.approve_bill(ids["PULLED-BACK"])
    it.qad.pay(it.qad.match(invoices(it)["PAID"]))
    it.run()
    assert listed_as(it, "refused").keys() == {"CHANGED", "GONE", number_of(gone)}
    assert listed_as(it, "held") == {}
    assert len(it.qad.invoices) == len(ids)


def assert_lines_follow(it: Purchasing, order: Order) -> None:
    """Fails unless QAD's lines of an order that still count are Procurify's."""
    closed = {key for key, one in it.qad.order_lines.items() if one["lineStatus"] in ("X", "C")}
    kept = {key: one for key, one in it.qad.order_lines.items() if key in closed}
    for key in closed:
        del it.qad.order_lines[key]
    assert_lines(it, order)
    it.qad.order_lines.update(kept)


def placed(it: Purchasing) -> list[Order]:
    """Returns Procurify's orders."""
    return [*it.procurify.books.orders.values()]
