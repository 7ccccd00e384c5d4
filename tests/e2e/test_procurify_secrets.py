"""No secret of Procurify or QAD is left anywhere, whether runs succeed or fail, though Procurify sends them back."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.e2e.procurify import Purchasing
from tests.e2e.procurify_desk import begin, bill, line, number_of, place
from tests.e2e.searching import Issued, Places, Talkative, assert_search_finds, found, our_keys, written
from tests.sandbox.faults import Fault

pytest_plugins = ("tests.e2e.procurify_serving",)


class TalkativePurchasing(Talkative, Purchasing):
    """An installation whose processes log all they can."""


def test_no_secret_of_the_pair_is_found_anywhere_after_good_and_failing_runs(
    purchasing: Purchasing, prefect_home: Path, prefect_key: str
) -> None:
    it = TalkativePurchasing(**vars(purchasing))
    issued = remember_issued(it)
    it.procurify.options(oauth_error="echo")
    begin(it)
    right = it.secrets()

    said = good_runs(it) | failing_runs(it)

    wanted = {
        **right,
        "wrong client secret": it.client_secret,
        **{f"{kind} {number}": one for kind, kept in issued.items() for number, one in enumerate(sorted(kept.ever))},
        "Prefect server's key": prefect_key,
        **our_keys(it),
    }
    assert len(issued["token"].ever) >= 3, "too few tokens were issued to look for"
    assert issued["bearer"].ever
    places = {**said, **written(it, prefect_home)}
    assert_all_kinds(places)
    assert_search_finds(places)
    assert found(wanted, places) == set()


def good_runs(it: Purchasing) -> Places:
    """Runs with lost answers, refused tokens and records, and held bills; returns what was printed."""
    order = place(it, line("Gloves"), line("Masks"))
    bill(it, "GOOD", {"order_item": order.lines[0], "quantity": 10})
    bill(it, "HELD", {"order_item": order.lines[1], "quantity": 1})
    bill(it, "WRONG", {"description": "Rent", "cost": "50.00", "code": "6030"}, vendor=order.vendor, invoice_total="51")
    unauthorized = {"data": it.procurify.books.user, "errors": {"detail": {"message": "Unauthorized"}}}
    losses = [
        it.procurify.frame.faults.add(Fault("status", "GET .*/ap/bills/", status=401, body=unauthorized)),
        it.procurify.frame.faults.add(Fault("html", "GET .*/order-items/", status=502)),
        it.qad.frame.faults.add(Fault("lost_after", "POST .*/purchaseOrderLinesGrid")),
        it.qad.frame.faults.add(Fault("status", "GET .*/browses", skip=3, status=401, body={"errors": []})),
    ]
    done = {"first run": run(it, "--json", expect=None)}
    it.qad.receive(number_of(order), 1, 10)
    it.procurify.expire_tokens()
    it.qad.expire()
    done["second run"] = run(it, "--json", expect=None)
    done["preview"] = run(it, "--dry-run", expect=None)
    done["records"] = it.command("records", it.connection, "--json")
    done["audit"] = it.command("audit", it.connection, "GOOD")
    assert "GOOD" in {one["reference"] for one in it.qad.invoices.values()}
    assert [one.struck for one in losses] == [1, 1, 1, 1]
    return printed(done)


def failing_runs(it: Purchasing) -> Places:
    """Runs whose secret is wrong and is sent back, and whose access is suspended; returns what was printed."""
    it.client_secret = "wrong-Client-Secret-0002 +/"
    it.apply()
    refused = run(it, expect=3)
    assert [row.status for row in it.procurify.requests("/oauth/token")][-1] == 401
    wrong, it.client_secret = it.client_secret, ""
    it.apply()
    it.procurify.options(suspended=True)
    suspended = run(it, expect=3)
    it.client_secret = wrong
    return printed({"refused": refused, "suspended": suspended})


def run(it: Purchasing, *arguments: str, expect: int | None) -> Any:
    """Runs the pair, and returns the process that has ended."""
    return it.command("run", it.pair, it.connection, *arguments, expect=expect)


def printed(done: Mapping[str, Any]) -> Places:
    """Returns what commands have printed."""
    return {f"printed by {name}": (one.stdout + one.stderr).encode() for name, one in done.items()}


def remember_issued(it: Purchasing) -> dict[str, Issued]:
    """Both systems remember every token that they issue from now on."""
    tokens: Any = it.procurify.tokens
    gate: Any = it.qad.gate
    issued = {
        "token": Issued(tokens.given),
        "bearer": Issued(gate._bearer),
        "refresh": Issued(gate._refresh),
        "session": Issued(gate._sessions),
    }
    tokens.given, gate._bearer = issued["token"], issued["bearer"]
    gate._refresh, gate._sessions = issued["refresh"], issued["session"]
    return issued


def assert_all_kinds(places: Places) -> None:
    """Fails unless the search sees what it should: debug lines, the audit's rows, Prefect's blocks and logs."""
    assert b"DEBUG" in places["printed by first run"]
    assert b"procurify-qad/" in places["rows of our database"]
    assert b"procurify-credentials" in places["rows of Prefect's database"]
    assert b"create purchase_orders" in places["rows of Prefect's database"]
    assert len(places["Prefect's logs"]) > 1000
    assert b"procurify-qad-hooli-exceptions" in places["Prefect's artifacts"]
