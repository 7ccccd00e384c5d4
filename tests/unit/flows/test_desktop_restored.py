"""An older copy of the company file is noticed, and what people delete, or QuickBooks hides, is none."""

from collections.abc import Callable
from typing import Any

import pytest

from blocks.errors import ConfigurationError
from blocks.quickbooks_desktop import queries
from blocks.quickbooks_desktop.answers import Answer
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from flows.bill_quickbooks_desktop import restored
from flows.bill_quickbooks_desktop.changes import remembered_from
from flows.bill_quickbooks_desktop.restored import LATEST, probes
from flows.bill_quickbooks_desktop.rules import PAIR
from tasks.outcomes import Outcome
from tasks.run import Request, Run, open_run
from tasks.state.models import utc_now
from tasks.state.store import Store
from tests.sandbox.quickbooks_desktop import CompanyFile
from tests.unit.blocks.desktop_company import Way, client_of
from tests.unit.flows.desktop_records import a_bill, row_of, rules

Asked = Callable[..., Any]


def a_company(bills: int) -> CompanyFile:
    company = CompanyFile()
    company.add_account("Office Supplies")
    company.add_vendor("Acme Tools")
    for number in range(bills):
        company.add_bill("Acme Tools", [("Office Supplies", "10.00")], RefNumber=f"N-{number}")
    return company


async def looked_at(store: Store, company: CompanyFile, links: list[str], **set_by_user: Any) -> None:
    async with open_run(
        PAIR, "acme", Request(), run_id="r1", retried=False, identities=("o", "f"), rules_hash="r", settle_seconds=0,
        store=store,
    ) as run:  # fmt: skip
        for number, one in enumerate(links):
            remember(run, number, one)
        await restored._look.fn(run, client_of(Way(company)), rules(**set_by_user))


def remember(run: Run, number: int, target: str) -> None:
    row = row_of(a_bill(id=f"00n{number}"))
    run.keep([Outcome("bills", row, "created", target_id=target, link={"kind": "bill", "state": "live"})])


def ids(company: CompanyFile) -> list[str]:
    return list(company.bills)


async def test_the_file_that_has_all_that_was_sent_is_the_same(store: Store) -> None:
    company = a_company(4)
    await looked_at(store, company, ids(company))


async def test_an_older_copy_stops_the_run_and_says_what_to_do(store: Store) -> None:
    company = a_company(1)
    backup = company.backup()
    for number in range(4):
        company.add_bill("Acme Tools", [("Office Supplies", "10.00")], RefNumber=f"L-{number}")
    sent = ids(company)
    company.restore(backup)
    with pytest.raises(ConfigurationError, match="4 of the latest 5 records that were sent are gone") as told:
        await looked_at(store, company, sent)
    assert "after_restore" in told.value.remedy
    await looked_at(store, company, sent, after_restore="go_on")


async def test_bills_that_people_deleted_are_no_sign_of_an_older_copy(store: Store) -> None:
    company = a_company(6)
    sent = ids(company)
    for one in sent[:5]:
        company.delete("Bill", one)
    await looked_at(store, company, sent)


async def test_a_few_that_are_gone_without_a_trace_are_no_sign_either(store: Store) -> None:
    company = a_company(1)
    await looked_at(store, company, [*ids(company), "FF-1", "FF-2"])


class Hiding(QuickBooksDesktopClient):
    """Shows none of the bills of a question that names one which is gone, as some releases may."""

    async def ask(self, asked: Any) -> list[Answer]:
        answers = await super().ask(asked)
        return [
            answer._replace(code=3120, severity="Error", records=()) if _misses(query, answer) else answer
            for query, answer in zip(asked, answers, strict=True)
        ]


def _misses(query: queries.Query, answer: Answer) -> bool:
    return len(answer.records) < len(query.body.get("TxnID", ()))


async def test_one_bill_that_is_gone_may_hide_all_others_and_is_no_sign_of_an_older_copy(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = a_company(5)
    monkeypatch.setattr("tests.unit.blocks.desktop_company.QuickBooksDesktopClient", Hiding)
    await looked_at(store, company, [*ids(company), "FF-1"])


async def test_only_the_latest_are_looked_up_and_where_nothing_was_sent_nothing_is_asked(store: Store) -> None:
    async with open_run(
        PAIR, "acme", Request(), run_id="r1", retried=False, identities=("o", "f"), rules_hash="r", settle_seconds=0,
        store=store,
    ) as run:  # fmt: skip
        assert probes(run.ledger) == []
        for number in range(LATEST + 5):
            remember(run, number, f"{number:X}-1")
        deleted, bills = probes(run.ledger)
    assert deleted.body["DeletedDateRangeFilter"]["FromDeletedDate"] == remembered_from()
    assert len(bills.body["TxnID"]) == LATEST
    assert (utc_now() - remembered_from()).days in (89, 90)
