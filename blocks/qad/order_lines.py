"""Reads and writes the lines of a purchase order in QAD, each by the sequence of requests that QAD wants."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from blocks.errors import NotFoundError, RefusedError
from blocks.exact import Record
from blocks.qad.client import QadClient
from blocks.qad.profile import SYSTEM
from blocks.qad.purchasing import line_id
from blocks.qad.records import unless_stale
from blocks.qad.translation import changed, same, to_logical, to_wire

LINE = "purchase_order_line"


class OrderLines:
    """The lines of purchase orders, under logical names; a wish names the fields that a line shall have."""

    def __init__(self, client: QadClient) -> None:
        """Works by this client."""
        self._client, self._records, self._profile = client, client.records, client.profile
        self._kind = self._records.addressed(LINE)

    async def of(self, number: str, wishes: Sequence[Record] = ()) -> list[Record]:
        """Returns the order's lines by number; each that is not seen to be as wished for is read whole."""
        rows = [row async for page in self._client.browse(LINE, [("number", "eq", number)]) for row in page.rows]
        here = self._client.account.domain
        mine = [row for row in rows if row.get("number") == number and row.get("domain", here) == here]
        lines = await asyncio.gather(*(self._known(row, wishes) for row in mine))
        return sorted((line for line in lines if line), key=lambda line: int(line["line"]))

    async def add(self, number: str, wish: Record) -> Record:
        """Returns the line that is now the order's last, with the number that QAD gave it.

        Raises:
            RefusedError: QAD does not take it, or would make something else of it; nothing was stored.
        """
        wire = await self._client.blank_wire(LINE, {"domain": self._client.account.domain, "number": number})
        return await self._store({}, await self._completed(wire, wish, wish), wish, "C")

    async def change(self, line: Record, wish: Record) -> Record:
        """Returns the line, which is as wished for; repeating it is harmless.

        Raises:
            RefusedError: QAD does not allow it.
            NotFoundError: there is no such line any more.
        """
        return await unless_stale(lambda: self._change_once(self._key(line), wish))

    async def remove(self, line: Record) -> None:
        """The line is not there any more.

        Raises:
            RefusedError: QAD does not allow it.
        """
        await self._records.remove(self._kind, self._key(line))

    async def check_untouched(self, line: Record) -> None:
        """Lets a line pass for which no goods have come, as far as QAD tells.

        Raises:
            RefusedError: some have.
        """
        asked = self._kind.steps.received if self._kind.steps else None
        if asked and _says_yes(await self._records.asked(asked, self._key(line))):
            raise RefusedError(
                f"goods have come for line {line_id(line['number'], line['line'])}, so that it stays as it is in QAD",
                system=SYSTEM,
                remedy="Change the order in QAD, or take the change back in the source system.",
            )

    async def _known(self, row: Record, wishes: Sequence[Record]) -> Record | None:
        seen = not wishes or any(not changed(row, wish) for wish in wishes)
        if seen and {"quantity_received", "status"} <= row.keys():
            return row
        return await self._client.get(LINE, {"domain": self._client.account.domain, **row})

    async def _change_once(self, key: dict[str, str], wish: Record) -> Record:
        wire = await self._records.read(self._kind, key)
        if wire is None:
            raise NotFoundError(f"QAD has no line {'/'.join(key.values())} any more", system=SYSTEM)
        current = to_logical(self._profile, self._kind, wire)
        wanted = changed(current, wish)
        if not wanted:
            return current
        return await self._store(key, await self._completed(wire, wish, wanted), wish, "U")

    async def _completed(self, wire: Record, wish: Record, given: Mapping[str, Any]) -> Record:
        """Returns the record as QAD completes it, step by step; it goes on with what came back each time."""
        steps, hashed = self._kind.steps, self._profile.records.hash
        if steps is None:
            return wire
        stepping = [name for name in steps.order if name in wish]
        for name in stepping:
            if name in given or not same(self._logical(wire).get(name), wish[name]):
                value = to_wire(self._profile, self._kind, {name: wish[name]})
                came = await self._records.stepped(self._kind, steps, {**wire, **value}, self._kind.names[name])
                wire = {**came, hashed: wire.get(hashed, "")}  # of the record as it is stored
        self._check_kept(wire, {name: wish[name] for name in stepping})
        return wire

    async def _store(self, key: dict[str, str], wire: Record, wish: Record, operation: str) -> Record:
        stepped = self._kind.steps.order if self._kind.steps else ()
        rest = {name: value for name, value in wish.items() if name not in stepped}
        named = to_wire(self._profile, self._kind, rest)
        whole = {**wire, **named, self._profile.records.operation: operation}
        return self._logical(await self._records.store(self._kind, key, whole))

    def _check_kept(self, wire: Record, wish: Record) -> None:
        now = self._logical(wire)
        for name, value in changed(now, wish).items():
            raise RefusedError(
                f"QAD would make {now.get(name)} of the {name} {value}",
                system=SYSTEM,
                field=name,
                remedy="Compare the item's prices and units in QAD, and purchase_cost_scale of the QAD profile.",
            )

    def _key(self, line: Record) -> dict[str, str]:
        return self._records.key(self._kind, {"domain": self._client.account.domain, **line})

    def _logical(self, wire: Record) -> Record:
        return to_logical(self._profile, self._kind, wire)


def _says_yes(answer: Any) -> bool:
    """Returns whether the answer, whose form is not known, says that something was received."""
    if isinstance(answer, Mapping):
        told = {name: held for name, held in answer.items() if name == "data" or "receiv" in name.lower()}
        return any(map(_says_yes, told.values()))
    if isinstance(answer, list):
        return any(map(_says_yes, answer))
    return answer is True or str(answer).lower() in {"true", "yes"}
