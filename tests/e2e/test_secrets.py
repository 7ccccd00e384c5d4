"""No secret is left anywhere after an eventful run: not in logs, databases, files, artifacts or on the terminal."""

from pathlib import Path

import pytest
import yaml

from tests.e2e.installation import CONNECTION, Installation
from tests.e2e.searching import Issued, Places, Talkative, assert_search_finds, found, our_keys, written
from tests.sandbox.faults import Fault


class TalkativeInstallation(Talkative, Installation):
    """An installation whose processes log all they can."""


def test_no_secret_in_use_is_found_anywhere_after_an_eventful_run(
    installation: Installation, prefect_home: Path, prefect_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = TalkativeInstallation(**vars(installation))
    monkeypatch.setenv("BILL_WEBHOOK_KEY", "hook-Key-Zq81/+abcdefgh==")
    issued = remember_issued(it)
    it.seed(suppliers=30, invoices=40, flawed=6)
    apply_with_webhook_key(it)

    said = eventful(it)

    wanted = {
        "BILL password": "correct-Horse-7",
        "wrong BILL password": it.bill.password,
        "QAD password": it.qad.password,
        "developer key": it.bill.developer_key,
        "webhook key": "hook-Key-Zq81/+abcdefgh==",
        "Prefect server's key": prefect_key,
        **our_keys(it),
        **{f"session {number}": one for number, one in enumerate(sorted(set().union(*(kept.ever for kept in issued))))},
    }
    assert sum(name.startswith("session") for name in wanted) >= 6
    places = {**said, **written(it, prefect_home)}
    assert_all_kinds(places)
    assert_search_finds(places)
    assert found(wanted, places) == set()


def eventful(it: Installation) -> Places:
    """Runs with lost answers, errors, refused sessions, refused records and credentials; returns what was printed."""
    for fault in (
        Fault("lost_after", "POST .*/bills/bulk"),
        Fault("status", "POST .*/vendors/bulk", status=503, body=[]),
        Fault("status", "GET .*/chart-of-accounts", status=401, body=[{"code": "BDC_1109", "message": "log in"}]),
        Fault("html", "GET .*/departments", status=502),
    ):
        it.bill.frame.faults.add(fault)
    it.qad.frame.faults.add(Fault("status", "GET .*browse", skip=2, status=401, body={"errors": []}))
    done = {"run": it.command("run", "qad-bill", CONNECTION, "--json", expect=1)}
    it.bill.rotate_sessions()
    it.qad.expire()
    done["preview"] = it.command("run", "qad-bill", CONNECTION, "--dry-run")
    done["records"] = it.command("records", CONNECTION, "--json")
    number = next(iter(it.bill.bills.values()))["invoice"]["invoiceNumber"]
    done["audit"] = it.command("audit", CONNECTION, number)
    it.bill.password = "wrong-Horse-8"
    apply_with_webhook_key(it)
    it.bill.rotate_sessions()
    done["refused"] = it.command("run", "qad-bill", CONNECTION, expect=3)
    return {f"printed by {name}": (one.stdout + one.stderr).encode() for name, one in done.items()}


def apply_with_webhook_key(it: Installation) -> None:
    """Applies the connection file with a webhook key in it."""
    path = it.connection_file()
    content = yaml.safe_load(path.read_text())
    content["credentials"][1]["webhook_security_keys"] = ["${BILL_WEBHOOK_KEY}"]
    path.write_text(yaml.safe_dump(content))
    it.command("apply", str(path))


def remember_issued(it: Installation) -> list[Issued]:
    """Both vendors remember every session and token that they issue from now on."""
    gate = it.qad.gate
    issued = [Issued(kept) for kept in (it.bill.sessions.open, gate._bearer, gate._refresh, gate._sessions)]
    it.bill.sessions.open, gate._bearer, gate._refresh, gate._sessions = issued
    return issued


def assert_all_kinds(places: Places) -> None:
    """Fails unless the search sees what it should: debug lines, the audit's rows, Prefect's blocks and logs."""
    assert b"DEBUG" in places["printed by run"]
    assert b"qad-bill/acme@" in places["rows of our database"]
    assert b"bill-credentials" in places["rows of Prefect's database"]
    assert b"create bills" in places["rows of Prefect's database"]
    assert len(places["Prefect's logs"]) > 1000
    assert b"qad-bill-acme-exceptions" in places["Prefect's artifacts"]
