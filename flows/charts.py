"""How a record of one system's reference data (account, department, class) finds its counterpart in the other's."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from blocks.source import Row
from tasks.outcomes import Adopt, Decision, Hold, Keep, Write
from tasks.state.mirrors import Mirrored
from tasks.state.models import Link

LEAF = "leaf"  # in a mirrored record's body: its own name, where `name` tells the parents' as well


class Coded(NamedTuple):
    """What a source record is known by."""

    code: str  # its number; empty if it has none
    name: str


@dataclass(frozen=True)
class Chart:
    """The target's side of a stream of reference data, and what is known of the rows."""

    system: str  # the target's name, for people
    records: Mapping[str, Mirrored]  # the target's, by id
    links: Mapping[str, Link]  # by source id
    needed: frozenset[str]  # source ids that some record waits for

    def __str__(self) -> str:
        """Says how much there is, for a task run's name."""
        return f"{len(self.records):,} in {self.system}"

    def has(self, record_id: str) -> bool:
        """Tells whether the target has this record, in use."""
        return record_id in self.records and self.records[record_id].active

    def match(self, coded: Coded, mapped: str | None) -> tuple[Mirrored, str] | None:
        """Returns the target's record and why it is the one, or None.

        Args:
            coded: the source record; compared by number, then by exact name.
            mapped: what the connection file says instead: the target's id, number or name.
        """
        if mapped is not None:
            found = named(self.records, mapped)
            return (found, "mapped in the connection file") if found else None
        for alike, why in self._alike(coded):
            if len(alike) == 1:
                return alike[0], why
        return None

    def has_several(self, coded: Coded) -> bool:
        """Tells whether more than one record has that number or that name, so that none of them is taken."""
        return any(len(alike) > 1 for alike, _why in self._alike(coded))

    def _alike(self, coded: Coded) -> list[tuple[list[Mirrored], str]]:
        """Returns the records of that number, then those of that name; active ones if there are any."""
        by_number = [one for one in self.records.values() if one.number and one.number == coded.code]
        by_name = [one for one in self.records.values() if coded.name and _plain(coded.name) in _names(one)]
        return [
            ([one for one in by_number if one.active] or by_number, f"the same number {coded.code}"),
            ([one for one in by_name if one.active] or by_name, f"the same name {coded.name!r}"),
        ]


@dataclass(frozen=True)
class Matching:
    """The decision about one kind of reference data."""

    thing: str  # "account", "department", "class"
    mapping: Mapping[str, str]  # the connection's: source id or code -> the target's id, number or name
    coded: Callable[[Row], Coded]
    create: Callable[[Coded], Write] | None = None  # makes a missing one that is needed; None never does

    def __call__(self, row: Row, chart: Chart) -> Decision:
        """Returns what becomes of the row: adopt a counterpart, make one, or hold what needs it."""
        coded, link = self.coded(row), chart.links.get(row.id)
        mapped = self.mapping.get(row.id, self.mapping.get(coded.code)) if coded.code else self.mapping.get(row.id)
        found = chart.match(coded, mapped)
        if found is None and link and mapped is None and link.target_id in chart.records:
            found = (chart.records[link.target_id], "linked before")  # renamed on one side: still the same one
        if found:
            return self._found(row, found, link, chart.system)
        if link is None and row.id not in chart.needed:
            return Keep(f"no counterpart in {chart.system}, and nothing needs it")
        if self.create is not None and mapped is None:
            return self.create(coded)
        return self._missing(coded, mapped, chart)

    def _found(self, row: Row, found: tuple[Mirrored, str], link: Link | None, system: str) -> Decision:
        record, why = found
        if not record.active:
            said = f"{system} {self.thing} {record.name!r} ({why}) is archived"
            remedy = f"Restore it in {system}, or map {row.ref or row.id} to another {self.thing}."
            return Hold(said, remedy=f"{remedy[:-1]} in the connection file.", suspends=True)
        if link and (link.target_id, link.state) == (record.id, "live"):
            return Keep()
        return Adopt(record.id, f"{system} {self.thing} {record.name!r}: {why}")

    def _missing(self, coded: Coded, mapped: str | None, chart: Chart) -> Hold:
        system = chart.system
        known_by = f"number {coded.code} or name {coded.name!r}" if coded.code else f"name {coded.name!r}"
        said = f"{system} has {'more than one' if chart.has_several(coded) else 'no'} {self.thing} with {known_by}"
        if mapped is not None:
            said = f"the connection file maps {coded.code or coded.name} to {mapped}, which {system} does not have"
        remedy = f"Add the {self.thing} in {system}, or map {coded.code or coded.name} in the connection file."
        if mapped is None and chart.has_several(coded):
            remedy = f"Map {coded.code or coded.name} to one of them in the connection file."
        return Hold(said, remedy=remedy, suspends=True)


def named(records: Mapping[str, Mirrored], said: str) -> Mirrored | None:
    """Returns the one record that somebody means by an id, a number or a name; None if there is none, or several."""
    if said in records:
        return records[said]
    return _only(one for one in records.values() if one.number == said) or _only(
        one for one in records.values() if _plain(said) in _names(one)
    )


def _only(found: Iterable[Mirrored]) -> Mirrored | None:
    listed = list(found)
    active = [one for one in listed if one.active] or listed
    return active[0] if len(active) == 1 else None


def _names(record: Mirrored) -> set[str]:
    return {_plain(record.name), _plain(str(record.body.get(LEAF) or record.name))}


def _plain(name: str) -> str:
    return name.strip().casefold()
