"""The write protocol: intent, call, outcome; a write without an answer is looked up before anything is repeated."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from blocks.errors import AnswerLostError, BusyRecordError, ConflictError, NotFoundError, RefusedError
from blocks.source import Row, content_hash
from blocks.target import Change, ChangesTogether, Found, Key, Target
from tasks.outcomes import Agreed, Line, Lines, Outcome, OutcomeName, Write, in_target
from tasks.run import Run
from tasks.state import intents as book
from tasks.state.models import Intent, utc_now
from tasks.stream import Stream

SKEW = timedelta(minutes=5)  # how far the vendor's clock may be behind ours


class Draft(NamedTuple):
    """A record that is ready to be written."""

    row: Row
    write: Write

    @property
    def sent_hash(self) -> str:
        """The hash of what the target will hold."""
        return content_hash(self.write.body)

    @property
    def noted(self) -> book.Noted:
        """What an intent keeps of it."""
        return self.row, self.write, self.sent_hash


async def write_all(run: Run, stream: Stream, drafts: Sequence[Draft]) -> None:
    """Every draft is in the target, or refused, with its outcome stored.

    Repeating it after any interruption writes nothing twice.

    Raises:
        AnswerLostError: some are in doubt; call it again, and they are looked up first.
    """
    await settle_doubts(run, stream)
    groups: defaultdict[tuple[str, str], list[Draft]] = defaultdict(list)
    for draft in _not_yet_written(run, stream, drafts):
        groups[draft.write.kind, draft.write.operation].append(draft)
    for (kind, operation), members in groups.items():
        target = stream.targets[kind]
        calls = await asyncio.to_thread(_calls, run, stream, members, _most(target, operation))
        # The vendor's own limit on calls under way holds in the client; every call is waited for, so that
        # one that fails leaves no other behind.
        done = await asyncio.gather(
            *(_write_together(run, stream, target, some, together) for together, some in calls), return_exceptions=True
        )
        for error in done:
            if error is not None:
                raise error


def _most(target: Target, operation: str) -> int:
    if operation == "create":
        return target.at_once
    return target.changes_at_once if isinstance(target, ChangesTogether) else 1


def _calls(run: Run, stream: Stream, drafts: Sequence[Draft], most: int) -> list[tuple[str, list[Draft]]]:
    """Returns what is sent in one call each; what was sent together before goes together again, under the same key."""
    earlier: defaultdict[str, list[Draft]] = defaultdict(list)
    before = book.sent_together(run.ledger, stream.name, [draft.noted for draft in drafts])
    for together, draft in zip(before, drafts, strict=True):
        earlier[together].append(draft)
    return [(together, some) for together, members in earlier.items() for some in _parts(members, most)]


def _parts(drafts: list[Draft], most: int) -> Iterator[list[Draft]]:
    for start in range(0, len(drafts), most):
        yield drafts[start : start + most]


def _not_yet_written(run: Run, stream: Stream, drafts: Sequence[Draft]) -> list[Draft]:
    """Leaves out what an earlier attempt at the same page has written."""
    links = run.ledger.links(stream.name, [draft.row.id for draft in drafts])

    def written(draft: Draft) -> bool:
        link, write = links.get(draft.row.id), draft.write
        if link is not None and write.operation == "create" and link.state == "live":
            return link.revision >= write.revision  # even if it was made of an older state of the record
        return link is not None and (link.sent_hash, link.state, link.revision, link.kind) == (
            draft.sent_hash,
            write.link_state,
            write.revision,
            write.kind,
        )

    return [draft for draft in drafts if not written(draft)]


async def _write_together(run: Run, stream: Stream, target: Target, drafts: Sequence[Draft], together: str) -> None:
    noted = [draft.noted for draft in drafts]
    intents = await asyncio.to_thread(book.begin, run.ledger, stream.name, noted, run.holder, together)
    try:
        results = await _send(target, drafts, intents)
    except AnswerLostError as lost:
        run.keep(
            [_doubtful(stream, draft.row, intent, str(lost)) for draft, intent in zip(drafts, intents, strict=True)]
        )
        raise
    settled = zip(drafts, intents, results, strict=True)
    run.keep([_outcome(stream, draft, intent, result) for draft, intent, result in settled])


async def _send(target: Target, drafts: Sequence[Draft], intents: Sequence[Intent]) -> list[Found | RefusedError]:
    write, keys = drafts[0].write, [Key(one.request_id, one.together) for one in intents]
    if write.operation == "create":
        return await target.create([draft.write.body for draft in drafts], keys)
    if isinstance(target, ChangesTogether):
        return await target.change([_change(draft.write) for draft in drafts], keys)
    try:
        if write.operation == "archive":
            return [await target.archive(write.target_id)]
        return [await target.update(write.target_id, write.body, keys[0])]
    except RefusedError as refusal:
        return [refusal]
    except (NotFoundError, ConflictError) as error:
        return [RefusedError(str(error), system=error.system, code=error.code, remedy=error.remedy)]


def _change(write: Write) -> Change:
    return Change("archive" if write.operation == "archive" else "update", write.target_id, write.body)


def _outcome(stream: Stream, draft: Draft, intent: Intent, result: Found | RefusedError) -> Outcome:
    write = draft.write
    if isinstance(result, BusyRecordError):
        return Outcome(
            stream.name,
            draft.row,
            "held",
            str(result),
            result.remedy or "Nobody: it is tried again in the next run.",
            in_target(f"{draft.row.ref} at rest"),
            action=write.operation,
            sent=write.body,
            intent_id=intent.id,
        )
    if isinstance(result, RefusedError):
        remedy = (
            result.remedy or f"Correct the record in its source system; {result.system or 'the target'} refuses it."
        )
        return Outcome(
            stream.name,
            draft.row,
            "refused",
            str(result),
            remedy,
            action=write.operation,
            sent=write.body,
            intent_id=intent.id,
        )
    done: OutcomeName = "created" if write.operation == "create" else "updated"
    return Outcome(
        stream.name,
        draft.row,
        "refused" if result.wrong else done,
        f"{done}, but {result.wrong}" if result.wrong else write.note,
        f"Look at it in the target: {result.id}." if result.wrong else "",
        target_id=result.id,
        action=write.operation,
        link=_link(write, draft.sent_hash, result),
        agreed=None if result.wrong else write.agreed,
        lines=write.lines,
        line_targets=result.parts,
        sent=write.body,
        answer=result.record,
        intent_id=intent.id,
    )


def _link(write: Write, sent_hash: str, result: Found) -> dict[str, Any]:
    adopted = {"evidence": write.evidence} if write.evidence else {}
    return {
        "kind": write.kind,
        "sent_hash": "" if result.wrong else sent_hash,  # so that the next try compares anew
        "state": write.link_state,
        "revision": write.revision,
        "label": write.label,
        "changed_at": result.changed_at,
        "version": result.version,
        **adopted,
    }


def _doubtful(stream: Stream, row: Row, intent: Intent, why: str) -> Outcome:
    return Outcome(
        stream.name, row, "in_doubt", why, "Nobody: it is looked up before anything is repeated.",
        action=intent.operation, intent_id=intent.id, settled=False,
    )  # fmt: skip


async def settle_doubts(run: Run, stream: Stream) -> None:
    """No write of the stream is in doubt any more: what was done is linked, what was not done may be sent again."""
    doubts = await asyncio.to_thread(book.in_doubt, run.ledger, stream.name)
    if not doubts:
        return
    await _let_settle(run, max(doubt.intent.tried_at for doubt in doubts))
    by_kind: defaultdict[str, list[book.OpenIntent]] = defaultdict(list)
    for doubt in doubts:
        if doubt.intent.operation == "create" and doubt.intent.kind in stream.targets:
            by_kind[doubt.intent.kind].append(doubt)
    found: dict[str, Found] = {}
    for kind, members in by_kind.items():
        since = min(doubt.intent.opened_at for doubt in members) - SKEW
        matches = await stream.targets[kind].find([doubt.body["body"] for doubt in members], since)
        found |= {doubt.intent.id: match for doubt, match in zip(members, matches, strict=True) if match}
    run.keep([_found(stream, doubt, found[doubt.intent.id]) for doubt in doubts if doubt.intent.id in found])
    book.set_aside(run.ledger, [doubt.intent for doubt in doubts if doubt.intent.id not in found], run.holder)


async def _let_settle(run: Run, tried_at: datetime) -> None:
    """Waits until a write without an answer cannot be under way at the vendor any more."""
    await asyncio.sleep(max(0.0, run.settle_seconds - (utc_now() - tried_at).total_seconds()))


def _found(stream: Stream, doubt: book.OpenIntent, match: Found) -> Outcome:
    intent, body = doubt.intent, doubt.body
    write = Write("create", body["body"], intent.kind, revision=intent.revision, label=body["label"])
    agreed = Agreed(*body["agreed"]) if body.get("agreed") else None
    lines = Lines(body["lines"][0], [Line(*one) for one in body["lines"][1]]) if body.get("lines") else None
    return Outcome(
        stream.name,
        Row(intent.source_id, intent.source_ref, body["hash"], body["source"]),
        "created",
        "Its answer was lost; it was found in the target.",
        target_id=match.id,
        action="look up",
        link=_link(write, body["sent_hash"], match),
        agreed=agreed,
        lines=lines,
        line_targets=match.parts,
        sent=body["body"],
        answer=match.record,
        intent_id=intent.id,
    )
