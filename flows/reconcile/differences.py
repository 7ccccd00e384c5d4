"""What a comparison of two systems finds, and what a pair declares so that it can be compared."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from flows.connection import Connection
from tasks.state.ledger import Ledger


class Difference(NamedTuple):
    """One point in which the systems do not agree; `ours` is what the pair's first system says, or our own records."""

    stream: str
    record: str
    ours: str
    theirs: str
    what: str
    remedy: str


@dataclass(frozen=True)
class Sides:
    """Both systems' clients, the connection's rules, and its ledger, which is only read."""

    source: Any
    target: Any
    rules: Any
    ledger: Ledger
    deep: bool = True  # whether lines are compared too, at the cost of calls for each record


class Reading(NamedTuple):
    """One thing that is read of one system into the pair's books; returns in words how much it was."""

    title: str
    read: Callable[[Sides, Any], Awaitable[str]]


class Comparison(NamedTuple):
    """How a pair is compared: empty books, what is read into them in this order, and the pure comparison of them."""

    books: Callable[[], Any]
    readings: Sequence[Reading]
    compare: Callable[[Any, Any], list[Difference]]  # books, rules


async def differences(comparison: Comparison, sides: Sides) -> list[Difference]:
    """Returns every difference between the two systems; nothing is written anywhere."""
    books = comparison.books()
    for reading in comparison.readings:
        await reading.read(sides, books)
    return comparison.compare(books, sides.rules)


def title_of(kind: type[Connection], name: str) -> str:
    """Returns the connection's name as artifacts may carry it."""
    return f"{kind.pair}-{name}".lower().replace("_", "-")
