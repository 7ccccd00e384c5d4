"""Makes and changes entries of BILL's lists: departments, and accounts of its chart."""

from collections.abc import Sequence
from datetime import datetime

from blocks.bill.client import CLASSIFICATIONS_AT_ONCE, BillClient, Kind
from blocks.bill.matching import Same, same_account, same_department
from blocks.bill.target import created_by_bulk, created_since, found_for, rows_of, whole
from blocks.errors import RefusedError
from blocks.exact import Record
from blocks.target import Found, Key


class ListTarget:
    """Writes entries of one list; an earlier attempt's entry is known by what `same` compares."""

    at_once = CLASSIFICATIONS_AT_ONCE

    def __init__(self, client: BillClient, kind: Kind, same: Same, needed: str) -> None:
        """Writes by this client.

        Args:
            client: BILL's.
            kind: which list.
            same: whether an entry is the one that a body makes.
            needed: the field besides the name that it compares.
        """
        self._client, self._kind, self._same, self._needed = client, kind, same, needed

    async def find(self, bodies: Sequence[Record], since: datetime) -> list[Found | None]:
        """Returns the entry that an attempt after `since` made of each body, or None."""
        names = {str(body.get("name", "")).strip() for body in bodies}
        listed = self._client.classifications(self._kind, filters=created_since(since))
        rows = [row async for row in rows_of(listed) if str(row.get("name", "")).strip() in names]
        return found_for(bodies, [await whole(row, (self._needed,), self._read) for row in rows], self._same)

    async def create(self, bodies: Sequence[Record], keys: Sequence[Key]) -> list[Found | RefusedError]:
        """Creates the entries that BILL takes; see `blocks.target.Target.create`."""
        return await created_by_bulk(self._bulk, bodies, self.at_once, self._same)

    async def update(self, target_id: str, body: Record, key: Key) -> Found:
        """Changes the entry's fields that the body holds; repeating it is harmless."""
        return Found(target_id, await self._client.update_classification(self._kind, target_id, body))

    async def archive(self, target_id: str) -> Found:
        """Takes the entry out of use, or leaves it so; repeating it is harmless."""
        return Found(target_id, await self._client.archive_classification(self._kind, target_id))

    async def _read(self, entry_id: str) -> Record:
        return await self._client.classification(self._kind, entry_id)

    async def _bulk(self, bodies: Sequence[Record]) -> list[Record]:
        return await self._client.create_classifications(self._kind, bodies)


class DepartmentTarget(ListTarget):
    """Writes departments, which are known by name and short name together."""

    def __init__(self, client: BillClient) -> None:
        """Writes by this client."""
        super().__init__(client, "departments", same_department, "shortName")


class AccountTarget(ListTarget):
    """Writes accounts of the chart, which are known by name and number together."""

    def __init__(self, client: BillClient) -> None:
        """Writes by this client."""
        super().__init__(client, "chart-of-accounts", same_account, "account")
