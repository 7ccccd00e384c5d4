"""No secret is left anywhere after an eventful run: not in logs, databases, files, artifacts or on the terminal."""

import base64
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import httpx
import pytest
import yaml
from sqlalchemy import MetaData, create_engine

from tests.e2e.installation import CONNECTION, Installation
from tests.sandbox.faults import Fault

KEY_FILES = {"encryption.key", "prefect.key"}
PLANTED = "planted-Secret-0815 &/+"
Places = dict[str, bytes]  # what was written, by where


class Issued(dict[str, Any]):
    """Sessions or tokens by id, which remembers every id that it ever held."""

    def __init__(self, before: dict[str, Any]) -> None:
        """Holds what there was before."""
        super().__init__(before)
        self.ever = set(before)

    def __setitem__(self, key: str, value: Any) -> None:
        self.ever.add(key)
        super().__setitem__(key, value)


class Talkative(Installation):
    """An installation whose processes log all they can."""

    @property
    def environment(self) -> dict[str, str]:
        """What every process finds, debug logging included."""
        levels = ("PREFECT_LOGGING_LEVEL", "PREFECT_LOGGING_ROOT_LEVEL", "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL")
        return {**super().environment, **dict.fromkeys(levels, "DEBUG")}


def test_no_secret_in_use_is_found_anywhere_after_an_eventful_run(
    installation: Installation, prefect_home: Path, prefect_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = Talkative(**vars(installation))
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
        **{name: (it.home / name).read_text().strip() for name in KEY_FILES},
        **{f"session {number}": one for number, one in enumerate(sorted(set().union(*(kept.ever for kept in issued))))},
    }
    assert sum(name.startswith("session") for name in wanted) >= 6
    places = {**said, **written(it, prefect_home)}
    assert_all_kinds(places)
    assert found({"planted": PLANTED}, places | plant(places)) == {("planted", where) for where in plant(places)}
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


def written(it: Installation, prefect_home: Path) -> Places:
    """Returns everything that was written: files, both databases row by row, artifacts and logs."""
    files = [path for home in (it.home, prefect_home) for path in home.rglob("*") if path.is_file()]
    places = {f"file {path}": path.read_bytes() for path in files if path.name not in KEY_FILES}
    places["rows of our database"] = b"\n".join(our_rows(it))
    with sqlite3.connect(f"file:{prefect_home / 'prefect.db'}?mode=ro", uri=True) as connection:
        places["rows of Prefect's database"] = "\n".join(connection.iterdump()).encode()
    for kind in ("artifacts", "logs", "flow_runs", "task_runs"):
        answer = httpx.post(f"{it.prefect_api}/{kind}/filter", json={"limit": 200})
        places[f"Prefect's {kind}"] = answer.raise_for_status().content
    return places


def our_rows(it: Installation) -> Iterator[bytes]:
    """Yields every value of our own tables; a long one is spread over pages in the database's file."""
    engine = create_engine(it.database_url)
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        for table in tables.sorted_tables:
            for row in connection.execute(table.select()):
                yield from (value if isinstance(value, bytes) else str(value).encode() for value in row)
    engine.dispose()


def forms(secret: str) -> set[bytes]:
    """Returns how a secret may stand in a text: plain, quoted for an address, or in base64 behind anything."""
    plain = {secret, quote(secret, safe=""), quote_plus(secret)}
    encoded = set()
    for shift in range(3):
        middle = base64.b64encode(b"\0" * shift + secret.encode()).decode().rstrip("=")
        encoded.add(middle[-(-shift * 8 // 6) : len(middle) - 1])  # the characters that only the secret decides
    urlsafe = {one.replace("+", "-").replace("/", "_") for one in encoded}
    return {one.encode() for one in plain | encoded | urlsafe}


def found(secrets: dict[str, str], places: Places) -> set[tuple[str, str]]:
    """Returns the name of each secret that was found, with where."""
    return {
        (name, where)
        for name, secret in secrets.items()
        for form in forms(secret)
        for where, content in places.items()
        if form in content
    }


def plant(places: Places) -> Places:
    """Returns copies of some places that hold the planted secret, each in another form."""
    some = next(iter(places.values()))
    planted = {
        "plain": PLANTED.encode(),
        "in an address": f"?password={quote_plus(PLANTED)}&".encode(),
        **{
            f"in base64 behind {len(user)}": base64.b64encode(f"{user}:{PLANTED}".encode())
            for user in ("a", "ab", "abc")
        },
    }
    return {name: some + b" " + text + b" " + some for name, text in planted.items()}


def assert_all_kinds(places: Places) -> None:
    """Fails unless the search sees what it should: debug lines, the audit's rows, Prefect's blocks and logs."""
    assert b"DEBUG" in places["printed by run"]
    assert b"qad-bill/acme@" in places["rows of our database"]
    assert b"bill-credentials" in places["rows of Prefect's database"]
    assert b"create bills" in places["rows of Prefect's database"]
    assert len(places["Prefect's logs"]) > 1000
    assert b"qad-bill-acme-exceptions" in places["Prefect's artifacts"]
