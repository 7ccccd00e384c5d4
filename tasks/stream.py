"""What a pair declares of each stream: where records are read, what they need, what becomes of them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from blocks.source import Reader, Row
from blocks.target import Target
from tasks.outcomes import Decision

if TYPE_CHECKING:
    from tasks.run import Run


async def nothing_to_align(_run: "Run", _rows: Sequence[Row]) -> None:
    """The stream's records need no reference data."""


def all_wanted(_run: "Run", rows: Sequence[Row]) -> Sequence[Row]:
    """Every row is this pair's business."""
    return rows


@dataclass(frozen=True)
class Stream:
    """One record type in one direction."""

    name: str
    reader: Reader
    decide: Callable[[Row, Any], Decision]  # pure: from the row and what `align` found
    targets: Mapping[str, Target] = field(default_factory=dict)  # by kind; archives need `archive(target_id)`
    align: Callable[["Run", Sequence[Row]], Awaitable[Any]] = nothing_to_align
    wanted: Callable[["Run", Sequence[Row]], Sequence[Row]] = all_wanted  # decided before `load`
    told: Callable[[Row], bool] = lambda _row: False  # whether what the list shows of a row decides about it already
    reference: bool = False  # other records wait for it, and the target alone tells whether it is there now
    starts_now: bool = False  # at its first run, nothing older than that run concerns this pair
