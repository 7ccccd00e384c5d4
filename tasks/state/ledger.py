"""Outcomes, links and holds of one connection: what is known of each record."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from tasks.outcomes import NEEDS_A_PERSON, SOURCE, TARGET, Agreed, Lines, Outcome
from tasks.state.models import Attempt, Audit, Hold, Intent, Link, Record, utc_now
from tasks.state.store import Store, upsert

MANY = 500  # ids in one query; SQLite allows 32,766 variables, PostgreSQL 65,535
FEW = 50  # conditions of their own in one query
RECORD_KEYS = ("scope", "stream", "source_id")


@dataclass(frozen=True)
class Ledger:
    """The records of one pair and connection, as seen and written by one run."""

    store: Store
    pair: str
    connection: str
    scope: str  # pair, connection and the identities of both systems
    run_id: str
    rules_hash: str = ""  # of what a person may set; a change of it makes held and refused records due

    def records(self, stream: str, ids: Collection[str]) -> dict[str, Record]:
        """Returns what is stored of these source records, by id."""
        return {row.source_id: row for row in self._by_ids(Record, stream, col(Record.source_id), ids)}

    def links(self, stream: str, ids: Collection[str]) -> dict[str, Link]:
        """Returns the links of these source records, by source id."""
        return {row.source_id: row for row in self._by_ids(Link, stream, col(Link.source_id), ids)}

    def links_to(self, stream: str, target_ids: Collection[str]) -> dict[str, Link]:
        """Returns the links to these target records, by target id."""
        return {row.target_id: row for row in self._by_ids(Link, stream, col(Link.target_id), target_ids)}

    def links_with_parts(self, stream: str, ids: Collection[str]) -> list[Link]:
        """Returns the links of these source records and of their parts, whose ids are theirs, a slash, and more."""
        listed = sorted(ids)
        found: list[Link] = []
        with self.store.reading() as session:
            for start in range(0, len(listed), FEW):
                named = listed[start : start + FEW]
                parts = [col(Link.source_id).startswith(f"{one}/", autoescape=True) for one in named]
                mine = or_(col(Link.source_id).in_(named), *parts)
                where = (col(Link.scope) == self.scope, col(Link.stream) == stream, mine)
                found.extend(session.scalars(select(Link).where(*where)))
        return found

    def parts(self, stream: str) -> dict[str, list[str]]:
        """Returns the source ids of all linked parts of records (their id, a slash, and more), by the record's id."""
        found: dict[str, list[str]] = {}
        with self.store.reading() as session:
            where = (col(Link.scope) == self.scope, col(Link.stream) == stream, col(Link.source_id).contains("/"))
            for one in session.scalars(select(col(Link.source_id)).where(*where)):
                found.setdefault(one.split("/")[0], []).append(one)
        return found

    def links_labelled(self, stream: str, labels: Collection[str]) -> list[Link]:
        """Returns the links of the stream that have one of these labels."""
        return self._by_ids(Link, stream, col(Link.label), labels)

    def live_labels(self, stream: str, labels: Collection[str]) -> frozenset[str]:
        """Returns those of these labels that a live link of the stream has."""
        return frozenset(link.label for link in self.links_labelled(stream, labels) if link.state == "live")

    def latest_targets(self, stream: str, most: int) -> list[str]:
        """Returns the target ids of the live links that were made last, in the order of their ids."""
        where = (col(Link.scope) == self.scope, col(Link.stream) == stream, col(Link.state) == "live")
        newest = select(col(Link.target_id)).where(*where).order_by(col(Link.created_at).desc()).limit(most)
        with self.store.reading() as session:
            return sorted(session.scalars(newest))

    def all_links(self, stream: str) -> dict[str, Link]:
        """Returns every link of the stream, by source id; for reference data, which is small."""
        with self.store.reading() as session:
            found = session.scalars(select(Link).where(col(Link.scope) == self.scope, col(Link.stream) == stream))
            return {row.source_id: row for row in found}

    def _by_ids(self, table: Any, stream: str, column: Any, ids: Collection[str]) -> list[Any]:
        listed: list[str] = list(ids)
        found: list[Any] = []
        with self.store.reading() as session:
            for start in range(0, len(listed), MANY):
                part = listed[start : start + MANY]
                where = (table.scope == self.scope, table.stream == stream, column.in_(part))
                found.extend(session.scalars(select(table).where(*where)))
        return found

    def ids_of_refs(self, stream: str, refs: Collection[str]) -> list[str]:
        """Returns the source ids of the records that people know by these numbers."""
        with self.store.reading() as session:
            where = (col(Record.scope) == self.scope, col(Record.stream) == stream, col(Record.source_ref).in_(refs))
            return list(session.scalars(select(col(Record.source_id)).where(*where)))

    def twins(self, stream: str, records: Mapping[str, tuple[str, str, str]]) -> dict[str, str]:
        """Returns, for each of these unlinked records, another one with the same number that came first, if there is.

        The other one is linked already, or is among these and has the smaller id.

        Args:
            stream: theirs.
            records: source id to the number people know it by, and the link's label and kind that a twin would have.
        """
        refs = {ref for ref, _label, _kind in records.values()}
        found = self._by_ids(Link, stream, col(Link.source_ref), refs)
        first = {(link.source_ref, link.label, link.kind): link.source_id for link in found if link.state == "live"}
        twins = {}
        for source_id, named in sorted(records.items()):
            if first.setdefault(named, source_id) != source_id:
                twins[source_id] = first[named]
        return twins

    def waiting_for(self, stream: str, unless: str = "") -> set[str]:
        """Returns the ids of the stream's records that other records wait for, without those of one outcome."""
        with self.store.reading() as session:
            where = (col(Hold.scope) == self.scope, col(Hold.cause_stream) == stream)
            ids = set(session.scalars(select(col(Hold.cause_id)).where(*where).distinct()))
        left_out = self.records(stream, ids) if unless else {}
        return {one for one in ids if one not in left_out or left_out[one].outcome != unless}

    def waiting(self, stream: str, cause_stream: str, causes: Collection[str]) -> set[str]:
        """Returns the ids of the stream's records that wait for one of these things."""
        found: set[str] = set()
        listed = list(causes)
        with self.store.reading() as session:
            for start in range(0, len(listed), MANY):
                named = col(Hold.cause_id).in_(listed[start : start + MANY])
                where = (col(Hold.scope) == self.scope, col(Hold.stream) == stream)
                mine = (col(Hold.cause_stream) == cause_stream, named)
                found.update(session.scalars(select(col(Hold.source_id)).where(*where, *mine)))
        return found

    def due(self, stream: str, *, retried: bool) -> list[str]:
        """Returns the ids of the records that deserve another try although their source did not change.

        They failed or are in doubt, a person asked, the rules changed, or all they waited for exists now.
        With `retried` (a person clicked Retry), also those that this very run left refused.
        """
        again = [
            col(Record.outcome).in_(["failed", "in_doubt"]),
            col(Record.asked),
            and_(
                col(Record.outcome).in_(["held", "refused"]),
                col(Record.rules_hash) != self.rules_hash,
                ~_waits_for_its_source(),
            ),
            and_(col(Record.outcome).in_(["held", "refused"]), _has_holds(), ~_waits()),
        ]
        if retried:
            again.append(and_(col(Record.outcome).in_(NEEDS_A_PERSON), col(Record.run_id) == self.run_id))
        with self.store.reading() as session:
            where = (col(Record.scope) == self.scope, col(Record.stream) == stream, or_(*again))
            return list(session.scalars(select(col(Record.source_id)).where(*where).order_by(col(Record.source_id))))

    def keep(self, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """Stores outcomes, links, holds, settled intents and audit rows, all or nothing.

        Returns those that are new: the record had another outcome or another reason before, or a person asked.
        """
        if not outcomes:
            return []
        with self.store.session() as session:
            fresh = self._write_records(session, outcomes)
            self._write_links(session, outcomes)
            self._write_holds(session, outcomes)
            self._settle_intents(session, outcomes)
            news = {(row.stream, row.row.id) for row in fresh}
            session.add_all(self._audit(row) for row in outcomes if row.link or (row.stream, row.row.id) in news)
        return fresh

    def _write_records(self, session: Session, outcomes: Sequence[Outcome]) -> list[Outcome]:
        now, fresh, rows = utc_now(), [], []
        before = self._before(session, outcomes)
        for made in outcomes:
            old = before.get((made.stream, made.row.id))
            same = old is not None and (old.outcome, old.reason) == (made.outcome, made.reason)
            if not same or (old is not None and old.asked):
                fresh.append(made)
            waits_on = old is not None and old.outcome == made.outcome == "held"  # whatever it waits for by now
            rows.append(
                {
                    "scope": self.scope,
                    "stream": made.stream,
                    "source_id": made.row.id,
                    "pair": self.pair,
                    "connection": self.connection,
                    "source_ref": made.row.ref,
                    "source_hash": made.row.hash or (old.source_hash if old else ""),
                    "rules_hash": self.rules_hash,
                    "outcome": made.outcome,
                    "reason": made.reason,
                    "remedy": made.remedy,
                    "target_id": made.target_id or (old.target_id if old else None),
                    "attempts": (old.attempts if old else 0) + 1,
                    "run_id": self.run_id,
                    "asked": False,
                    "since": old.since if old and (same or waits_on) else now,
                    "updated_at": now,
                }
            )
        upsert(session, Record, rows, RECORD_KEYS)
        return fresh

    def _before(self, session: Session, outcomes: Sequence[Outcome]) -> dict[tuple[str, str], Record]:
        found: dict[tuple[str, str], Record] = {}
        for start in range(0, len(outcomes), MANY):
            part = outcomes[start : start + MANY]
            where = (
                col(Record.scope) == self.scope,
                col(Record.stream).in_({row.stream for row in part}),
                col(Record.source_id).in_([row.row.id for row in part]),
            )
            found |= {(row.stream, row.source_id): row for row in session.scalars(select(Record).where(*where))}
        return found

    def _write_links(self, session: Session, outcomes: Sequence[Outcome]) -> None:
        now = utc_now()
        for made in outcomes:
            link = session.get(Link, (self.scope, made.stream, made.row.id)) if made.link is not None else None
            if made.link is None or (link is None and made.target_id is None):
                continue
            if link is None:
                link = Link(
                    scope=self.scope,
                    stream=made.stream,
                    source_id=made.row.id,
                    target_id=made.target_id or "",
                    created_at=now,
                    updated_at=now,
                )
                session.add(link)
            link.target_id, link.source_ref, link.updated_at = made.target_id or link.target_id, made.row.ref, now
            for name, value in made.link.items():
                setattr(link, name, value)
        session.flush()
        for made in outcomes:
            if made.agreed is not None:
                self._agree(session, made, made.agreed)
            if made.lines is not None and made.target_id is not None:
                self._write_lines(session, made, made.lines, made.target_id)

    def _agree(self, session: Session, made: Outcome, agreed: Agreed) -> None:
        key = (self.scope, agreed.stream or made.stream, agreed.source_id or made.row.id)
        if (link := session.get(Link, key)) is not None:
            link.agreed = self.store.vault.seal(agreed.fields)

    def _write_lines(self, session: Session, made: Outcome, lines: Lines, target_id: str) -> None:
        now = utc_now()
        ours = (col(Link.scope) == self.scope, col(Link.stream) == lines.stream)
        moved = col(Link.source_id).in_([line.id for line in lines.lines])  # from another record
        session.execute(delete(Link).where(*ours, or_(col(Link.owner) == made.row.id, moved)))
        session.add_all(
            Link(
                scope=self.scope,
                stream=lines.stream,
                source_id=line.id,
                target_id=made.line_targets.get(line.id, f"{target_id}/{line.id}"),
                source_ref=made.row.ref,
                owner=made.row.id,
                label=line.label,
                agreed=self.store.vault.seal(line.fields),
                created_at=now,
                updated_at=now,
            )
            for line in lines.lines
        )

    def agreed(self, link: Link) -> dict[str, Any] | None:
        """Returns the fields that both sides were last seen to agree on; None if they never were compared."""
        fields: dict[str, Any] | None = None if link.agreed is None else self.store.vault.unseal(link.agreed)
        return fields

    def _write_holds(self, session: Session, outcomes: Sequence[Outcome]) -> None:
        for stream in {row.stream for row in outcomes}:
            ids = [row.row.id for row in outcomes if row.stream == stream]
            for start in range(0, len(ids), MANY):
                where = (
                    col(Hold.scope) == self.scope,
                    col(Hold.stream) == stream,
                    col(Hold.source_id).in_(ids[start : start + MANY]),
                )
                session.execute(delete(Hold).where(*where))
        held = [
            {
                "scope": self.scope,
                "stream": made.stream,
                "source_id": made.row.id,
                "cause_stream": cause.stream,
                "cause_id": cause.id,
            }
            for made in outcomes
            for cause in made.causes
        ]
        upsert(session, Hold, held, ("scope", "stream", "source_id", "cause_stream", "cause_id"))

    def _settle_intents(self, session: Session, outcomes: Iterable[Outcome]) -> None:
        now = utc_now()
        for made in outcomes:
            intent = session.get(Intent, made.intent_id) if made.intent_id else None
            if intent is None:
                continue
            intent.outcome, intent.target_id = made.outcome, made.target_id
            intent.settled_at = now if made.settled else None
            intent.tried_at = intent.tried_at if made.settled else now  # from here on it may still be under way
            session.add(Attempt(intent_id=intent.id, run_id=self.run_id, at=now, result=made.reason or made.outcome))

    def _audit(self, made: Outcome) -> Audit:
        payload = {"source": made.row.content, "sent": made.sent, "answer": made.answer}
        return Audit(
            at=utc_now(),
            run_id=self.run_id,
            scope=self.scope,
            stream=made.stream,
            source_id=made.row.id,
            source_ref=made.row.ref,
            action=made.action,
            outcome=made.outcome,
            summary=made.reason,
            payload=self.store.vault.seal(payload),
        )

    def count(self, stream: str, outcome: str) -> int:
        """Returns how many records of the stream have this outcome now."""
        with self.store.reading() as session:
            where = (col(Record.scope) == self.scope, col(Record.stream) == stream, col(Record.outcome) == outcome)
            return session.scalar(select(func.count()).select_from(Record).where(*where)) or 0


def _has_holds() -> ColumnElement[bool]:
    same = (
        col(Hold.scope) == col(Record.scope),
        col(Hold.stream) == col(Record.stream),
        col(Hold.source_id) == col(Record.source_id),
    )
    return exists().where(*same)


def _waits_for_its_source() -> ColumnElement[bool]:
    same = (
        col(Hold.scope) == col(Record.scope),
        col(Hold.stream) == col(Record.stream),
        col(Hold.source_id) == col(Record.source_id),
        col(Hold.cause_stream) == SOURCE,
    )
    return exists().where(*same)


def _waits() -> ColumnElement[bool]:
    """Some thing that the record waits for does not exist yet: no live link stands for it."""
    hold, link = aliased(Hold), aliased(Link)
    there = exists().where(
        col(link.scope) == col(hold.scope),
        col(link.stream) == col(hold.cause_stream),
        col(link.source_id) == col(hold.cause_id),
        col(link.state) == "live",
    )
    mine = (
        col(hold.scope) == col(Record.scope),
        col(hold.stream) == col(Record.stream),
        col(hold.source_id) == col(Record.source_id),
    )
    return exists().where(*mine, col(hold.cause_stream) != TARGET, ~there)
