"""Streams `accounts` and `departments`: QAD's codes find BILL's chart of accounts and departments."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from blocks.bill.client import BillClient
from blocks.bill.filters import clause
from blocks.bill.target import DepartmentTarget
from blocks.qad.client import QadClient
from blocks.qad.models import Account, CostCenter
from blocks.qad.source import QadSource
from blocks.source import Row
from flows.qad_bill.rules import QadBillConnection
from tasks.mirror import fresh
from tasks.outcomes import Adopt, Decision, Hold, Keep, Write
from tasks.run import Run
from tasks.state.mirrors import Mirrored
from tasks.state.models import Link
from tasks.stream import Stream

Kind = Literal["chart-of-accounts", "departments"]
SKEW = timedelta(minutes=5)
UNMATCHED = "no counterpart in BILL, and no bill needs it"


@dataclass(frozen=True)
class Chart:
    """BILL's side of a stream of reference data, and what is known of the rows."""

    records: Mapping[str, Mirrored]  # BILL's, by id
    links: Mapping[str, Link]  # by QAD code
    needed: frozenset[str]  # QAD codes that some bill waits for

    def __str__(self) -> str:
        """Says how much there is, for a task run's name."""
        return f"{len(self.records):,} in BILL"

    def has(self, record_id: str) -> bool:
        """Tells whether BILL has this record, in use."""
        return record_id in self.records and self.records[record_id].active

    def match(self, code: str, name: str, mapping: Mapping[str, str]) -> tuple[Mirrored, str] | None:
        """Returns BILL's record for a QAD code and why: by mapping, else by number, else by exact name; or None."""
        if code in mapping:
            found = self.records.get(mapping[code])
            return (found, "mapped in the connection file") if found else None
        by_number = [one for one in self.records.values() if one.number and one.number == code]
        by_name = [one for one in self.records.values() if name and one.name.strip().lower() == name.strip().lower()]
        for alike, why in ((by_number, f"the same number {code}"), (by_name, f"the same name {name!r}")):
            active = [one for one in alike if one.active] or alike
            if len(active) == 1:
                return active[0], why
        return None


def decide(thing: str, mapping: Mapping[str, str], create: bool) -> Callable[[Row, Chart], Decision]:
    """Returns the decision about a QAD account or cost center, given BILL's chart.

    Args:
        thing: "account" or "department", for the sentences.
        mapping: the connection's explicit mapping.
        create: whether a missing one is made in BILL when a bill needs it.
    """

    def decided(row: Row, chart: Chart) -> Decision:
        record: Account | CostCenter = row.content
        link, found = chart.links.get(row.id), chart.match(row.id, record.description, mapping)
        if found is None and link and row.id not in mapping and link.target_id in chart.records:
            found = (chart.records[link.target_id], "linked before")  # renamed on one side: still the same one
        if found and found[0].active:
            if link and (link.target_id, link.state) == (found[0].id, "live"):
                return Keep()
            return Adopt(found[0].id, f"BILL {thing} {found[0].name!r}: {found[1]}")
        if found is None and link is None and row.id not in chart.needed:
            return Keep(UNMATCHED)
        if found:
            said = f"BILL {thing} {found[0].name!r} ({found[1]}) is archived"
            remedy = f"Restore it in BILL, or map {row.id} to another {thing} in the connection file."
            return Hold(said, remedy=remedy, suspends=True)
        if create and row.id not in mapping:
            return Write("create", {"name": record.description or row.id, "shortName": row.id[:40]}, kind=thing)
        said = f"BILL has no {thing} with number {row.id} or name {record.description!r}"
        if row.id in mapping:
            said = f"the connection file maps {row.id} to {mapping[row.id]}, which BILL does not have"
        return Hold(said, remedy=f"Add the {thing} in BILL, or map {row.id} in the connection file.", suspends=True)

    return decided


def chart_of(bill: BillClient, kind: Kind, name: str) -> Callable[[Run, Sequence[Row]], Awaitable[Chart]]:
    """Returns the align step of stream `name`: reads BILL's changed records of this kind, once a run."""

    async def align(run: Run, rows: Sequence[Row]) -> Chart:
        """Returns BILL's records as they are now, and the rows' links."""
        records = await fresh(run, "bill", kind, lambda since: _changed(bill, kind, since))
        links = run.ledger.links(name, [row.id for row in rows])
        wanted = frozenset(run.ledger.waiting_for(name) | run.needed[name])
        return Chart(records, links, wanted)

    return align


async def _changed(bill: BillClient, kind: Kind, since: datetime | None) -> AsyncIterator[list[Mirrored]]:
    filters = clause("updatedTime", "gte", since - SKEW) if since else ""
    async for page in bill.classifications(kind, filters=filters):
        yield [
            Mirrored(
                id=str(record["id"]),
                number=str((record.get("account") or {}).get("number") or record.get("shortName") or ""),
                name=str(record.get("name") or ""),
                active=not record.get("archived"),
                body={},
            )
            for record in page.results
        ]


def accounts(qad: QadClient, bill: BillClient, rules: QadBillConnection) -> Stream:
    """Returns the stream of GL accounts; none is ever made in BILL."""
    return Stream(
        name="accounts",
        reader=QadSource(qad, "account", Account, key=("shared_set", "code"), one_by="code"),
        align=chart_of(bill, "chart-of-accounts", "accounts"),
        decide=decide("account", rules.accounts, create=False),
        reference=True,
    )


def departments(qad: QadClient, bill: BillClient, rules: QadBillConnection) -> Stream:
    """Returns the stream of cost centers; a missing department is made in BILL if the rules say so."""
    return Stream(
        name="departments",
        reader=QadSource(qad, "cost_center", CostCenter, key=("shared_set", "code"), one_by="code"),
        align=chart_of(bill, "departments", "departments"),
        decide=decide("department", rules.departments, rules.create_departments),
        targets={"department": DepartmentTarget(bill)},
        reference=True,
    )
