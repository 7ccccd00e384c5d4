"""What the demo runs, in this order, and what happens before each run."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from rich.console import Console

from deployments.demo_people import Vendors, work_at_the_dock, work_in_bill

CONNECTION = "demo"
VISITED = "bill-quickbooks-desktop"


class Step(NamedTuple):
    """A run of a pair, what is said before it, and what people do before it; `said` tells how much that was."""

    pair: str
    said: str
    people: Callable[[Vendors], dict[str, int]] = lambda _vendors: {}


STEPS = (
    Step("qad-bill", "running qad-bill/demo: QAD's invoices go to BILL ..."),
    Step(
        "procurify-qad",
        "running procurify-qad/demo: QAD's suppliers and accounts go to Procurify, Procurify's orders and bills to QAD;"
        " bills wait for what they bill to be received ...",
    ),
    Step(
        "bill-quickbooks-online", "running bill-quickbooks-online/demo: BILL's vendors and bills go to QuickBooks ..."
    ),
    Step(
        VISITED, "the Web Connector comes for bill-quickbooks-desktop/demo: approved bills go to QuickBooks Desktop ..."
    ),
    Step(
        "procurify-qad",
        "goods come for {received} order lines, QAD gets a supplier and an account, Procurify pays a bill and gets a"
        " new one; running procurify-qad/demo again: bills whose goods have come are posted ...",
        work_at_the_dock,
    ),
    Step(
        "qad-bill",
        "somebody pays {paid} bills in BILL and approves {approved}; running qad-bill/demo again: payments go on ...",
        work_in_bill,
    ),
    Step(
        "bill-quickbooks-online", "running bill-quickbooks-online/demo again: the orders of paid bills are closed ..."
    ),
    Step(VISITED, "the Web Connector comes again: payments, and bills approved by now, go to QuickBooks Desktop ..."),
)


async def take_steps(said: Console, vendors: Vendors, visit: Callable[[], Awaitable[bool]]) -> tuple[str, bool]:
    """Takes every step; returns the id of the first flow run, and whether all ended well."""
    from prefect.deployments import arun_deployment  # only now, for it reads its environment when it is imported

    runs, visits = [], []
    for step in STEPS:
        said.print(step.said.format(**step.people(vendors)))
        if step.pair == VISITED:
            visits.append(await visit())
        else:
            runs.append(await arun_deployment(f"{step.pair}/{CONNECTION}", as_subflow=False, poll_interval=1))
    good = all(run.state and run.state.is_final() and not run.state.is_crashed() for run in runs)
    return str(runs[0].id), good and all(visits)
