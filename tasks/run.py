"""One run of a pair for one connection: what was asked, what it may touch, and what it has seen so far."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel

from tasks.outcomes import EXCEPTIONS, NEEDS_A_PERSON, Ignore, Outcome
from tasks.state.leases import lease
from tasks.state.ledger import Ledger
from tasks.state.mirrors import Mirrored
from tasks.state.models import Link
from tasks.state.shared_sessions import SharedSessions
from tasks.state.slots import SharedSlots
from tasks.state.store import Store, open_store

_watcher: ContextVar[Callable[["Run"], object]] = ContextVar("watcher", default=lambda _run: None)


@contextmanager
def watched(by: Callable[["Run"], object]) -> Iterator[None]:
    """Runs of this block show themselves to `by` whenever records got an outcome."""
    token = _watcher.set(by)
    try:
        yield
    finally:
        _watcher.reset(token)


class Request(BaseModel):
    """What a person or a schedule asked a run to do."""

    streams: list[str] | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    record_ids: list[str] | None = None
    dry_run: bool = False

    @property
    def is_backfill(self) -> bool:
        """Whether a part was asked for; such a run does not move the watermark."""
        return bool(self.since or self.until or self.record_ids)


class Preview(BaseModel):
    """What a run would do with one record."""

    stream: str
    source_ref: str
    would: str
    reason: str = ""
    body: dict[str, Any] | None = None


@dataclass
class Tally:
    """What a run has seen and done so far, by stream."""

    read: Counter[str] = field(default_factory=Counter)
    outcomes: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    ignored: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    news: list[Outcome] = field(default_factory=list)  # exceptions that were not known before
    again: list[Outcome] = field(default_factory=list)  # known ones that were tried again and stay
    foreseen: dict[tuple[str, str], Preview] = field(default_factory=dict)  # by stream and id, as decided last
    seen: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    shown: set[tuple[str, str]] = field(default_factory=set)
    latest: dict[tuple[str, str], str] = field(default_factory=dict)  # outcome by stream and record

    @property
    def preview(self) -> list[Preview]:
        """What a dry run foresees for each record."""
        return list(self.foreseen.values())

    def note(self, outcomes: Sequence[Outcome], fresh: Sequence[Outcome]) -> None:
        """Counts these outcomes, each record by its last one; those in `fresh` were not known before this run."""
        new = {(row.stream, row.row.id) for row in fresh} | self._recalled(outcomes)
        for made in outcomes:
            if before := self.latest.get((made.stream, made.row.id)):
                self.outcomes[made.stream] -= Counter([before])
            self.latest[made.stream, made.row.id] = made.outcome
            self.outcomes[made.stream][made.outcome] += 1
            self.seen[made.stream].add(made.row.id)
            if made.outcome in EXCEPTIONS:
                (self.news if (made.stream, made.row.id) in new else self.again).append(made)

    def _recalled(self, outcomes: Sequence[Outcome]) -> set[tuple[str, str]]:
        """Drops these records' earlier exceptions of this run; returns those among them that were news."""
        keys = {(row.stream, row.row.id) for row in outcomes}
        if all(self.latest.get(key) not in EXCEPTIONS for key in keys):
            return set()
        news = {(row.stream, row.row.id) for row in self.news} & keys
        for listed in (self.news, self.again):
            listed[:] = [row for row in listed if (row.stream, row.row.id) not in keys]
        return news


@dataclass
class Run:
    """Everything a step needs to know about the run it belongs to."""

    ledger: Ledger
    request: Request
    retried: bool  # a person clicked Retry: what this run left refused is tried again
    started: datetime
    slots: SharedSlots
    sessions: SharedSessions
    alarm_days: int = 14  # after how many days a held record is overdue
    settle_seconds: float = 15.0  # how long a write without an answer may still be under way at the vendor
    holder: str = ""
    tally: Tally = field(default_factory=Tally)
    mirrors: dict[tuple[str, str], dict[str, Mirrored]] = field(default_factory=dict)  # by system and kind
    needed: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # ids by stream, see `ensure`
    again: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # see `look_again`
    read_until: dict[str, datetime] = field(default_factory=dict)  # by stream
    planned: dict[tuple[str, str], Link] = field(default_factory=dict)  # what a dry run would have linked

    @property
    def dry(self) -> bool:
        """Whether nothing may be written anywhere."""
        return self.request.dry_run

    def planned_links(self, stream: str, ids: Collection[str]) -> list[Link]:
        """Returns the links that a run would have made by now of these records and their parts; a dry run's alone."""
        named = self.planned.items() if self.dry else ()
        return [link for (of, one), link in named if of == stream and one.split("/")[0] in ids]

    def look_again(self, stream: str, ids: Collection[str]) -> None:
        """These records are decided about in this run, although their source did not change."""
        self.again[stream].update(ids)

    def keep(self, outcomes: Sequence[Outcome]) -> None:
        """The outcomes are stored and counted; a dry run only counts them."""
        fresh = list(outcomes) if self.dry else self.ledger.keep(outcomes)
        self.tally.note(outcomes, fresh)
        _watcher.get()(self)

    def ignore(self, stream: str, decision: Ignore) -> None:
        """Counts a record that is none of this pair's business."""
        self.tally.ignored[stream][decision.reason] += 1

    def to_show(self) -> list[Outcome]:
        """Returns the records that a person must look at because of this run, each once."""
        rows = [*self.tally.news, *(self.tally.again if self.retried or self.request.record_ids else [])]
        last = {(row.stream, row.row.id): row for row in rows}
        return [row for row in last.values() if row.outcome in NEEDS_A_PERSON]


@asynccontextmanager
async def open_run(
    pair: str,
    connection: str,
    request: Request,
    *,
    run_id: str,
    retried: bool,
    identities: tuple[str, str],
    rules_hash: str,
    settle_seconds: float,
    alarm_days: int = 14,
    store: Store | None = None,
) -> AsyncIterator[Run]:
    """Holds the connection while the block runs, so that no other run works on it (a dry run holds nothing).

    Raises:
        TimeoutError: another run held the connection for longer than an hour.
    """
    opened = await asyncio.to_thread(open_store) if store is None else store
    scope = f"{pair}/{connection}@{identities[0]}>{identities[1]}"
    ledger = Ledger(opened, pair, connection, scope, run_id, rules_hash)
    slots, sessions = SharedSlots(opened), SharedSessions(opened)
    run = Run(ledger, request, retried, datetime.now(UTC), slots, sessions, alarm_days, settle_seconds)
    _watcher.get()(run)
    try:
        if request.dry_run:
            yield run
            return
        async with lease(opened, f"run:{scope}", seconds=60, patience=3600) as run.holder:
            yield run
    finally:
        await slots.release()
        if store is None:
            opened.close()
