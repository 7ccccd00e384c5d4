"""What the first runs from BILL to QuickBooks Online cost and bring, within Intuit's own limits."""

import os
from collections import Counter
from math import ceil

from tests.e2e.books import Books
from tests.e2e.books_agreement import assert_agreement
from tests.e2e.costs import task_runs

BOOKS = int(os.environ.get("ML_CONNECTOR_TEST_BOOKS", "150"))  # vendors, and bills
PAGE, BATCH = 90, 30  # records of BILL that are read at once; writes that QuickBooks takes at once
MINUTES = 600  # seconds between the first run and the second one, for both systems
ONCE = 12  # calls that no record is the reason of: sign-in, settings, lists, a first page of each stream
PER_STREAM = Counter({"GET bill": 7, "GET quickbooks": 2})


def test_all_arrive_once_in_full_batches_and_the_second_run_asks_once_for_each_stream(books: Books) -> None:
    it = books
    opened_before(it)
    it.seed(BOOKS, BOOKS, lines=3)
    it.number_apart()
    it.apply()

    first = it.run()

    assert (first["outcomes"]["vendors"], first["outcomes"]["bills"]) == ({"created": BOOKS}, {"created": BOOKS})
    assert_agreement(it.bill, it.quickbooks)
    assert it.quickbooks.throttled == 0
    pages, batches = 2 * ceil(BOOKS / PAGE), it.quickbooks.batches
    assert len(batches) <= 2 * ceil(BOOKS / BATCH) + 2 * pages  # names and numbers that are taken go again, together
    others = len(it.quickbooks.calls()) - len(batches)
    assert others <= ONCE + 3 * pages, "a call for each record"
    asked = len(it.bill.frame.log)
    assert asked <= ONCE + pages + BOOKS  # one for each bill, because BILL's list leaves their lines out
    runs = task_runs(it)
    assert runs <= 30 + 4 * pages
    print(
        f"first run of {BOOKS} and {BOOKS}: {len(batches)} batches with {sum(batches) / len(batches):.0f} writes each,"
    )
    print(f"{others} other calls of QuickBooks, {asked} of BILL, {runs} task runs")

    second = again(it)

    assert not [counts for counts in second["outcomes"].values() if counts]
    assert calls(it) == PER_STREAM
    print(f"second run: {dict(PER_STREAM)}, {task_runs(it)} task runs")


def opened_before(it: Books) -> None:
    """Both systems are ten minutes behind us, so that they can be in the present for the second run."""
    for one in (it.bill, it.quickbooks):
        one.frame.clock.advance(-MINUTES)


def again(it: Books) -> dict[str, dict[str, Counter[str]]]:
    """Returns what a run prints that comes ten minutes later."""
    for one in (it.bill, it.quickbooks):
        one.frame.clock.advance(MINUTES)
        one.frame.log.clear()
    return it.run()


def calls(it: Books) -> Counter[str]:
    """Returns how often each system was called, by method."""
    logs = {"bill": it.bill.frame.log, "quickbooks": it.quickbooks.frame.log}
    return Counter(f"{row.method} {name}" for name, log in logs.items() for row in log)
