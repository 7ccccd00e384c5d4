"""Finds, creates and changes vendors in QuickBooks Desktop, whose names must differ from everybody else's."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from blocks.errors import RefusedError
from blocks.exact import Record
from blocks.quickbooks_desktop import queries
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.kept import found
from blocks.quickbooks_desktop.kinds import VENDOR
from blocks.quickbooks_desktop.matching import same_vendor
from blocks.quickbooks_desktop.naming import NAME, IsAnother, Step, Taken, next_names
from blocks.quickbooks_desktop.queries import Query
from blocks.quickbooks_desktop.render import Request
from blocks.quickbooks_desktop.texts import variant_number, variants
from blocks.quickbooks_desktop.values import is_true, text
from blocks.quickbooks_desktop.writing import AT_ONCE, RecordTarget
from blocks.target import Body, Found

_NAMES_ASKED = 3  # how many variants of a name are asked for; the others are among what changed lately
_AT_ONCE = 300  # names in one question


class VendorTarget(RecordTarget):
    """Writes vendors; where a customer, an employee or another name has the name, the vendor gets a variant of it."""

    kind = VENDOR
    same = staticmethod(same_vendor)

    def __init__(
        self,
        client: QuickBooksDesktopClient,
        at_once: int = AT_ONCE,
        is_another: IsAnother = lambda _id: False,
        *,
        empties_clear: bool = True,
    ) -> None:
        """Writes by this client; a vendor that `is_another` (by its ListID) has its name rightfully."""
        super().__init__(client, at_once, empties_clear=empties_clear)
        self._is_another = is_another
        self.rename = self._renamed

    def questions(self, bodies: Sequence[Body], since: datetime) -> list[Query]:
        """Asks for the vendors by their names and the first variants, and for those that changed lately."""
        if not bodies:
            return []
        names = [one for body in bodies for one in variants(text(body, NAME))[:_NAMES_ASKED]]
        unique = list(dict.fromkeys(names))
        parts = [unique[start : start + _AT_ONCE] for start in range(0, len(unique), _AT_ONCE)]
        return [*map(queries.vendors_by_names, parts), queries.vendors(since)]

    def withdrawn(self, record: Record) -> Request | Found | RefusedError:
        """Takes the vendor out of use; one with transactions cannot be deleted."""
        if not is_true(record.get("IsActive", True)):
            return found(self.kind, {}, record)
        return self.mod(record, {"IsActive": False})

    def changed(self, body: Body, record: Record, name: str) -> Body:
        """Returns the fields to change; the vendor keeps the variant of its name that it got."""
        fields = self.differing(body, record)
        if NAME in fields and not name and variant_number(text(body, NAME), text(record, NAME)) > 1:
            del fields[NAME]
        return fields | ({NAME: name} if NAME in fields and name else {})

    async def _renamed(self, names: Taken) -> Mapping[int, Step]:
        return await next_names(self.client, names, self._is_another)
