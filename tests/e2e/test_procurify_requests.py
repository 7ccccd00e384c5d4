"""How Procurify is asked: rarely, with a pause, one request at a time, in pages that it can bear, and never in vain."""

import re
from itertools import pairwise

from tests.e2e.procurify import Purchasing
from tests.e2e.procurify_desk import begin, bill, clear_logs, place, receive
from tests.sandbox.faults import Fault
from tests.sandbox.procurify.gate import SIGN_IN, Seen

pytest_plugins = ("tests.e2e.procurify_serving",)

PAUSE = 0.05  # seconds
ORDERS = 24  # more than two small pages have
REFUSED_AND_ASKED = 2  # the call that was refused, and the one that finds out whether all are
READS = ("GET", "HEAD", "OPTIONS")


def test_a_poll_with_nothing_changed_asks_little_and_every_read_keeps_its_distance(purchasing: Purchasing) -> None:
    it = purchasing
    it.credentials = {"read_pause_seconds": PAUSE}
    begin(it)
    placed = [place(it) for _ in range(6)]
    for order in placed:
        bill(it, f"B-{order.id}", {"order_item": order.lines[0], "quantity": 10})
    it.run()
    first = len(it.procurify.requests())
    for order in placed:
        receive(it, order)
    it.run()
    clear_logs(it)
    before = len(it.procurify.requests())

    told = it.run()

    asked = it.procurify.requests()[before:]
    assert len(it.qad.invoices) == len(placed)
    assert told["message"] == "in agreement, nothing changed"
    print(f"first run: {first} requests of Procurify; idle poll: {len(asked)}, and {len(it.qad.frame.log)} of QAD")
    print("\n".join(row.line for row in asked))
    assert {row.method for row in asked} == {"GET"}
    assert len(asked) <= 5, "orders, their lines, bills, payments and who we are"
    assert_spaced(it.procurify.requests())
    assert it.procurify.frame.max_in_flight() == 1


def test_a_suspension_ends_the_run_with_a_clear_message_and_nobody_calls_any_more(purchasing: Purchasing) -> None:
    it = purchasing
    begin(it)
    for number in range(12):
        order = place(it)
        bill(it, f"B-{number}", {"order_item": order.lines[0], "quantity": 1})
    left = iter(range(25))

    def suspend(_call: object) -> None:
        if next(left, None) is None:
            it.procurify.switches.suspended = True

    it.procurify.between_calls(suspend)
    done = it.command("run", it.pair, it.connection, expect=3)

    rows = it.procurify.requests()
    refused = [row for row in rows if row.status == 403]
    assert len(rows) > 25 and rows[-len(refused) :] == refused, "a call succeeded after one that was refused"
    assert len(refused) <= REFUSED_AND_ASKED
    said = done.stderr.strip().splitlines()[-1]
    assert "API access looks suspended" in said, said
    assert re.search(r"no call is made until \d\d:\d\d UTC", said), said

    again = it.command("run", it.pair, it.connection, expect=3)
    checked = it.command("check", it.connection, expect=3)
    assert it.procurify.requests() == rows, "a request arrived while suspended"
    assert "API access looks suspended" in again.stderr
    assert "suspended" in checked.stdout + checked.stderr

    it.procurify.between_calls(None)
    it.procurify.restore_access()
    it.procurify.books.client_secret = "emu-Secret-of-a-new-application"
    it.apply()
    it.run()
    assert len(it.qad.orders) == 12, "new credentials are tried at once"


def test_pages_that_take_too_long_become_smaller_and_stay_so(purchasing: Purchasing) -> None:
    it = purchasing
    it.credentials = {"page_size": 20}
    begin(it)
    for _ in range(ORDERS):
        place(it)
    it.procurify.options(timeout_page_size=10)
    throttled = {"errors": {"detail": {"message": "Request was throttled.", "code": "throttled"}}}
    turned = Fault("status", "GET /api/v3/order-items/", status=429, body=throttled, headers={"Retry-After": "2"})
    it.procurify.frame.faults.add(turned)

    it.run()

    sizes = sizes_of(it.procurify.requests())
    assert sizes.count(20) == 1, "a size that took too long was asked for again"
    assert len(it.qad.orders) == ORDERS
    before = len(it.procurify.requests())
    it.run()
    rows = it.procurify.requests()[before:]
    assert set(sizes_of(rows)) == {10}
    assert turned.struck == 1
    waits = [after.at - row.at for row, after in pairwise(rows) if row.status == 429]
    assert [wait >= 2 for wait in waits] == [True]


def assert_spaced(rows: list[Seen]) -> None:
    """Fails unless each read began so much later than the call before it, over all runs; sign-ins are no calls."""
    calls = [row for row in rows if row.path != SIGN_IN]
    gaps = [after.at - row.at for row, after in pairwise(calls) if after.method in READS]
    print(f"{len(gaps)} reads, at least {min(gaps):.3f} s after the call before them")
    assert min(gaps) >= PAUSE


def sizes_of(rows: list[Seen]) -> list[int]:
    """Returns the sizes of the pages that were asked for."""
    return [int(size) for row in rows for size in re.findall(r"page_size=(\d+)", row.query)]
