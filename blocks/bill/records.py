"""Reads and writes BILL's records by their paths; the client names the paths."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Unpack

from blocks.bill.account import SYSTEM
from blocks.bill.pages import Ask, Asked, Page, pages
from blocks.errors import AnswerLostError, NotFoundError, RefusedError, TransientError
from blocks.exact import Record


class BillRecords:
    """Makes the calls of one client and sees to it that each answer is what such a call answers."""

    def __init__(self, ask: Ask) -> None:
        """Keeps how calls are made."""
        self._ask = ask

    def listed(self, path: str, **asked: Unpack[Asked]) -> AsyncIterator[Page]:
        """Yields the pages of a list."""
        return pages(self._ask, path, **asked)

    async def get(self, path: str) -> Record:
        """Returns the record there, whole."""
        return await self._one("GET", path)

    async def patch(self, path: str, body: Record) -> Record:
        """Changes the fields that the body holds."""
        return await self._one("PATCH", path, body, repeatable=True)

    async def put(self, path: str, body: Record) -> Record:
        """Makes the record equal to the body."""
        return await self._one("PUT", path, body, repeatable=True)

    async def act(self, path: str) -> Record:
        """Does what the path says, such as archiving; doing it twice is harmless."""
        return await self._one("POST", path, repeatable=True)

    async def write(self, path: str, body: Record) -> Record:
        """Creates one record, which must not be done twice.

        Raises:
            AnswerLostError: the answer is not a record, so that nobody knows what was made.
        """
        return await self._one("POST", path, body, missing=AnswerLostError)

    async def create(self, path: str, bodies: Sequence[Record], at_most: int) -> list[Record]:
        """Creates all or none, and returns them.

        Raises:
            ValueError: there is none, or there are more than `at_most`.
            AnswerLostError: BILL did not name as many new records as were sent.
        """
        if not 0 < len(bodies) <= at_most:
            raise ValueError(f"{path} takes 1 to {at_most} records, not {len(bodies)}")
        try:
            made = _rows(await self._ask("POST", path, body=list(bodies)))
        except NotFoundError as unknown:
            # The path is there, so it is a record that the body refers to which is not.
            raise RefusedError(
                str(unknown), system=SYSTEM, code=unknown.code, field=unknown.field, remedy=unknown.remedy
            ) from unknown
        if len(made) != len(bodies) or not all(row.get("id") for row in made):
            raise AnswerLostError(f"BILL named {len(made)} new records for the {len(bodies)} sent", system=SYSTEM)
        return made

    async def _one(
        self,
        method: str,
        path: str,
        body: Record | None = None,
        *,
        repeatable: bool | None = None,
        missing: type[TransientError] = TransientError,
    ) -> Record:
        answer = await self._ask(method, path, body=body, repeatable=repeatable)
        if not isinstance(answer, dict):
            raise missing(f"BILL's answer to {method} {path} is not a record", system=SYSTEM)
        return answer


def _rows(answer: Any) -> list[Record]:
    """Returns the records of a bulk answer: a bare array, or the one array of an envelope."""
    if isinstance(answer, dict):
        answer = next((held for held in answer.values() if isinstance(held, list)), None)
    return [row for row in answer if isinstance(row, dict)] if isinstance(answer, list) else []
