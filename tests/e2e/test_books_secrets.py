"""No secret of BILL or QuickBooks Online is left anywhere, whether runs, consents and notifications succeed or fail."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.e2e.bookkeeping import begin
from tests.e2e.books import Books
from tests.e2e.patience import http, until
from tests.e2e.ports import unused_port
from tests.e2e.reaching import Reachable
from tests.e2e.searching import Issued, Places, Talkative, assert_search_finds, found, our_keys, written
from tests.sandbox.faults import Fault

EXPIRED = {"fault": {"type": "AUTHENTICATION", "error": [{"code": "3200", "message": "Token expired"}]}}


@dataclass
class TalkativeBooks(Talkative, Reachable, Books):
    """An installation that can be reached, and whose processes log all they can."""


def test_no_secret_of_the_pair_is_found_anywhere_after_good_and_failing_runs_and_consents(
    books: Books, prefect_home: Path, prefect_key: str
) -> None:
    it = TalkativeBooks(**vars(books), web_port=unused_port())
    issued = remember_issued(it)
    it.quickbooks.options(rotate_always=True, webhook_urls=[f"{it.web}/webhooks/quickbooks-online"])
    begin(it)
    it.bill.generate(vendors=10, bills=12, flawed=6)
    given = it.secrets()
    it.apply()
    with it.up():
        said = good_runs(it)
        consent = consented(it)
        notified(it)
        said |= failing_runs(it)

    wanted = {
        **given,
        **{f"wrong {name}": one for name, one in it.secrets().items() if given[name] != one},
        **consent,
        **{f"{kind} {number}": one for kind, kept in issued.items() for number, one in enumerate(sorted(kept.ever))},
        **{f"webhook key of {name}": key for name, key in it.bill._webhooks.keys.items()},
        "Prefect server's key": prefect_key,
        **our_keys(it),
    }
    assert_all_were_issued(wanted)
    places = {**said, **written(it, prefect_home)}
    assert_all_kinds(places)
    assert_search_finds(places)
    assert found(wanted, places) == set()


def good_runs(it: TalkativeBooks) -> Places:
    """Runs with lost answers, errors, refused tokens, tokens that change and held records; returns what was printed."""
    for fault in (
        Fault("lost_after", "POST .*/batch"),
        Fault("status", "POST .*/query", status=503, body={}),
        Fault("html", "POST .*/query", skip=1, status=502),
        Fault("status", "POST .*/query", skip=2, status=401, body=EXPIRED),
    ):
        it.quickbooks.frame.faults.add(fault)
    it.bill.frame.faults.add(
        Fault("status", "GET .*/bills", status=401, body=[{"code": "BDC_1109", "message": "log in"}])
    )
    done = {"run": it.command("run", it.pair, it.connection, "--json", expect=None)}
    it.bill.rotate_sessions()
    it.quickbooks.frame.faults.add(Fault("status", "/v3/company", status=401, body=EXPIRED))
    done["preview"] = it.command("run", it.pair, it.connection, "--dry-run")
    done["records"] = it.command("records", it.connection, "--json")
    order = next(iter(it.quickbooks.purchase_orders.values()))
    done["audit"] = it.command("audit", it.connection, order["DocNumber"])
    return printed(done)


def failing_runs(it: TalkativeBooks) -> Places:
    """Runs whose consent is revoked, whose app has another secret, and whose password is wrong; what was printed."""
    it.quickbooks.revoke_all()
    done = {"revoked": it.command("run", it.pair, it.connection, expect=3)}
    it.quickbooks.client_secret = "wrong-Client-Secret-0002"
    it.apply()
    done["wrong secret"] = it.command("run", it.pair, it.connection, expect=3)
    it.bill.password = "wrong-Horse-8"
    it.apply()
    it.bill.rotate_sessions()
    done["wrong password"] = it.command("run", it.pair, it.connection, expect=3)
    return printed(done)


def consented(it: TalkativeBooks) -> dict[str, str]:
    """A person connects the company in a browser, then comes back a second time; returns the secrets of both."""
    secrets: dict[str, str] = {}
    with httpx.Client(timeout=120) as browser:
        page = browser.get(f"{it.web}/oauth/quickbooks-online/{it.connection}/start")
        back = browser.get(f"{page.headers['location']}&decision=allow").headers["location"]
        query = parse_qs(urlsplit(back).query)
        secrets |= {name: query[name][0] for name in ("code", "state")}
        secrets["browser"] = next(iter(browser.cookies.values()))
        assert "is connected" in browser.get(back).text
        assert browser.get(back).status_code == 400
    return secrets


def notified(it: TalkativeBooks) -> None:
    """A genuine notification is handled by a run, and a forged one is turned away."""
    vendor = next(iter(it.bill.vendors))
    it.bill.edit_vendor(vendor, name="Renamed for the notice")
    until(lambda: any("for the notice" in one["DisplayName"] for one in list(it.quickbooks.vendors.values())))
    until(lambda: it.waiting() == 0)
    forged = http.post(f"{it.web}/webhooks/quickbooks-online", content=b"[]", headers={"intuit-signature": "bm8="})
    assert forged.status_code == 401


def remember_issued(it: Books) -> dict[str, Issued]:
    """Both vendors remember every session, token and code that they issue."""
    tokens: Any = it.quickbooks.tokens
    issued = {
        "session": Issued(it.bill.sessions.open),
        "access": Issued(tokens._access),
        "refresh": Issued(tokens._refresh),
        "code": Issued(tokens._codes),
    }
    it.bill.sessions.open = issued["session"]
    tokens._access, tokens._refresh, tokens._codes = issued["access"], issued["refresh"], issued["code"]
    return issued


def printed(done: dict[str, Any]) -> Places:
    """Returns what commands printed, by their names."""
    return {f"printed by {name}": (one.stdout + one.stderr).encode() for name, one in done.items()}


def assert_all_were_issued(wanted: dict[str, str]) -> None:
    """Fails unless there is a secret of every kind to look for, and several of those that change."""
    kinds = [name.rsplit(" ", 1)[0] for name in wanted]
    assert kinds.count("refresh") >= 4
    assert kinds.count("access") >= 4
    assert kinds.count("session") >= 2
    assert {"code", "state", "browser", "webhook key of", "wrong"} <= {*kinds}
    assert all(len(one) >= 10 for one in wanted.values())


def assert_all_kinds(places: Places) -> None:
    """Fails unless the search sees what it should: debug lines, rows of both databases, logs of all processes."""
    assert b"DEBUG" in places["printed by run"]
    assert b"bill-quickbooks-online/globex@" in places["rows of our database"]
    assert b"quickbooks-online-credentials" in places["rows of Prefect's database"]
    assert {Path(name).name for name in places if name.endswith(".log")} >= {"web.log", "runner.log", "server.log"}
    assert b"bill-quickbooks-online-globex-consent" in places["Prefect's artifacts"]
