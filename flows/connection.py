"""What every connection has, whatever its pair."""

from contextlib import AbstractAsyncContextManager
from typing import Any, ClassVar, Self

from prefect.blocks.core import Block
from pydantic import Field, ValidationError

from blocks.errors import ConfigurationError
from blocks.source import content_hash
from tasks.run import Run


class Connection(Block):
    """One customer's pair of accounts: the names of its two credentials blocks, its rules and its schedule."""

    pair: ClassVar[str]
    systems: ClassVar[dict[str, type[Block]]]  # source and target: the field that names a credentials block, its type
    consents: ClassVar[dict[str, str]] = {}  # system (as errors name it) -> path of the page where a person consents
    not_rules: ClassVar[frozenset[str]] = frozenset(
        {"schedule", "lag_minutes", "hold_alarm_days", "in_doubt_wait_seconds"}
    )

    schedule: str = Field(
        default="",
        title="Schedule",
        description="When it runs, as a cron expression in UTC; empty for never by itself.",
    )
    lag_minutes: int = Field(
        default=5, ge=0, title="Lag", description="How many minutes before the last reading each new reading begins."
    )
    hold_alarm_days: int = Field(
        default=14, ge=1, title="Hold alarm", description="After how many days a held record is called overdue."
    )
    in_doubt_wait_seconds: float = Field(
        default=30,
        ge=0,
        title="In-doubt wait",
        description="How long a write without an answer may still be under way before it is looked up.",
    )

    def rules_hash(self) -> str:
        """Returns a hash of all that decides about records; when it changes, held and refused ones are tried again."""
        own: dict[str, Any] = self.model_dump(mode="json", include=set(type(self).model_fields) - self.not_rules)
        return content_hash(own)

    def schedules(self) -> list[tuple[str, dict[str, Any]]]:
        """Returns when it runs by itself: cron expressions in UTC, each with the parameters of its runs."""
        return [(self.schedule, {})] if self.schedule else []

    @classmethod
    async def named(cls, name: str) -> Self:
        """Returns the connection of this name.

        Raises:
            ConfigurationError: there is none; the text says what to do.
        """
        loaded: Self = await _loaded(cls, name)
        return loaded

    def client(self, side: Any, run: Run) -> AbstractAsyncContextManager[Any]:
        """Returns the client of one of the two systems, for `async with`."""
        opened: AbstractAsyncContextManager[Any] = side.get_client(run.slots, run.sessions)
        return opened

    async def sides(self) -> list[Any]:
        """Returns the two credentials blocks, source first.

        Raises:
            ConfigurationError: one of them does not exist; the text says what to do.
        """
        return [await _loaded(kind, getattr(self, side)) for side, kind in self.systems.items()]


async def _loaded(kind: type[Block], name: str) -> Any:
    try:
        return await kind.aload(name)
    except ValidationError as error:
        wrong = ", ".join(str(one["loc"][-1]) for one in error.errors(include_input=False) if one["loc"])
        said = f"the block {kind.get_block_type_slug()}/{name} is not valid: {wrong}"
        raise ConfigurationError(
            said, remedy="Correct it in the Prefect UI, or apply the connection file again."
        ) from None
    except ValueError:
        said = f"there is no block {kind.get_block_type_slug()}/{name}"
        raise ConfigurationError(said, remedy="Run `ml-connector apply` with the connection file.") from None
