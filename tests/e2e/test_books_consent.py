"""A consent that was taken back: the run says where to give it again, nothing is lost, and all goes on afterwards."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.e2e.books import Books
from tests.e2e.books_agreement import assert_agreement
from tests.e2e.driving import end
from tests.e2e.patience import answers, http, until
from tests.e2e.ports import unused_port

TOKENS = "/tokens/bearer"


@dataclass
class Visited(Books):
    """An installation whose web app people visit with their browsers."""

    web_port: int = 0

    @property
    def environment(self) -> dict[str, str]:
        """What every process of this installation finds."""
        return super().environment | {"ML_CONNECTOR_WEB_PORT": str(self.web_port)}

    @property
    def web(self) -> str:
        """Where the web app is."""
        return f"http://localhost:{self.web_port}"


@pytest.fixture
def visited(books: Books) -> Iterator[Visited]:
    """Yields an installation with bills in BILL, while `ml-connector up` runs."""
    it = Visited(**vars(books), web_port=unused_port())
    it.seed(vendors=12, bills=12)
    it.apply()
    process = it.start("up")
    try:
        until(lambda: answers(f"{it.web}/ready"))
        yield it
    finally:
        end(process)


def test_a_consent_that_was_taken_back_is_asked_for_once_and_given_in_the_browser(visited: Visited) -> None:
    it = visited
    it.run("--stream", "vendors")
    it.quickbooks.revoke_all()

    said = [last_line(it), last_line(it)]

    assert len(set(said)) == 1, "the second run says something else"
    link = f"{it.web}/oauth/quickbooks-online/{it.connection}/start"
    assert f"company {it.quickbooks.realm_id}" in said[0]
    assert link in said[0]
    assert linked_in_prefect(it) == f"[Connect QuickBooks Online again]({link})"
    assert len(refusals(it)) == 1, "a dead token was sent again"
    assert [row["outcome"] for row in it.records()] == ["created"] * 12, "what was done is not known any more"

    page = given(link)

    assert "QuickBooks Online is connected" in page
    assert it.quickbooks.realm_id in page
    it.run()
    assert_agreement(it.bill, it.quickbooks)


def last_line(it: Visited) -> str:
    """Returns what a run says that cannot sign in."""
    return it.command("run", it.pair, it.connection, expect=3).stderr.strip().splitlines()[-1]


def refusals(it: Visited) -> list[int]:
    """Returns the statuses of the answers to renewals that Intuit refused."""
    return [row.status for row in it.quickbooks.calls(TOKENS) if row.status != httpx.codes.OK]


def linked_in_prefect(it: Visited) -> str:
    """Returns what the newest artifact of the connection's consent says."""
    key = {"any_": [f"{it.pair}-{it.connection}-consent"]}
    asked = {"artifacts": {"key": key}, "sort": "CREATED_DESC", "limit": 1}
    [newest] = http.post(f"{it.prefect_api}/artifacts/filter", json=asked).json()
    return str(newest["data"])


def given(link: str) -> str:
    """Returns the page that a person reads at last who follows the link and consents at Intuit."""
    with httpx.Client(follow_redirects=True, timeout=120) as browser:
        intuit = browser.get(link).raise_for_status()
        assert "Connect your company" in intuit.text
        return browser.get(f"{intuit.url}&decision=allow").raise_for_status().text
