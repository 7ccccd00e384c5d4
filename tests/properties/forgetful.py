"""A target that forgets to answer, and runs that die: what the write protocol must survive."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import event
from sqlmodel import Session

from blocks.errors import AnswerLostError, RefusedError, TransientError
from blocks.source import Row, SourcePage, content_hash
from blocks.target import Body, Found, Key
from tasks.create import carry_out
from tasks.fetch import fetch_changed
from tasks.outcomes import Decision, Keep, Write
from tasks.run import Request, Run, open_run
from tasks.state import progress
from tasks.state.models import Link
from tasks.state.store import Store
from tasks.state.vault import Vault
from tasks.stream import Stream

PAIR, CONNECTION, STREAM = "qad-bill", "acme", "bills"
NUMBERS = count(1)
REFUSED = "refused: {} is not wanted"
KEY = Fernet.generate_key().decode()


class Died(BaseException):
    """The process is gone: nothing of it runs any more."""


@dataclass
class Fate:
    """What goes wrong next, in this order; when the list is used up, nothing does."""

    calls: list[str] = field(default_factory=list)
    commits: list[bool] = field(default_factory=list)

    def next_call(self) -> str:
        """Returns what the next call to the target meets."""
        return self.calls.pop(0) if self.calls else "fine"

    def commit(self) -> None:
        """Lets the process die at this commit point, if it is to."""
        if self.commits and self.commits.pop(0):
            raise Died


class Forgetful:
    """Holds records as a target does; answers get lost before and after it has done what was asked."""

    def __init__(self, fate: Fate, refused: frozenset[str] = frozenset(), at_once: int = 3) -> None:
        """Starts without records; those whose natural key is in `refused` are never taken."""
        self.fate, self.refused, self.at_once = fate, refused, at_once
        self.records: dict[str, Body] = {}
        self.made = 0
        self.meanwhile: Callable[[], Awaitable[None]] | None = None  # happens while an answer is under way, once

    async def find(self, bodies: Sequence[Body], since: datetime) -> list[Found | None]:
        """Returns the records with the bodies' natural keys."""
        self._meet(self.fate.next_call(), lambda: None, reads=True)
        left = dict(reversed(self.records.items()))
        found: list[Found | None] = []
        for body in bodies:
            at = next((one for one, kept in left.items() if kept["key"] == body["key"]), None)
            found.append(None if at is None else Found(at, left.pop(at)))
        return found

    async def create(self, bodies: Sequence[Body], keys: Sequence[Key]) -> list[Found | RefusedError]:
        """Makes the bodies that are wanted; perhaps only some of them before the answer is lost."""
        results: list[Found | RefusedError] = []
        fate = self.fate.next_call()
        await asyncio.sleep(0)
        some = len(bodies) // 2 if fate == "half" else len(bodies)
        self._meet(fate, lambda: results.extend(self._make(body) for body in bodies[:some]))
        if self.meanwhile:
            happens, self.meanwhile = self.meanwhile, None
            await happens()
        return results

    async def update(self, target_id: str, body: Body, key: Key) -> Found:
        """Makes the record equal to the body."""
        self._meet(self.fate.next_call(), lambda: self.records.__setitem__(target_id, deepcopy(body)))
        return Found(target_id, body)

    async def archive(self, target_id: str) -> Found:
        """The record does not count any more."""
        self._meet(self.fate.next_call(), lambda: self.records[target_id].__setitem__("archived", True))
        return Found(target_id, self.records[target_id])

    def _make(self, body: Body) -> Found | RefusedError:
        if body["key"] in self.refused:
            return RefusedError(REFUSED.format(body["key"]), system="target")
        self.made += 1
        self.records[f"t{self.made}"] = deepcopy(body)
        return Found(f"t{self.made}", body)

    def _meet(self, fate: str, do: Callable[[], None], reads: bool = False) -> None:
        if fate in {"busy", "dies before"}:
            raise TransientError("busy") if fate == "busy" else Died
        if fate == "lost before":
            raise (TransientError if reads else AnswerLostError)("no answer")
        do()
        if fate in {"lost after", "half"}:
            raise (TransientError if reads else AnswerLostError)("no answer")
        if fate == "dies after":
            raise Died


class Books:
    """The source: what its records say now; a list shows those that changed in the window."""

    whole = True

    def __init__(self, size: int = 3) -> None:
        """Starts without records; a page holds `size`."""
        self.size = size
        self.kept: dict[str, tuple[datetime, dict[str, Any]]] = {}

    def enter(self, source_id: str, **content: Any) -> None:
        """The record says this from now on."""
        self.kept[source_id] = (datetime.now(UTC), {"key": f"N-{source_id}", **content})

    async def page(self, since: datetime | None, until: datetime, cursor: str) -> SourcePage:
        """Returns the changed records, a page at a time, overlapping by a second."""
        early = since - timedelta(seconds=1) if since else datetime.min.replace(tzinfo=UTC)
        ids = [one for one, (at, _content) in sorted(self.kept.items()) if early <= at <= until]
        start = int(cursor or 0)
        following = str(start + self.size) if start + self.size < len(ids) else None
        return SourcePage([self._row(one) for one in ids[start : start + self.size]], following)

    async def load(self, ids: Sequence[str]) -> list[Row]:
        """Returns the records with these ids."""
        return [self._row(one) for one in ids if one in self.kept]

    def _row(self, source_id: str) -> Row:
        content = self.kept[source_id][1]
        return Row(source_id, f"N-{source_id}", content_hash(content), content)


def decide(row: Row, links: Mapping[str, Link]) -> Decision:
    """Returns what a source record calls for: a record of its own, a change, its end, or a new one after that."""
    content, link = row.content, links.get(row.id)
    body = {"key": content["key"], "amount": content["amount"]}
    if content.get("void"):
        if link is None or link.state == "reversed":
            return Keep("nothing to reverse")
        return Write("archive", {"void": True}, "it", link.target_id, "reversed", link.revision, "reversed")
    if link is None:
        return Write("create", body, "it")
    if link.state == "reversed":
        again = {**body, "key": f"{content['key']}-{link.revision + 2}"}
        return Write("create", again, "it", revision=link.revision + 1)
    body["key"] += f"-{link.revision + 1}" if link.revision else ""
    if link.sent_hash == content_hash(body):
        return Keep()
    return Write("update", body, "it", link.target_id, revision=link.revision)


@dataclass
class World:
    """One installation with its source and target, through all its runs."""

    store: Store
    books: Books
    target: Forgetful
    fate: Fate
    name: str = field(default_factory=lambda: f"world-{next(NUMBERS)}")
    runs: int = 0

    @property
    def scope(self) -> str:
        """Under which name the state keeps this world's records."""
        return f"{PAIR}/{CONNECTION}@{self.name}>b"

    @property
    def stream(self) -> Stream:
        """The one stream between the two."""

        async def align(run: Run, rows: Sequence[Row]) -> Mapping[str, Link]:
            return run.ledger.links(STREAM, [row.id for row in rows])

        return Stream(STREAM, self.books, decide, {"it": self.target}, align)

    @contextmanager
    def mortal(self) -> Iterator[None]:
        """Within the block, the process may die before and after each commit."""

        def before(_session: Session) -> None:
            self.fate.commit()

        event.listen(Session, "before_commit", before)
        event.listen(Session, "after_commit", before)
        try:
            yield
        finally:
            event.remove(Session, "before_commit", before)
            event.remove(Session, "after_commit", before)

    async def run(self, between: Callable[[Run], None] = lambda _run: None) -> None:
        """One run has come as far as its fate allows; errors that a later run cures are not raised."""
        self.runs += 1
        opened = open_run(
            PAIR, CONNECTION, Request(), run_id=f"{self.name}-{self.runs}", retried=False, identities=(self.name, "b"),
            rules_hash="r", settle_seconds=0, store=self.store,
        )  # fmt: skip
        async with opened as run:
            try:
                with self.mortal():
                    await self._move(run, between)
            except (TransientError, Died):
                return

    async def _move(self, run: Run, between: Callable[[Run], None]) -> None:
        async for page in fetch_changed(run, self.stream):
            between(run)
            links = await self.stream.align(run, page.rows)
            for attempt in range(3):  # as the task's own retries do
                try:
                    await carry_out(run, self.stream, page.rows, links)
                    break
                except TransientError:
                    if attempt == 2:
                        raise
        progress.move_watermark(run.ledger, STREAM, run.read_until[STREAM])

    async def until_quiet(self) -> None:
        """Runs followed one another until what was to go wrong did so, and two after that."""
        for _run in range(8):
            if self.fate.calls or any(self.fate.commits):
                await self.run()
        self.fate.calls, self.fate.commits = [], []
        await self.run()
        await self.run()


def quick_store(folder: Path) -> Store:
    """Returns a store that does not wait for the disk: here, processes die and machines do not."""
    store = Store(f"sqlite:///{folder / 'state.db'}", Vault([KEY]))
    store.close()
    event.listen(store.engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=OFF"))
    return store


def new_world(store: Store, fate: Fate, **target: Any) -> World:
    """Returns a world without records."""
    return World(store, Books(), Forgetful(fate, **target), fate)


def amount(cents: int) -> Decimal:
    """Returns so many cents as an amount."""
    return Decimal(cents).scaleb(-2)
