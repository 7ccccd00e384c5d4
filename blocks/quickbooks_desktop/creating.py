"""Creates records together: send, read what became of each, look up what is unsure, and name anew what must be."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from blocks.errors import AnswerLostError, RefusedError
from blocks.exact import Record
from blocks.quickbooks_desktop.answers import Answer, ids_of
from blocks.quickbooks_desktop.channel import SYSTEM
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.delivering import Delivery, delivered
from blocks.quickbooks_desktop.documents import part_id, set_id_of
from blocks.quickbooks_desktop.kept import found
from blocks.quickbooks_desktop.kinds import Kind
from blocks.quickbooks_desktop.markers import mark
from blocks.quickbooks_desktop.meanings import NAME_TAKEN, UNSURE, problem, refusal
from blocks.quickbooks_desktop.naming import NAME, Rename, Step, refused_name
from blocks.quickbooks_desktop.refusals import deleted, unfit, untraceable
from blocks.quickbooks_desktop.render import Request, rendered
from blocks.target import Body, Found, Key

Look = Callable[[Sequence[Body]], Awaitable[Sequence[Record | None]]]  # the records that fitted bodies have made


@dataclass
class Creating:
    """The creation of the records of one call, whose bodies are fitted; places are those of their bodies."""

    client: QuickBooksDesktopClient
    kind: Kind
    bodies: dict[int, Body]
    keys: Sequence[Key]
    look: Look
    rename: Rename | None = None  # finds other names, where names can be taken
    results: dict[int, Found | RefusedError] = field(default_factory=dict)
    stale: set[int] = field(default_factory=set)  # created by an earlier attempt, and not as what is asked for now
    _known: dict[int, str] = field(default_factory=dict)  # the ids of those that were created, if all is well
    _unsure: dict[int, RefusedError] = field(default_factory=dict)  # what to say of them if they are not found

    async def run(self) -> dict[int, Found | RefusedError]:
        """Each body is created, or refused.

        Raises:
            AnswerLostError: some may have been created.
        """
        with self.client.doubting():
            await self._create()
        return self.results

    async def _create(self) -> None:
        waiting, wanted = dict(self.bodies), {place: str(body.get(NAME)) for place, body in self.bodies.items()}
        set_id = set_id_of(self.keys[0].together)
        while waiting:
            taken = self._settle(await self._delivered(self._messages(waiting), set_id))
            steps = (
                await self.rename({at: (wanted[at], waiting[at][NAME]) for at in taken})
                if self.rename and taken
                else {}
            )
            waiting = self._named(waiting, steps)
            set_id = set_id_of(set_id, *(f"{self.keys[at].item} {body[NAME]}" for at, body in waiting.items()))
        await self._verify()
        await self._look_up()

    def _messages(self, bodies: Mapping[int, Body]) -> dict[int, str]:
        messages = {}
        for place, body in bodies.items():
            try:
                messages[place] = rendered(Request(self.kind.add, body, {"requestID": self.keys[place].item}))
            except ValueError as error:
                self.results[place] = unfit(error)
        return messages

    async def _delivered(self, messages: Mapping[int, str], set_id: str) -> dict[int, Delivery]:
        """Returns the answers, by place; what QuickBooks keeps silent about is looked up, and sent again if need be."""
        by_item = {self.keys[place].item: message for place, message in messages.items()}
        places = {self.keys[place].item: place for place in messages}
        sent = await delivered(self.client, by_item, set_id) if by_item else {}
        silent = [item for item, delivery in sent.items() if delivery.answer is None]
        if silent:
            rows = await self.look([self.bodies[places[item]] for item in silent])
            self._known |= {places[item]: str(row[self.kind.id]) for item, row in zip(silent, rows, strict=True) if row}
            rest = {item: by_item[item] for item, row in zip(silent, rows, strict=True) if row is None}
            sent |= await delivered(self.client, rest, part_id(set_id, rest)) if rest else {}
            if any(sent[item].answer is None for item in rest):
                raise AnswerLostError(f"{SYSTEM} keeps silent about a part of message set {set_id}", system=SYSTEM)
        return {places[item]: delivery for item, delivery in sent.items() if delivery.answer is not None}

    def _settle(self, deliveries: Mapping[int, Delivery]) -> list[int]:
        """Returns the places of those whose names are taken."""
        taken = []
        for place, (answer, is_repeat, is_stale) in deliveries.items():
            if answer is None:
                continue
            error = problem(answer)
            if error is None or answer.recovery:
                self._take(place, answer, is_repeat=is_repeat, is_stale=is_stale)
            elif answer.code == NAME_TAKEN and self.rename:
                taken.append(place)
            else:
                held = self._unsure if answer.code in UNSURE else self.results
                held[place] = refusal(error)
        return taken

    def _take(self, place: int, answer: Answer, *, is_repeat: bool, is_stale: bool) -> None:
        """The record is one that was created, unless it is gone since."""
        if is_stale:
            self.stale.add(place)
        if answer.records and not is_repeat:
            self.results[place] = found(self.kind, self.bodies[place], answer.records[0])
        elif known := ids_of(answer).id:
            self._known[place] = known
        else:
            self._unsure[place] = untraceable(self.kind.name)

    def _named(self, waiting: Mapping[int, Body], steps: Mapping[int, Step]) -> dict[int, Body]:
        """Returns the bodies under the names to try next."""
        following = {}
        for place, step in steps.items():
            if isinstance(step, str):
                following[place] = {**waiting[place], NAME: step}
            elif isinstance(step, dict) and mark(step) == mark(waiting[place]):
                self.results[place] = found(self.kind, self.bodies[place], step)
            else:
                self.results[place] = refused_name(step)
        return following

    async def _verify(self) -> None:
        """Those that were created, now or by an earlier attempt, are what they are now."""
        if not self._known:
            return
        held = await self.client.by_ids(self.kind.by_ids(list(self._known.values())))
        for place, known in self._known.items():
            row = held.get(known)
            self.results[place] = found(self.kind, self.bodies[place], row) if row else deleted(self.kind.name, known)

    async def _look_up(self) -> None:
        if not self._unsure:
            return
        rows = await self.look([self.bodies[place] for place in self._unsure])
        for (place, refused), row in zip(self._unsure.items(), rows, strict=True):
            self.results[place] = found(self.kind, self.bodies[place], row) if row else refused
