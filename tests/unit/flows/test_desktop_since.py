"""What changed in QuickBooks Desktop is read without a gap, whatever the clocks say, and what is gone is noticed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flows.bill_quickbooks_desktop import lists
from flows.bill_quickbooks_desktop.beginning import questions
from flows.bill_quickbooks_desktop.changes import BILL, VENDOR, Changed, all_dealt_with, is_deleted, remembered_from
from flows.bill_quickbooks_desktop.lists import vendor_questions
from flows.bill_quickbooks_desktop.rules import PAIR
from flows.bill_quickbooks_desktop.since import OVERLAP, VENDORS, Seen, reading_from
from tasks.outcomes import Outcome
from tasks.run import Request, Run, open_run
from tasks.state import progress
from tasks.state.models import utc_now
from tasks.state.store import Store
from tasks.stream import Stream
from tests.sandbox.quickbooks_desktop import CompanyFile
from tests.unit.blocks.desktop_company import Way, client_of
from tests.unit.flows.desktop_records import a_bill, in_quickbooks, row_of

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=5)


@pytest.fixture
async def run(store: Store) -> AsyncIterator[Run]:
    async with opened(store) as one:
        yield one


def opened(store: Store, **asked: Any) -> Any:
    return open_run(
        PAIR, "acme", Request(**asked), run_id="r1", retried=False, identities=("o", "f"), rules_hash="r",
        settle_seconds=0, store=store,
    )  # fmt: skip


def seen(run: Run, kind: str, at: datetime) -> Seen:
    found = Seen(run, kind)
    found.note([in_quickbooks(TimeModified=at.isoformat()), in_quickbooks(TimeModified=(at - OVERLAP).isoformat())])
    return found


def test_a_kind_that_was_never_read_is_read_whole(run: Run) -> None:
    assert reading_from(run.ledger, "Bill", None) is None


def test_a_reading_begins_two_hours_before_the_last_one(run: Run) -> None:
    assert reading_from(run.ledger, "Bill", NOW) == NOW - OVERLAP
    seen(run, "Bill", NOW + timedelta(days=1)).keep()  # a clock that is ahead makes no gap
    assert reading_from(run.ledger, "Bill", NOW) == NOW - OVERLAP


def test_a_clock_that_is_behind_is_followed(run: Run) -> None:
    seen(run, "Bill", EARLIER).keep()
    assert reading_from(run.ledger, "Bill", NOW) == EARLIER - OVERLAP


def test_of_a_kind_that_was_never_seen_the_vendors_tell_of_the_clock(run: Run) -> None:
    seen(run, VENDORS, EARLIER).keep()
    assert reading_from(run.ledger, "Bill", NOW) == EARLIER - OVERLAP


def test_a_list_of_vendors_that_was_empty_is_read_whole_again(run: Run) -> None:
    assert reading_from(run.ledger, VENDORS, NOW) is None
    assert [one.message for one in vendor_questions(run.ledger, NOW)] == ["VendorQuery"]


def test_what_was_seen_counts_only_once_all_of_it_is_dealt_with(run: Run) -> None:
    seen(run, "Bill", EARLIER)
    assert reading_from(run.ledger, "Bill", NOW) == NOW - OVERLAP


async def test_a_dry_run_remembers_nothing(store: Store) -> None:
    async with opened(store, dry_run=True) as dry:
        seen(dry, "Bill", EARLIER).keep()
        assert reading_from(dry.ledger, "Bill", NOW) == NOW - OVERLAP


def changed(run: Run, company: CompanyFile, kind: Any = BILL) -> Changed:
    return Changed(run, client_of(Way(company)), kind)


def a_company(bills: int = 2) -> CompanyFile:
    company = CompanyFile()
    company.add_account("Office Supplies")
    company.add_vendor("Acme Tools")
    for number in range(bills):
        company.add_bill("Acme Tools", [("Office Supplies", "10.00")], RefNumber=f"N-{number}")
    return company


async def test_what_was_changed_and_deleted_comes_once_and_a_run_that_ends_well_goes_on_behind_it(run: Run) -> None:
    company = a_company()
    first, second = company.bills
    company.delete("Bill", first)
    reader = changed(run, company)
    page = await reader.page(utc_now() - timedelta(hours=1), utc_now(), "")
    assert {row.id: is_deleted(row.content) for row in page.rows} == {first: True, second: False}
    ahead = utc_now() + timedelta(days=1)
    assert reading_from(run.ledger, "Bill", ahead) == ahead.replace(microsecond=0) - OVERLAP
    all_dealt_with([Stream("quickbooks_bills", reader, lambda row, _known: None)])  # type: ignore[arg-type, return-value]
    begin = reading_from(run.ledger, "Bill", ahead)
    assert begin is not None
    assert begin < utc_now() - OVERLAP + timedelta(minutes=1)


async def test_what_quickbooks_has_forgotten_to_be_deleted_is_looked_up(run: Run) -> None:
    company = a_company()
    first, second = company.bills
    for number, one in enumerate((first, second, "FF-1")):
        row = row_of(a_bill(id=f"00n{number}"))
        run.keep([Outcome("bills", row, "created", target_id=one, link={"kind": "bill", "state": "live"})])
    reader = changed(run, company)
    long_ago = remembered_from() - timedelta(days=1)
    assert {row.id for row in (await reader.page(long_ago, utc_now(), "")).rows} == {first, second, "FF-1"}
    lately = await reader.page(utc_now() - timedelta(days=1), utc_now(), "")
    assert {row.id for row in lately.rows} == {first, second}


async def test_what_people_ask_for_by_ids_of_bill_is_not_asked_of_quickbooks(run: Run) -> None:
    company = a_company()
    first, _second = company.bills
    reader = changed(run, company)
    before = len(company.executed)
    assert await reader.load(["00n01ABCDEFGHIJ12345", "INV-1001", "N-0"]) == []
    assert len(company.executed) == before
    assert [row.id for row in await reader.load([first, "N-0"])] == [first]


async def test_a_vendor_that_is_deleted_is_a_counterpart_no_more(store: Store) -> None:
    company = a_company(0)
    gone, kept = company.add_vendor("Gone")["ListID"], company.add_vendor("Kept")["ListID"]
    async with opened(store) as run:
        assert {gone, kept} <= (await lists.vendors(run, client_of(Way(company)))).keys()
    company.delete("Vendor", gone)
    async with opened(store) as run:
        found = await lists.vendors(run, client_of(Way(company)))
    assert kept in found
    assert gone not in found


async def test_after_a_long_absence_all_vendors_are_read_and_who_is_missing_is_gone(store: Store) -> None:
    company = a_company(0)
    backup = company.backup()
    gone = company.add_vendor("Gone")["ListID"]
    async with opened(store) as run:
        run.started = remembered_from() - timedelta(days=1)
        assert gone in await lists.vendors(run, client_of(Way(company)))
    company.restore(backup)  # so that nothing tells of it
    async with opened(store) as run:
        assert [one.message for one in vendor_questions(run.ledger, progress.watermark(run.ledger, VENDORS))] == [
            "VendorQuery"
        ]
        assert gone not in await lists.vendors(run, client_of(Way(company)))


def test_a_session_begins_with_the_questions_that_its_run_asks(run: Run) -> None:
    first = [one.message for one in questions(run.ledger)]
    assert first == ["AccountQuery", "ClassQuery", "TermsQuery", "VendorQuery"]
    seen(run, VENDORS, NOW).keep()
    for stream in (VENDORS, VENDOR.read_by, BILL.read_by, "quickbooks_payments"):
        progress.move_watermark(run.ledger, stream, utc_now())
    later = [one.message for one in questions(run.ledger)]
    assert later == [
        *first, "ListDeletedQuery", "VendorQuery", "ListDeletedQuery", "BillQuery", "TxnDeletedQuery",
        "BillPaymentCheckQuery", "TxnDeletedQuery",
    ]  # fmt: skip
