"""What people see of the company file, and one cycle of its Web Connector from begin to end."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import create_engine, text

from tests.e2e.desktop import Desktop, completed
from tests.e2e.patience import until
from tests.sandbox.quickbooks_desktop.connector import WebConnector

WITHIN = 120.0  # seconds, however busy the machine is
BEHIND = 60  # seconds by which both systems' clocks are behind ours
READ_ONLY = ("/login", "/query")  # ends of paths that are posted to without changing any record


def begin(it: Desktop) -> None:
    """Both systems have the sample lists and nothing else, and a past in which people work."""
    it.bill.frame.clock.advance(-BEHIND)
    it.company.clock.advance(-BEHIND)
    it.seed(vendors=0, bills=0)


def later(it: Desktop) -> None:
    """Some seconds pass in both systems."""
    it.bill.frame.clock.advance(5)
    it.company.clock.advance(5)


def cycled(it: Desktop, pc: WebConnector) -> dict[str, Any]:
    """Returns what the run behind the Web Connector's next cycle printed; both ended well."""
    runner, before = it.runner, len(it.ran())
    assert runner is not None
    begun = len(runner.runs)
    completed(pc)
    told = after_runs(it, begun + 1)
    assert len(told) > before, it.logged()[-3000:]
    return told[-1]


def after_runs(it: Desktop, begun: int) -> list[dict[str, Any]]:
    """Returns what all runs printed, once so many have begun and none is under way."""
    runner = it.runner
    assert runner is not None
    until(lambda: len(runner.runs) >= begun and all(one.has_ended() for one in runner.runs))
    return it.ran()


def joined(it: Desktop, pc: WebConnector, *command: str) -> None:
    """A command has run to its end, which waits for the Web Connector's next visit; no other run was begun then."""
    assert it.runner is not None
    begun = len(it.runner.runs)
    run = it.begin(*command)
    until(lambda: waiting(it) or run.has_ended())
    completed(pc)
    assert run.wait(WITHIN) in (0, 1), it.logged()[-3000:]
    assert len(it.runner.runs) == begun, "another run was begun"


def waiting(it: Desktop) -> int:
    """Returns how many runs wait for the Web Connector."""
    engine = create_engine(it.database_url)
    try:
        with engine.connect() as connection:
            asked = "SELECT count(*) FROM message_set WHERE state = 'waiting' AND asker <> ''"
            return int(connection.execute(text(asked)).scalar_one())
    finally:
        engine.dispose()


def ruled(it: Desktop, **rules: Any) -> None:
    """The connection file says these rules besides those that it says already, and is applied."""
    it.rules = {**it.rules, **rules}
    it.apply()


def documents(it: Desktop) -> Mapping[str, dict[str, Any]]:
    """Returns the bills in QuickBooks by number."""
    rows = list(it.company.bills.values())
    found = {str(one["RefNumber"]): one for one in rows}
    assert len(found) == len(rows), "a bill is there more than once"
    return found


def vendors(it: Desktop) -> Mapping[str, dict[str, Any]]:
    """Returns the vendors in QuickBooks by name."""
    return {str(one["Name"]): one for one in it.company.vendors.values()}


def amounts(bill: Mapping[str, Any]) -> list[str]:
    """Returns the amounts of a bill's lines by account, in order."""
    return [str(line["Amount"]) for line in bill["ExpenseLineRet"]]


def written(it: Desktop, since: int = 0) -> list[str]:
    """Returns the messages that changed the company file, or tried to; `since` is how many were executed before."""
    return [one.message for one in it.company.executed[since:] if not one.message.endswith("Query")]


def writes_to_bill(it: Desktop) -> list[str]:
    """Returns the requests since BILL's log was cleared that may have changed a record there."""
    calls = [row for row in it.bill.frame.log if row.method != "GET" and "/v3/" in row.path]
    return [f"{row.method} {row.path}" for row in calls if not row.path.endswith(READ_ONLY)]


def assert_at_rest(it: Desktop, pc: WebConnector) -> None:
    """Fails if one more cycle writes anything to either system, or lists a record."""
    later(it)
    it.bill.frame.log.clear()
    before = len(it.company.executed)
    told = cycled(it, pc)
    assert written(it, before) == []
    assert writes_to_bill(it) == []
    assert told["exceptions"] == []
    assert {row["outcome"] for row in it.records()} <= {"created", "updated", "unchanged"}
