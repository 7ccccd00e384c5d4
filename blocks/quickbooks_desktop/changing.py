"""Changes records together: read all, work out and write each change, and again what a person changed meanwhile."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from blocks.errors import ConflictError, RefusedError, VendorError
from blocks.exact import Record
from blocks.quickbooks_desktop.answers import Answer
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.documents import set_id_of
from blocks.quickbooks_desktop.kept import found
from blocks.quickbooks_desktop.kinds import Kind
from blocks.quickbooks_desktop.meanings import NAME_TAKEN, problem, refusal
from blocks.quickbooks_desktop.naming import NAME, Rename, refused_name
from blocks.quickbooks_desktop.refusals import unfit
from blocks.quickbooks_desktop.render import Request, rendered
from blocks.target import Body, Change, Found, Key

REPEATS = 3  # of a change whose record a person changed between our reading and our writing

Plan = Callable[[Change, Record | None, str], Request | Found | RefusedError]  # with a name in place of one taken


@dataclass
class Changing:
    """The changes of one call; places are those of the changes."""

    client: QuickBooksDesktopClient
    kind: Kind
    changes: Sequence[Change]
    keys: Sequence[Key]
    plan: Plan
    rename: Rename | None = None
    results: dict[int, Found | RefusedError] = field(default_factory=dict)
    _names: dict[int, str] = field(default_factory=dict)  # in place of those that were taken
    _repeats: int = 0

    async def run(self) -> list[Found | RefusedError]:
        """Makes each change that QuickBooks takes, and returns one result for each, in order.

        Raises:
            AnswerLostError: some may have been made.
        """
        left: Sequence[int] = range(len(self.changes))
        with self.client.doubting():
            while left:
                requests = self._requests(left, await self._held(left))
                left = await self._settle(requests, await self._written(requests)) if requests else ()
        return [self.results[place] for place in range(len(self.changes))]

    async def _held(self, places: Sequence[int]) -> dict[str, Record]:
        return await self.client.by_ids(self.kind.by_ids([self.changes[place].target_id for place in places]))

    def _requests(self, places: Sequence[int], held: Mapping[str, Record]) -> dict[int, Request]:
        """Returns what is to be written; of what need not or cannot be written there is a result."""
        requests = {}
        for place in places:
            change = self.changes[place]
            step = self.plan(change, held.get(change.target_id), self._names.get(place, ""))
            if isinstance(step, Request):
                requests[place] = step._replace(attributes={"requestID": self.keys[place].item})
            else:
                self.results[place] = step
        return {place: request for place, request in requests.items() if self._can_be_said(place, request)}

    def _can_be_said(self, place: int, request: Request) -> bool:
        try:
            rendered(request)
        except ValueError as error:
            self.results[place] = unfit(error)
            return False
        return True

    async def _written(self, requests: Mapping[int, Request]) -> dict[int, Answer]:
        # The name of the set is made of what is in it: a change of a record in another state is another set.
        set_id = set_id_of(self.keys[0].together, *map(rendered, requests.values()))
        answers = await self.client.write(list(requests.values()), set_id)
        return dict(zip(requests, answers, strict=True))

    async def _settle(self, requests: Mapping[int, Request], answers: Mapping[int, Answer]) -> list[int]:
        """Returns the places of those that must be tried again."""
        errors = {place: problem(answer) for place, answer in answers.items()}
        again = [place for place, error in errors.items() if isinstance(error, ConflictError)]
        self._repeats += bool(again)
        if self._repeats > REPEATS:
            again = []
        taken = [
            place for place, answer in answers.items() if answer.code == NAME_TAKEN and NAME in requests[place].body
        ]
        again += await self._renamed(requests, taken)
        others = {place: error for place, error in errors.items() if place not in {*again, *self.results}}
        await self._conclude(others, answers)
        return again

    async def _conclude(self, errors: Mapping[int, VendorError | None], answers: Mapping[int, Answer]) -> None:
        self.results |= {place: refusal(error) for place, error in errors.items() if error}
        done = [place for place, error in errors.items() if not error]
        unseen = [place for place in done if not _shows(self.kind, answers[place])]
        held = await self._held(unseen) if unseen else {}
        for place in done:
            change = self.changes[place]
            record = held.get(change.target_id) or next(iter(answers[place].records), {})
            self.results[place] = changed(self.kind, change, record)

    async def _renamed(self, requests: Mapping[int, Request], taken: Sequence[int]) -> list[int]:
        """Returns the places of those that have another name to try."""
        if not taken or not self.rename:
            return []
        names = {place: (self.changes[place].body[NAME], requests[place].body[NAME]) for place in taken}
        steps = await self.rename(names)
        self._names |= {place: step for place, step in steps.items() if isinstance(step, str)}
        self.results |= {place: refused_name(step) for place, step in steps.items() if not isinstance(step, str)}
        return [place for place in taken if isinstance(steps[place], str)]


def changed(kind: Kind, change: Change, record: Record) -> Found:
    """Returns the record as it is after the change; of one that is gone only the id is known."""
    sent: Body = change.body if change.operation == "update" else {}
    return found(kind, sent, record)._replace(id=change.target_id)


def _shows(kind: Kind, answer: Answer) -> bool:
    """Tells whether the answer shows the record as it is now; that of a deletion is all there is of it."""
    return answer.message == "TxnDel" or bool(answer.records and answer.records[0].get("EditSequence"))
