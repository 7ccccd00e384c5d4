"""Step 4: what a page's records call for is done in the target, each with its outcome."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from prefect import get_run_logger, task
from prefect.exceptions import MissingContextError

from blocks.source import Row
from tasks.fetch import Page
from tasks.naming import counted, renamed
from tasks.opaque import opaque
from tasks.outcomes import EXCEPTIONS, Adopt, Decision, Hold, Ignore, Keep, Outcome, Refuse, Write
from tasks.retry import PATIENT
from tasks.run import Preview, Run
from tasks.state.models import Link, utc_now
from tasks.stream import Stream
from tasks.writing import Draft, write_all

Decided = tuple[Row, Decision | Outcome]


async def create(run: Run, stream: Stream, page: Page, references: Any) -> None:
    """Creates or updates the page's records in the target; one that cannot go never stops the others."""
    await create_page(opaque(run), opaque(stream), opaque(page.rows), page.label, opaque(references))


@task(name="create", task_run_name="create {stream.name}, {label}", **PATIENT)
async def create_page(run: Run, stream: Stream, rows: Sequence[Row], label: str, references: Any) -> None:
    """Each of these rows has a stored outcome."""
    before = run.tally.outcomes[stream.name].copy()
    await carry_out(run, stream, rows, references)
    renamed(f"create {stream.name}, {label}: {counted(dict(run.tally.outcomes[stream.name] - before))}")


async def carry_out(run: Run, stream: Stream, rows: Sequence[Row], references: Any) -> None:
    """Decides about each row and does what was decided; in a dry run it is only listed."""
    decided = _without_exceptions(run, stream, [(row, decision_about(stream, row, references)) for row in rows])
    for row, decision in decided:
        if isinstance(decision, Ignore) and row.id not in run.tally.seen[stream.name]:  # a repeated task counts it once
            run.ignore(stream.name, decision)
            run.tally.seen[stream.name].add(row.id)
    settled = [(row, one) for row, one in decided if not isinstance(one, Write | Ignore)]
    run.keep([outcome_of(stream.name, row, decision) for row, decision in settled])
    drafts = [Draft(row, one) for row, one in decided if isinstance(one, Write)]
    if run.dry:
        _foresee(run, stream, drafts, settled)
    else:
        await write_all(run, stream, drafts)


def _without_exceptions(run: Run, stream: Stream, decided: Sequence[Decided]) -> list[Decided]:
    """Returns the decisions; one to ignore a record that is listed as an exception settles it, so that it is not."""
    ignored = [row.id for row, one in decided if isinstance(one, Ignore)]
    known = run.ledger.records(stream.name, ignored) if ignored else {}
    over = {record_id for record_id, record in known.items() if record.outcome in EXCEPTIONS}
    return [(row, Keep(one.reason) if isinstance(one, Ignore) and row.id in over else one) for row, one in decided]


def decision_about(stream: Stream, row: Row, references: Any) -> Decision | Outcome:
    """Returns the stream's decision; an error of our own makes this one record fail, not its neighbours."""
    try:
        return stream.decide(row, references)
    except Exception as error:  # noqa: BLE001 - one record's surprise must not block the rest
        _log_surprise(stream.name, row)
        said = f"ml-connector could not work this record out ({type(error).__name__})"
        return Outcome(stream.name, row, "failed", said, "Report it to whoever runs ml-connector: the log has more.")


def _log_surprise(stream: str, row: Row) -> None:
    try:
        get_run_logger().exception("deciding about %s %s", stream, row.ref)
    except MissingContextError:
        return  # outside of a run nobody reads a run's log


def outcome_of(stream: str, row: Row, decision: Decision | Outcome) -> Outcome:
    """Returns the outcome of a decision that needs no write."""
    match decision:
        case Outcome():
            return decision
        case Adopt():
            return _adopted(stream, row, decision)
        case Hold(adopts=Adopt() as adopt):
            held = _adopted(stream, row, adopt)
            return replace(held, outcome="held", reason=decision.reason, remedy=decision.remedy, causes=decision.causes)
        case Hold(reason, causes, remedy, suspends):
            link = {"state": "suspended"} if suspends else None
            return Outcome(stream, row, "held", reason, remedy, causes, link=link)
        case Refuse(reason, remedy, causes):
            return Outcome(stream, row, "refused", reason, remedy, causes)
        case Keep(reason, agreed):
            return Outcome(stream, row, "unchanged", reason, agreed=agreed)
        case _:
            raise TypeError(f"{type(decision).__name__} is not settled without a write")


def _adopted(stream: str, row: Row, adopt: Adopt) -> Outcome:
    link = {"kind": adopt.kind, "state": "live", "sent_hash": "", "evidence": adopt.evidence, "label": adopt.label}
    return Outcome(
        stream, row, "unchanged", adopt.evidence,
        target_id=adopt.target_id, action="adopt", link=link, agreed=adopt.agreed, lines=adopt.lines,
    )  # fmt: skip


def _foresee(run: Run, stream: Stream, drafts: Sequence[Draft], settled: Sequence[tuple[Row, Any]]) -> None:
    for row, write in drafts:
        _plan(run, stream, row, write.target_id or f"(new {row.ref})", write.kind, write.label)
        run.tally.outcomes[stream.name]["created" if write.operation == "create" else "updated"] += 1
        run.tally.seen[stream.name].add(row.id)
        run.tally.foreseen[stream.name, row.id] = Preview(
            stream=stream.name, source_ref=row.ref, would=write.operation, reason=write.note, body=write.body
        )
    for row, decision in settled:
        made = outcome_of(stream.name, row, decision)
        would: str = made.outcome
        if made.link is not None and made.target_id:
            would = made.action
            kept = made.link
            _plan(run, stream, row, made.target_id, kept["kind"], kept["label"], kept["evidence"])
        run.tally.foreseen[stream.name, row.id] = Preview(
            stream=stream.name, source_ref=row.ref, would=would, reason=made.reason
        )


def _plan(run: Run, stream: Stream, row: Row, target_id: str, kind: str, label: str, evidence: str = "") -> None:
    """Notes, in a dry run, the link that a run would make."""
    now = utc_now()
    run.planned[stream.name, row.id] = Link(
        scope=run.ledger.scope,
        stream=stream.name,
        source_id=row.id,
        target_id=target_id,
        created_at=now,
        kind=kind,
        label=label,
        evidence=evidence,
        updated_at=now,
    )
