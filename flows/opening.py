"""What every pair's flow begins and ends with: blocks, clients, the run, its report, and a spent cap."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

from prefect import get_run_logger
from prefect.client.schemas.objects import State
from prefect.deployments import arun_deployment
from prefect.exceptions import ObjectNotFound
from prefect.runtime import flow_run
from prefect.states import Completed

from blocks.errors import CapReachedError, VendorError
from flows.connection import Connection
from flows.consent import leave_link, with_link
from tasks.report import report, summary
from tasks.run import Request, Run, open_run
from tasks.write_back import show_records

Rules = TypeVar("Rules", bound=Connection)
AFTER_CAP = timedelta(seconds=5)  # vendors' clocks differ a little


@dataclass
class Opened(Generic[Rules]):
    """A connection that is being worked on: both clients, the rules, the run, and how the flow run ends."""

    source: Any
    target: Any
    rules: Rules
    run: Run
    ended: State[Any]


@asynccontextmanager
async def opened(kind: type[Rules], name: str, request: Request) -> AsyncIterator[Opened[Rules]]:
    """Opens a connection for one run; afterwards `ended` holds the state that the flow run ends with.

    Raises:
        ConfigurationError: the connection or one of its credentials does not exist; the text says what to do.
    """
    rules = await kind.named(name)
    sides = await rules.sides()
    async with AsyncExitStack() as stack:
        run = await stack.enter_async_context(
            open_run(
                kind.pair,
                name,
                request,
                run_id=str(flow_run.id or ""),
                retried=(flow_run.run_count or 0) > 1,
                identities=(sides[0].identity, sides[1].identity),
                rules_hash=rules.rules_hash(),
                settle_seconds=rules.in_doubt_wait_seconds,
                alarm_days=rules.hold_alarm_days,
            )
        )
        source, target = [await stack.enter_async_context(rules.client(side, run)) for side in sides]
        pair = Opened(source, target, rules, run, Completed())
        try:
            yield pair
        except CapReachedError as cap:
            pair.ended = await _continue_later(pair, cap)
        except VendorError as error:
            await leave_link(kind, name, error)
            told = with_link(kind, name, error)
            get_run_logger().error("%s %s. %s", told.system, told, told.remedy or "The next run goes on by itself.")
            raise told from None
        else:
            pair.ended = await report(run)


async def _continue_later(pair: Opened[Any], cap: CapReachedError) -> State[Any]:
    """Schedules a run for when the cap clears, and returns the state of this one, which gives its worker back."""
    ledger, request = pair.run.ledger, pair.run.request
    await show_records(pair.run)
    await report(pair.run)
    again = cap.until + AFTER_CAP
    try:
        await arun_deployment(
            f"{ledger.pair}/{ledger.connection}",
            parameters={"connection": ledger.connection, **request.model_dump(mode="json")},
            scheduled_time=again,
            timeout=0,
            as_subflow=False,
            idempotency_key=f"{ledger.scope} {again.isoformat()}",
        )
        goes_on = f"it goes on by itself at {again:%H:%M:%S} UTC"
    except ObjectNotFound:
        goes_on = f"this connection has no deployment: start it again after {again:%H:%M:%S} UTC"
    get_run_logger().warning("%s; %s", cap, goes_on)
    return Completed(name="Paused", message=f"{cap}; {goes_on}. So far: {summary(pair.run)}")
