"""Judges how the reference data of two systems fit together, by the same matching that a run uses."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from blocks.source import Row
from flows.charts import Chart, Matching, named
from flows.checks import Findings
from tasks.outcomes import Adopt
from tasks.state.mirrors import Mirrored

NAMED = 8  # names that a sentence lists; the rest is counted
Entries = Mapping[str, Mirrored]  # by id


class Compared(NamedTuple):
    """One kind of reference data on both sides; None where a system did not list it."""

    what: str  # for example "accounts"
    ours: str  # what people call the entries that look for counterparts, for example "QAD codes"
    rows: Sequence[Row] | None
    system: str  # the one that is searched
    entries: Entries | None


def judge_matches(
    compared: Compared,
    matching: Matching,
    found: Findings,
    consequence: str,
    *,
    harmless: bool = False,
    essential: bool = False,
) -> None:
    """How many have an active counterpart is one row more, and which have none.

    Args:
        compared: both sides.
        matching: as a run does it.
        found: gets the row.
        consequence: what becomes of records that use an entry without a counterpart.
        harmless: whether that needs nobody's attention.
        essential: whether nothing can go if no entry at all has a counterpart.
    """
    what = f"{compared.what} in both"
    if compared.rows is None or compared.entries is None:
        found.add(what, "unverified", "one of the two systems did not list them")
        return
    chart = Chart(compared.system, compared.entries, {}, frozenset())
    lacking = [row.ref or row.id for row in compared.rows if not isinstance(matching(row, chart), Adopt)]
    count = len(compared.rows)
    said = f"{count - len(lacking):,} of {count:,} {compared.ours} are matched"
    if not lacking:
        found.add(what, "ok", said)
        return
    none_at_all = essential and len(lacking) == count
    said += f"; without an active counterpart: {listed(lacking)} ({consequence})"
    found.add(what, "ok" if harmless else "error" if none_at_all else "warning", said)


def judge_mapping(what: str, mapping: Mapping[str, str], system: str, entries: Entries | None, found: Findings) -> None:
    """Whether the system has what the connection file maps to, in use, is one row more; none without a mapping."""
    if not mapping:
        return
    if entries is None:
        found.add(f"{what} mapping", "unverified", f"{system} did not list them")
        return
    meant = {f"{key} to {said}": named(entries, said) for key, said in mapping.items()}
    missing = [pair for pair, entry in meant.items() if entry is None]
    unused = [pair for pair, entry in meant.items() if entry is not None and not entry.active]
    if missing:
        said = f"{system} does not have, or has several of, what the connection file maps {listed(missing)}"
        found.add(f"{what} mapping", "error", said)
    if unused:
        said = f"out of use in {system} is what the connection file maps {listed(unused)}"
        found.add(f"{what} mapping", "error", said)
    if not missing and not unused:
        found.add(f"{what} mapping", "ok", f"all {len(mapping):,} mapped records are active in {system}")


def judge_keys(what: str, keys: Iterable[str], system: str, known: Iterable[str] | None, found: Findings) -> None:
    """Names that the connection file maps, and that the system does not know, are one row more; else none."""
    unknown = sorted(set(keys) - set(known)) if known is not None else []
    if unknown:
        found.add(f"mapped {what}", "error", f"{system} does not have what the connection file maps: {listed(unknown)}")


def listed(names: Iterable[str]) -> str:
    """Returns the first names, and how many more there are."""
    every = list(names)
    more = f" and {len(every) - NAMED:,} more" if len(every) > NAMED else ""
    return ", ".join(every[:NAMED]) + more
