"""Streams `accounts` and `departments`: QAD's codes find BILL's chart of accounts and departments."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

from blocks.bill.account import SYSTEM
from blocks.bill.client import BillClient
from blocks.bill.list_target import DepartmentTarget
from blocks.qad.client import QadClient
from blocks.qad.models import Account, CostCenter
from blocks.qad.source import QadSource
from blocks.source import Row
from flows.bill_lists import classifications
from flows.charts import Chart, Coded, Matching
from flows.qad_bill.rules import QadBillConnection
from tasks.outcomes import Write
from tasks.run import Run
from tasks.stream import Stream

Kind = Literal["chart-of-accounts", "departments"]


def coded(row: Row) -> Coded:
    """Returns what an account or a cost center is known by."""
    record: Account | CostCenter = row.content
    return Coded(row.id, record.description or "")


def new_department(center: Coded) -> Write:
    """Returns the making of a BILL department for a cost center."""
    return Write("create", {"name": center.name or center.code, "shortName": center.code[:40]}, kind="department")


def chart_of(bill: BillClient, kind: Kind, name: str) -> Callable[[Run, Sequence[Row]], Awaitable[Chart]]:
    """Returns the align step of stream `name`: reads BILL's changed records of this kind, once a run."""

    async def align(run: Run, rows: Sequence[Row]) -> Chart:
        """Returns BILL's records as they are now, and the rows' links."""
        records = await classifications(run, bill, kind)
        links = run.ledger.links(name, [row.id for row in rows])
        wanted = frozenset(run.ledger.waiting_for(name) | run.needed[name])
        return Chart(SYSTEM, records, links, wanted)

    return align


def accounts(qad: QadClient, bill: BillClient, rules: QadBillConnection) -> Stream:
    """Returns the stream of GL accounts; none is ever made in BILL."""
    return Stream(
        name="accounts",
        reader=QadSource(qad, "account", Account, key=("shared_set", "code"), one_by="code"),
        align=chart_of(bill, "chart-of-accounts", "accounts"),
        decide=Matching("account", rules.accounts, coded),
        reference=True,
    )


def departments(qad: QadClient, bill: BillClient, rules: QadBillConnection) -> Stream:
    """Returns the stream of cost centers; a missing department is made in BILL if the rules say so."""
    return Stream(
        name="departments",
        reader=QadSource(qad, "cost_center", CostCenter, key=("shared_set", "code"), one_by="code"),
        align=chart_of(bill, "departments", "departments"),
        decide=Matching("department", rules.departments, coded, new_department if rules.create_departments else None),
        targets={"department": DepartmentTarget(bill)},
        reference=True,
    )
