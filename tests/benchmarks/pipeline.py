"""The same run with Prefect around it and without."""

import uuid
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from blocks.bill.credentials import BillCredentials
from blocks.qad.credentials import QadCredentials
from flows.qad_bill.flow import qad_bill
from flows.qad_bill.rules import PAIR, QadBillConnection
from flows.qad_bill.streams import streams_of
from tasks.move import move
from tasks.run import Request, open_run

STEPS = (  # the tasks, which without Prefect are plain functions
    "tasks.fetch.fetch_page",
    "tasks.fetch.load_again",
    "tasks.align.align_page",
    "tasks.create.create_page",
    "tasks.write_back.finish",
    "tasks.write_back.show_record",
)


@dataclass
class Bench:
    """One connection under measurement."""

    vendors: dict[str, Any]  # as the sandbox tells them
    name: str = field(default_factory=lambda: f"bench-{uuid.uuid4().hex[:8]}")

    def blocks(self) -> tuple[QadCredentials, BillCredentials, QadBillConnection]:
        """Returns the connection's blocks."""
        told = {name: {key: value for key, value in one.items() if key != "url"} for name, one in self.vendors.items()}
        rules = QadBillConnection(qad=self.name, bill=self.name, long_vendor_names="shorten")
        return QadCredentials(**told["qad"]), BillCredentials(**told["bill"]), rules


async def prepare(it: Bench) -> None:
    """Prefect holds the connection's blocks."""
    for block in it.blocks():
        await block.asave(it.name, overwrite=True)


async def with_prefect(it: Bench) -> None:
    """Runs the pair's flow."""
    flow: Any = qad_bill
    await flow(connection=it.name, return_state=True)


async def without_prefect(it: Bench) -> None:
    """Runs the same steps as plain functions."""
    qad_block, bill_block, rules = it.blocks()
    async with (
        open_run(
            PAIR,
            it.name,
            Request(),
            run_id=uuid.uuid4().hex,
            retried=False,
            identities=(qad_block.identity, bill_block.identity),
            rules_hash=rules.rules_hash(),
            settle_seconds=1,
        ) as run,
        qad_block.get_client(run.slots, run.sessions) as qad,
        bill_block.get_client(run.slots, run.sessions) as bill,
    ):
        patches = [patch(step, _plain(step)) for step in STEPS]
        for one in patches:
            one.start()
        try:
            await move(run, streams_of(qad, bill, rules))
        finally:
            patch.stopall()


def _plain(step: str) -> Any:
    module, name = step.rsplit(".", 1)
    task = getattr(__import__(module, fromlist=[name]), name)
    return getattr(task, "fn", task)
