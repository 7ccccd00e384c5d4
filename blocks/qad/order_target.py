"""Finds, creates and changes purchase orders in QAD: a header, and lines that QAD takes one by one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from blocks.errors import ConflictError, NotFoundError, RefusedError
from blocks.exact import Record
from blocks.qad.client import QadClient
from blocks.qad.order_changes import OrderChange
from blocks.qad.order_lines import OrderLines
from blocks.qad.order_matching import check_body, check_lines, differing, header_of, is_ours, paired, taken, wishes_of
from blocks.qad.profile import SYSTEM
from blocks.qad.purchasing import CANCELLED, CLOSED, ENDED, line_id
from blocks.qad.receipts import received
from blocks.qad.remarks import warnings_in
from blocks.target import Body, Found, Key

ORDER = "purchase_order"


class PurchaseOrderTarget:
    """Writes purchase orders under logical names; an earlier attempt's order is known by its number and its mark.

    A body has the header's fields and `lines`; each line has `part`, the source's own id of it, and the fields that
    it shall have in QAD. The `remarks` hold the mark. A target id is the order's number.
    """

    at_once = 1  # an order is many calls

    def __init__(self, client: QadClient) -> None:
        """Writes by this client."""
        self._client, self._lines = client, OrderLines(client)

    async def find(self, bodies: Sequence[Body], since: datetime) -> list[Found | None]:
        """Returns the order that an earlier attempt made of each body with all of its lines, or None.

        `since` narrows nothing: a number belongs to one order. One that lacks lines is not found; `create` goes on
        with it.
        """
        return [await self._find_one(body) for body in bodies]

    async def create(self, bodies: Sequence[Body], keys: Sequence[Key]) -> list[Found | RefusedError]:
        """Creates each order, or the lines that an earlier attempt left out; repeating it makes no second line.

        An order that has the number and is not ours is left alone, and so is one of ours whose lines have changed.

        Raises:
            AnswerLostError: the header or the line that was sent last may have been created.
        """
        return [await self._create_one(body) for body in bodies]

    async def update(self, target_id: str, body: Body, key: Key) -> Found:
        """Makes header and lines equal to the body; repeating it is harmless.

        Once goods have come, only the header's texts and dates are changed. A body without a status leaves it.

        Raises:
            RefusedError: goods have come, the order is closed, or QAD does not allow it.
            NotFoundError: there is no such order.
        """
        check_body(body, self._client.profile.purchase_cost_scale)
        header, wishes = await self._header(target_id), wishes_of(body)
        if header is None:
            raise NotFoundError(f"QAD has no purchase order {target_id} any more", system=SYSTEM)
        lines = await self._lines.of(target_id, wishes)
        change = OrderChange(header, header_of(body), lines, wishes)
        if not change.nothing:
            change.check(await self._received(target_id, lines))
            for line in change.touched:  # once more and by itself, because goods may have come since
                await self._lines.check_untouched(line)
            header = await self._client.update(ORDER, self._key(target_id), lambda _header: change.fields)
            lines = await self._make_equal(target_id, lines, wishes)
        return self._found(target_id, header, lines, body)

    async def archive(self, target_id: str) -> Found:
        """Cancels the order, or closes it if goods have come; one that is gone, closed or cancelled stays so.

        What came remains due: closing an order touches neither its receipts nor the invoices for them.

        Raises:
            RefusedError: QAD does not allow it.
        """
        header = await self._header(target_id)
        if header is None:
            return Found(target_id, {})
        lines, status = await self._lines.of(target_id), header.get("status")
        if status not in ENDED:
            status = CLOSED if any((await self._received(target_id, lines)).values()) else CANCELLED
            header = await self._client.update(ORDER, self._key(target_id), lambda _header: {"status": status})
            lines = await self._lines.of(target_id)
        return Found(target_id, {**header, "lines": lines}, wrong=await self._end_lines(lines, str(status)))

    async def _find_one(self, body: Body) -> Found | None:
        header, wishes = await self._header(body["number"]), wishes_of(body)
        if header is None or not is_ours(header, body):
            return None
        lines = await self._lines.of(body["number"], wishes)
        whole = len(lines) == len(wishes) and not any(map(differing, lines, wishes))
        return self._found(body["number"], header, lines, body) if whole else None

    async def _create_one(self, body: Body) -> Found | RefusedError:
        try:
            check_body(body, self._client.profile.purchase_cost_scale)
            header = await self._header(body["number"])
            if header is not None and not is_ours(header, body):
                return taken(header, body)
            return await self._complete(header, body)
        except RefusedError as refusal:
            return refusal
        except (NotFoundError, ConflictError) as error:
            return RefusedError(str(error), system=SYSTEM, code=error.code, remedy=error.remedy)

    async def _complete(self, header: Record | None, body: Body) -> Found:
        number, wishes, fields = body["number"], wishes_of(body), header_of(body)
        lines: list[Record] = []
        if header is None:
            header = await self._client.create(ORDER, {**self._key(number), **fields})
        else:
            lines = await self._lines.of(number, wishes)
            check_lines(lines, wishes)
            header = await self._client.update(ORDER, self._key(number), lambda _header: fields)
        for wish in wishes[len(lines) :]:
            try:
                lines.append(await self._lines.add(number, wish))
            except RefusedError as refusal:
                raise _incomplete(number, len(lines), len(wishes), refusal) from refusal
        return self._found(number, header, lines, body)

    async def _make_equal(self, number: str, lines: Sequence[Record], wishes: Sequence[Record]) -> list[Record]:
        """Returns the line of each wish; changed ones first, then new ones, and only then the others go."""
        pairs, left = paired(lines, wishes)
        made = [
            await self._lines.change(line, wish) if line is not None and differing(line, wish) else line
            for line, wish in zip(pairs, wishes, strict=True)
        ]
        rows = zip(made, wishes, strict=True)
        whole = [await self._lines.add(number, wish) if line is None else line for line, wish in rows]
        for line in left:
            await self._lines.remove(line)
        return whole

    async def _end_lines(self, lines: Sequence[Record], status: str) -> str:
        """Returns which lines QAD does not end; it ends most of them with their order."""
        said = []
        for line in lines:
            if line.get("status") not in ENDED and _left_to_come(line):
                try:
                    await self._lines.change(line, {"status": status})
                except RefusedError as refusal:
                    said.append(f"line {line['line']} is still open: {refusal}")
        return "; ".join(said)

    async def _received(self, number: str, lines: Sequence[Record]) -> Mapping[Any, Decimal]:
        """Returns what came for each line by its number in QAD; from the receipts, if the lines do not tell."""
        told = {line["line"]: line.get("quantity_received") for line in lines}
        if all(isinstance(quantity, Decimal | int) for quantity in told.values()):
            return {line: Decimal(quantity or 0) for line, quantity in told.items()}
        came = await received(self._client, [number])
        return {line: came[key].quantity for line in told if (key := line_id(number, line)) in came}

    async def _header(self, number: str) -> Record | None:
        return await self._client.get(ORDER, self._key(number))

    def _key(self, number: str) -> Record:
        return {"domain": self._client.account.domain, "number": number}

    def _found(self, number: str, header: Record, lines: Sequence[Record], body: Body) -> Found:
        wishes = wishes_of(body)
        said = warnings_in(self._client.profile, header)
        for line, wish in zip(lines, wishes, strict=True):
            said += warnings_in(self._client.profile, line)
            said += [f"line {line['line']} has {fields}" for fields in [differing(line, wish)] if fields]
        ids = (line_id(number, line["line"]) for line in lines)
        parts = {str(one["part"]): line for one, line in zip(body["lines"], ids, strict=True)}
        return Found(number, {**header, "lines": list(lines)}, wrong="; ".join(said), parts=parts)


def _left_to_come(line: Mapping[str, Any]) -> bool:
    ordered, came = line.get("quantity"), line.get("quantity_received")
    return ordered is None or came is None or came < ordered


def _incomplete(number: str, there: int, wanted: int, refusal: RefusedError) -> RefusedError:
    said = f"purchase order {number} has {there} of its {wanted} lines in QAD, for the next is refused: {refusal}"
    remedy = f"{refusal.remedy} The order is then completed.".strip()
    return RefusedError(said, system=SYSTEM, code=refusal.code, field=refusal.field, remedy=remedy)
