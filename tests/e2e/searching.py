"""Where a secret could have been left, whoever wrote it there, and whether one was."""

import base64
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from sqlalchemy import MetaData, create_engine

from tests.e2e.driving import Driven
from tests.e2e.patience import http

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


class Talkative(Driven):
    """Lets the processes of an installation log all they can."""

    @property
    def environment(self) -> dict[str, str]:
        """What every process finds, debug logging included."""
        levels = ("PREFECT_LOGGING_LEVEL", "PREFECT_LOGGING_ROOT_LEVEL", "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL")
        return {**super().environment, **dict.fromkeys(levels, "DEBUG")}


def our_keys(it: Driven) -> dict[str, str]:
    """Returns the keys that the installation made for itself, by the files that alone may hold them."""
    return {name: (it.home / name).read_text().strip() for name in KEY_FILES}


def written(it: Driven, prefect_home: Path) -> Places:
    """Returns everything that was written: files, both databases row by row, artifacts and logs."""
    files = [path for home in (it.home, prefect_home) for path in home.rglob("*") if path.is_file()]
    places = {f"file {path}": path.read_bytes() for path in files if path.name not in KEY_FILES}
    places["rows of our database"] = b"\n".join(our_rows(it))
    with sqlite3.connect(f"file:{prefect_home / 'prefect.db'}?mode=ro", uri=True) as connection:
        places["rows of Prefect's database"] = "\n".join(connection.iterdump()).encode()
    for kind in ("artifacts", "logs", "flow_runs", "task_runs"):
        answer = http.post(f"{it.prefect_api}/{kind}/filter", json={"limit": 200})
        places[f"Prefect's {kind}"] = answer.raise_for_status().content
    return places


def our_rows(it: Driven) -> Iterator[bytes]:
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


def assert_search_finds(places: Places) -> None:
    """Fails unless what is planted among these places is found, in whichever form it stands there."""
    planted = plant(places)
    assert found({"planted": PLANTED}, places | planted) == {("planted", where) for where in planted}
