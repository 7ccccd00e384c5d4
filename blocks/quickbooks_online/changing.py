"""Changes records together: read all, work out each change, write them in a batch, and again what changed meanwhile."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from blocks.errors import ConflictError, NotFoundError, RefusedError
from blocks.exact import Record
from blocks.quickbooks_online.account import SYSTEM
from blocks.quickbooks_online.batch import Item
from blocks.quickbooks_online.client import QuickBooksClient
from blocks.quickbooks_online.kept import found
from blocks.quickbooks_online.values import text
from blocks.quickbooks_online.writing import Result, Send, Turned, item_key, refusal, written
from blocks.target import Change, ChangesTogether, Found, Key


class Step(NamedTuple):
    """The one call that a change of one record comes to."""

    operation: Literal["update", "delete"]
    body: Record
    options: str = ""


Plan = Callable[[Change, str, Record | None], Step | Result]  # from the record as it is now; a record: nothing to do
Amend = Callable[[Turned, Mapping[int, Change]], Awaitable[Mapping[int, Item | Result]]]


@dataclass
class Changing:
    """The changes of one call; a target id may be several, joined by commas, and then each of them is changed."""

    client: QuickBooksClient
    entity: str
    send: Send
    plan: Plan
    amend: Amend  # what else to try with those that are refused
    _changes: Sequence[Change] = field(init=False, default=())
    _keys: Sequence[Key] = field(init=False, default=())
    _parts: list[tuple[int, str]] = field(init=False, default_factory=list)  # which change, which record

    async def run(self, changes: Sequence[Change], keys: Sequence[Key]) -> list[Found | RefusedError]:
        """Makes each change that the vendor takes, and returns one result for each, in order."""
        self._changes, self._keys = changes, keys
        self._parts = [(index, one) for index, change in enumerate(changes) for one in ids_of(change.target_id)]
        steps = await self._steps(range(len(self._parts)))
        items = {place: step for place, step in steps.items() if isinstance(step, Item)}
        results = {place: step for place, step in steps.items() if not isinstance(step, Item)}
        results |= await written(self.send, items, self._again)
        by_change = defaultdict[int, list[Result]](list)
        for place, (index, _record_id) in enumerate(self._parts):
            by_change[index].append(results[place])
        return [together(change, by_change[index]) for index, change in enumerate(changes)]

    async def _steps(self, places: Sequence[int]) -> dict[int, Item | Result]:
        """Returns what comes of each part, from its record as it is now."""
        held = await self.client.by_ids(self.entity, list(dict.fromkeys(self._parts[place][1] for place in places)))
        return {place: self._step(place, held.get(self._parts[place][1])) for place in places}

    def _step(self, place: int, record: Record | None) -> Item | Result:
        index, record_id = self._parts[place]
        step = self.plan(self._changes[index], record_id, record)
        if not isinstance(step, Step):
            return step
        # The vendor answers a key that it knows with its first answer, so each state of the record has another key.
        key = item_key(self._keys[index].item, record_id, text(record, "SyncToken"))
        return Item(step.operation, self.entity, step.body, key, step.options)

    async def _again(self, turned: Turned) -> dict[int, Item | Result]:
        """Reads again those that changed or went meanwhile; the others are amended or refused."""
        meanwhile = {
            place for place, (_item, error) in turned.items() if isinstance(error, ConflictError | NotFoundError)
        }
        steps = await self._steps(sorted(meanwhile)) if meanwhile else {}
        for place in meanwhile:
            (item, error), step = turned[place], steps[place]
            unchanged = isinstance(step, Item) and step.body == item.body
            if isinstance(error, NotFoundError) and unchanged:  # what it refers to is what is missing
                steps[place] = refusal(error)
        others = {place: held for place, held in turned.items() if place not in meanwhile}
        changes = {place: self._changes[self._parts[place][0]] for place in others}
        return {**steps, **(await self.amend(others, changes) if others else {})}


def ids_of(target_id: str) -> list[str]:
    """Returns the ids of the records that a target id stands for."""
    return [one for part in target_id.split(",") if (one := part.strip())]


def gone(entity: str, record_id: str) -> RefusedError:
    """Returns why nothing can be changed in a record that is not there."""
    return RefusedError(
        f"{entity} {record_id} is not in {SYSTEM} any more",
        system=SYSTEM,
        remedy=f"Find out in {SYSTEM}'s audit log who deleted or merged it; it is not made anew by itself.",
    )


def together(change: Change, results: Sequence[Result]) -> Found | RefusedError:
    """Returns the one result of a change of one or several records; a refusal of any is the refusal of all."""
    refused = next((result for result in results if isinstance(result, RefusedError)), None)
    if refused is not None:
        return refused
    if not results:
        return RefusedError(f"a change names no record of {SYSTEM}", system=SYSTEM)
    sent = change.body if change.operation == "update" else {}
    made = [found(sent, result) for result in results if not isinstance(result, RefusedError)]
    if len(made) == 1:
        return made[0]._replace(id=change.target_id)
    moments = [one.changed_at for one in made if one.changed_at]
    wrong = "; ".join(dict.fromkeys(one.wrong for one in made if one.wrong))
    return Found(change.target_id, {"records": [one.record for one in made]}, max(moments, default=None), wrong)


async def change_one(target: ChangesTogether, change: Change, key: Key | None = None) -> Found:
    """Makes this one change; without a key of its own, one that is the same for the same record is used.

    Raises:
        RefusedError: the vendor does not take it.
    """
    own = str(uuid5(NAMESPACE_URL, f"{change.operation}/{change.target_id}"))
    [result] = await target.change([change], [key or Key(own, own)])
    if isinstance(result, RefusedError):
        raise result
    return result
