"""What BILL and QuickBooks Online tell is acted on within seconds; bursts, lost and doubled notices change nothing."""

import json
import os
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.bookkeeping import begin, clear_logs, documents, enter, enter_vendor, later, listed_as, vendors, writes
from tests.e2e.books import Books
from tests.e2e.patience import until
from tests.e2e.ports import unused_port
from tests.e2e.reaching import Reachable, assert_few, now

EVENTS = int(os.environ.get("ML_CONNECTOR_TEST_EVENTS", "100"))  # of the burst
IN_TURN = int(os.environ.get("ML_CONNECTOR_TEST_EVENTS_IN_TURN", "5"))  # of those that wait for each other


@dataclass
class ReachableBooks(Reachable, Books):
    """An installation whose web app BILL and Intuit can reach."""


@pytest.fixture
def up(books: Books) -> Iterator[ReachableBooks]:
    """Yields an installation whose vendors know where to send notifications, while `ml-connector up` runs."""
    it = ReachableBooks(**vars(books), web_port=unused_port())
    begin(it)
    it.quickbooks.options(webhook_urls=[f"{it.web}/webhooks/quickbooks-online"])
    it.apply()
    with it.up():
        it.run()  # which subscribes at BILL
        yield it


def test_a_change_in_either_system_is_acted_on_within_seconds_and_our_own_writes_are_not(up: ReachableBooks) -> None:
    it = up
    it.quickbooks.options(delay_seconds=8)  # Intuit takes its time; on a slow machine we note late what we wrote
    [subscription] = it.bill.subscriptions.values()
    assert subscription["notificationUrl"] == f"{it.web}/webhooks/bill/{it.connection}"
    earlier = {run["id"] for run in it.flow_runs()}

    took = [seconds_to_arrive(it, f"Tools {number}") for number in range(IN_TURN)]

    p95 = statistics.quantiles(took, n=20, method="inclusive")[-1]
    print(f"{IN_TURN} vendors, one after another: p50 {statistics.median(took):.1f} s, p95 {p95:.1f} s")
    print(f"{', '.join(f'{one:.1f}' for one in took)}; {len(accepted(it.bill.deliveries))} of BILL's notices taken")
    vendor = next(iter(it.bill.vendors))
    enter(it, vendor, "INV-1")
    until(lambda: documents(it))
    until(lambda: told_of_ours(it) == IN_TURN + 1 and it.waiting() == 0)
    assert read(it, earlier) == {"vendors", "bills"}, "what we wrote ourselves started a run"

    later(it)
    clear_logs(it)
    it.quickbooks.options(delay_seconds=0)
    mine = vendors(it)["Tools 0"]["Id"]
    it.quickbooks.edit("Vendor", mine, PrimaryEmailAddr={"Address": "typo@erie.example"})
    it.quickbooks.delete("PurchaseOrder", documents(it)["INV-1"]["Id"])
    until(lambda: "quickbooks_vendors" in read(it, earlier) and it.waiting() == 0)
    assert sorted(said.split(",")[0] for said in listed_as(it, "refused").values()) == [
        "differs from BILL: e-mail is typo@erie.example",
        "was deleted in QuickBooks Online",
    ]
    assert writes(it) == []


def test_a_burst_makes_few_runs_and_what_was_never_told_is_found_by_the_next_run(up: ReachableBooks) -> None:
    it = up
    for side in (it.bill, it.quickbooks):
        side.options(duplicate=True, reorder=True)
    earlier = {run["id"] for run in it.flow_runs()}

    began = time.monotonic()
    for number in range(EVENTS):
        enter_vendor(it, f"Burst {number}")
    sent = time.monotonic() - began
    until(lambda: len(it.quickbooks.vendors) >= EVENTS, 120 + EVENTS / 5)
    print(f"{EVENTS} events in {sent:.1f} s: all in QuickBooks after {time.monotonic() - began:.1f} s")
    until(lambda: len(accepted(it.bill.deliveries)) == 2 * EVENTS, 120 + EVENTS / 5)
    until(lambda: told_of_ours(it) == EVENTS)
    told_by = now()
    until(lambda: it.waiting() == 0)
    runs = [run for run in it.flow_runs() if run["id"] not in earlier]
    print(f"{len(runs)} flow runs, which read {sorted(read(it, earlier))}")
    assert_few(runs, told_by)
    assert once(it) == {f"Burst {number}" for number in range(EVENTS)}

    for side in (it.bill, it.quickbooks):
        side.options(duplicate=False, reorder=False, drop=-1)
    later(it)
    told = len(it.bill.deliveries), len(it.quickbooks.deliveries)
    it.bill.edit_vendor(next(iter(it.bill.vendors)), name="Renamed in silence")
    enter_vendor(it, "Entered in silence")
    mine = vendors(it)["Burst 1"]["Id"]
    it.quickbooks.edit("Vendor", mine, PrimaryEmailAddr={"Address": "silent@erie.example"})
    it.run(expect=1)
    assert once(it) >= {"Renamed in silence", "Entered in silence"}
    assert listed_as(it, "refused") == {
        "Burst 1": "differs from BILL: e-mail is silent@erie.example, and empty in BILL",
    }
    assert told == (len(it.bill.deliveries), len(it.quickbooks.deliveries))


def seconds_to_arrive(it: ReachableBooks, name: str) -> float:
    """Enters a vendor in BILL, and returns how long it takes until QuickBooks has it."""
    began = time.monotonic()
    enter_vendor(it, name)
    until(lambda: name in vendors(it))
    return time.monotonic() - began


def read(it: ReachableBooks, earlier: set[str]) -> set[str]:
    """Returns the streams that flow runs read because of notifications, without the earlier runs."""
    return {stream for run in it.flow_runs() if run["id"] not in earlier for stream in run["parameters"]["streams"]}


def accepted(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns the notifications that we took; none was turned away."""
    answers = Counter(row["statusCode"] for row in list(rows))
    assert answers.keys() <= {0, 200}, answers  # 0: on its way
    return [row for row in list(rows) if row["statusCode"] == 200]


def told_of_ours(it: ReachableBooks) -> int:
    """Returns of how many records Intuit has told us."""
    events = [event for row in accepted(it.quickbooks.deliveries) for event in json.loads(row["body"])]
    return len({(event["type"].split(".")[1], event["intuitentityid"]) for event in events})


def once(it: Books) -> set[str]:
    """Returns the names of QuickBooks' vendors, each of which is there once."""
    names = Counter(str(one["DisplayName"]) for one in list(it.quickbooks.vendors.values()))
    assert set(names.values()) == {1}
    return set(names)
