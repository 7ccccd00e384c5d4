"""A connection of Procurify and QAD whose runs go over real HTTP, without Prefect's server and blocks."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from blocks.procurify.account import ProcurifyAccount
from blocks.procurify.client import ProcurifyClient
from blocks.qad.account import QadAccount
from blocks.qad.client import QadClient
from blocks.qad.profile import Profile
from flows.procurify_qad import look_back
from flows.procurify_qad.rules import PAIR, ProcurifyQadConnection
from flows.procurify_qad.streams import streams_of
from tasks import align, create, fetch, move, write_back
from tasks.run import Request, Run, open_run
from tasks.state.queries import ask_again, records
from tasks.state.store import Store
from tests.sandbox.procurify import ProcurifySandbox
from tests.sandbox.qad import QadSandbox

STEPS = (
    (fetch, "fetch_page"), (fetch, "load_again"), (align, "align_page"), (create, "create_page"),
    (write_back, "finish"),
)  # fmt: skip
CENT = Decimal("0.01")


def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine's steps are plain calls, and no task runs show records that need a person."""
    for module, name in STEPS:
        monkeypatch.setattr(module, name, getattr(module, name).fn)
    monkeypatch.setattr(write_back, "show_records", _shown_nowhere)


async def _shown_nowhere(_run: Run) -> None:
    """Shows nothing."""


class Desk:
    """Both systems with a supplier, an account that takes cost centers, one that does not, and a department."""

    def __init__(self, store: Store, urls: tuple[str, str], procurify: ProcurifySandbox, qad: QadSandbox) -> None:
        self.store, self.procurify, self.qad = store, procurify, qad
        self.rules: dict[str, Any] = {"site": "10-100", "bill_to": "10-100", "daybook_set": "STD"}
        self.account = ProcurifyAccount(
            urls[0], procurify.subdomain, procurify.client_id, procurify.client_secret, read_pause_seconds=0
        )
        self.there = QadAccount(
            f"{urls[1]}{qad.context}", qad.username, qad.workspace, qad.password,
            profile=Profile.default().merged({"write_pause": 0}),
        )  # fmt: skip
        self.runs = 0
        qad.seed(
            accounts=[
                {"accountCode": "6010", "description": "Supplies", "isCostCenterAccount": True},
                {"accountCode": "6150", "description": "Freight in", "isCostCenterAccount": False},
            ],
            cost_centers=[{"costCenterCode": "100"}],
            suppliers=[{"supplierCode": "10S1001", "businessRelationName": "Northwind"}],
        )
        procurify.seed_departments([{"name": "Assembly", "code": "100"}])
        for code, name in (("6010", "Supplies"), ("6150", "Freight in")):
            procurify.add_account_code(code, name)
        self.vendor = int(procurify.add_vendor("Northwind", "10S1001", currency="USD")["id"])

    def order(self, *lines: Mapping[str, Any], **header: Any) -> dict[str, Any]:
        """Places an order, by default of ten pairs of gloves, and returns it."""
        return self.procurify.raise_po(header.pop("vendor", self.vendor), list(lines or [line()]), **header)

    def bill(self, number: str, *items: Mapping[str, Any], **header: Any) -> dict[str, Any]:
        """Enters an approved bill and returns it."""
        told = {"invoice_date": "2026-11-02", **header}
        return self.procurify.bill(list(items), invoice_number=number, **told)

    async def run(self, *streams: str, night: datetime | None = None, **asked: Any) -> Run:
        """Moves these streams, or all, in a run of its own, and returns it; at `night` it does the daily look."""
        self.runs += 1
        rules = ProcurifyQadConnection(procurify="p", qad="q", **self.rules)
        opening = open_run(
            PAIR, "acme", Request(streams=list(streams) or None, **asked), run_id=f"run-{self.runs}", retried=False,
            identities=("p", "q"), rules_hash=rules.rules_hash(), settle_seconds=0, store=self.store,
        )  # fmt: skip
        client = ProcurifyClient(self.account, first_wait=0.001)
        async with client as source, QadClient(self.there, first_wait=0.001) as target, opening as run:
            run.started = night or run.started
            back = look_back.begun(run, rules) if night else None
            await move.move(run, streams_of(source, target, rules, run.ledger, back))
            if back is not None:
                look_back.ended(run)
        return run

    def said(self, stream: str) -> dict[str, tuple[str, str]]:
        """Returns what is stored of a stream's records: outcome and reason by number."""
        listed = records(self.store, "acme")
        return {one["source_ref"]: (one["outcome"], one["reason"]) for one in listed if one["stream"] == stream}

    def outcomes(self, stream: str) -> dict[str, str]:
        """Returns the outcomes of a stream's records by number."""
        return {ref: outcome for ref, (outcome, _why) in self.said(stream).items()}

    def replay(self, *ids: str) -> None:
        """A person asks for these records again."""
        ask_again(self.store, "acme", pair=None, outcome=None, ids=ids)

    def calls(self) -> int:
        """Returns how many calls both systems have had."""
        return len(self.procurify.requests()) + len(self.qad.frame.log)

    def lines(self, number: str) -> list[tuple[int, Decimal, Decimal]]:
        """Returns an order's lines in QAD: number, quantity and unit cost."""
        rows = [row for row in self.qad.order_lines.values() if row["purchaseOrderNumber"] == number]
        found = [(row["purchaseOrderLine"], row["quantityOrdered"], row["purchaseCost"]) for row in rows]
        return sorted(found)

    def total(self, number: str) -> Decimal:
        """Returns what an order comes to in QAD, line by line."""
        amounts = [(quantity * cost).quantize(CENT) for _line, quantity, cost in self.lines(number)]
        return sum(amounts, Decimal(0))

    def invoices(self) -> dict[str, Decimal]:
        """Returns what QAD's invoices come to, by the supplier's number."""
        return {one["reference"]: one["originalCreditTC"] - one["originalDebitTC"] for one in self.posted()}

    def posted(self) -> list[dict[str, Any]]:
        """Returns QAD's invoices."""
        return list(self.qad.invoices.values())

    def of_profile(self, **overrides: Any) -> None:
        """QAD is set up otherwise from now on."""
        self.there = replace(self.there, profile=self.there.profile.merged(overrides))


def line(name: str = "Gloves", quantity: str = "10", price: str = "2.50", **fields: Any) -> dict[str, Any]:
    """Returns an order's line."""
    return {"name": name, "quantity": quantity, "price": price, "code": "6010", "department": "100", **fields}


def items(order: Mapping[str, Any]) -> list[int]:
    """Returns the ids of an order's lines."""
    return [one["id"] for one in order["order_items"]]
