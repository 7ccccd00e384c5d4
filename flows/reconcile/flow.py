"""Compares the two systems of any pair."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from prefect import flow, task
from prefect.artifacts import acreate_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed
from pydantic import Field

from blocks.errors import ConfigurationError, VendorError
from flows.connection import Connection
from flows.consent import with_link
from flows.reconcile.differences import Comparison, Difference, Reading, Sides, title_of
from flows.registry import PAIRS
from tasks.naming import renamed
from tasks.report import MOST
from tasks.retry import ONCE, PATIENT
from tasks.run import Request, open_run
from tasks.state.store import Store

AGREED, DIFFER = "In agreement", "Differences"


@flow(name="reconcile", flow_run_name="reconcile {pair} {connection}", persist_result=False)
async def reconcile(
    pair: str = Field(description="The pair, for example qad-bill."),
    connection: str = Field(description="The connection's name, as in the connection file."),
    deep: bool = Field(default=True, description="Compare lines too, which takes calls for each open record."),
) -> State[list[Difference]]:
    """Every difference between the two systems is listed in a table artifact; nothing is written to either."""
    if pair not in PAIRS or (comparison := PAIRS[pair].comparison) is None:
        raise ConfigurationError(f"there is no pair {pair!r} that can be compared")
    kind = PAIRS[pair].connection
    try:
        async with compared_sides(kind, connection, deep=deep) as sides:
            books = comparison.books()
            for reading in comparison.readings:
                await read(reading, reading.title, sides, books)
            found = await compare(comparison, pair, books, sides)
    except VendorError as error:
        raise with_link(kind, connection, error) from None
    await _leave(f"{title_of(kind, connection)}-differences", found)
    return _ended(found)


@asynccontextmanager
async def compared_sides(
    kind: type[Connection], name: str, *, deep: bool = True, store: Store | None = None
) -> AsyncIterator[Sides]:
    """Opens both systems and the connection's ledger to be read; holds nothing, so that runs may go on meanwhile.

    Raises:
        ConfigurationError: the connection or one of its credentials does not exist; the text says what to do.
    """
    rules = await kind.named(name)
    blocks = await rules.sides()
    async with AsyncExitStack() as stack:
        run = await stack.enter_async_context(
            open_run(
                kind.pair,
                name,
                Request(dry_run=True),
                run_id="",
                retried=False,
                identities=(blocks[0].identity, blocks[1].identity),
                rules_hash=rules.rules_hash(),
                settle_seconds=0,
                store=store,
            )
        )
        source, target = [await stack.enter_async_context(rules.client(one, run)) for one in blocks]
        yield Sides(source, target, rules, run.ledger, deep)


@task(name="read", task_run_name="read {title}", **PATIENT)
async def read(reading: Reading, title: str, sides: Sides, books: Any) -> None:
    """The books hold what this reading reads; repeating it is harmless."""
    renamed(f"read {title}: {await reading.read(sides, books)}")


@task(name="compare", task_run_name="compare {pair}", **ONCE)
async def compare(comparison: Comparison, pair: str, books: Any, sides: Sides) -> list[Difference]:
    """Returns every difference between what was read."""
    found = comparison.compare(books, sides.rules)
    renamed(f"compare {pair}: {_counted(found)}")
    return found


async def _leave(key: str, found: list[Difference]) -> None:
    names = {"ours": "first system", "theirs": "second system", "remedy": "what to do"}
    table = [{names.get(name, name): value for name, value in one._asdict().items()} for one in found[:MOST]]
    about = f"Where the two systems do not agree: {_counted(found)}."
    await acreate_table_artifact(table=table, key=key, description=about)


def _ended(found: list[Difference]) -> State[list[Difference]]:
    return Completed(name=DIFFER if found else AGREED, message=_counted(found), data=found)


def _counted(found: list[Difference]) -> str:
    return f"{len(found):,} difference{'' if len(found) == 1 else 's'}" if found else "in agreement"
