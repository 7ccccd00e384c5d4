"""Which of BILL's records a record in QuickBooks Desktop was made of, as it tells itself: pure."""

import re
from collections.abc import Iterable, Mapping

from blocks.exact import Record
from blocks.quickbooks_desktop.markers import FIELD, marker
from blocks.quickbooks_desktop.values import text
from tasks.state.models import Link

KINDS = {"vendors": "vendor", "bills": "bill", "payments": "payment"}  # streams -> what the marks call their records
NOTE = {"vendors": "Notes", "bills": "Memo", "payments": "Memo"}  # streams -> the field that names BILL's record


class Marks:
    """The marks that QuickBooks' records of one stream may carry: a GUID of ours, and a word in a text for people."""

    def __init__(self, stream: str, scope: str, source_ids: Iterable[str], links: Mapping[str, Link]) -> None:
        """Knows the marks of BILL's records with these ids, as often as each may have been made."""
        self._ids = frozenset(source_ids)
        self._note, kind = NOTE[stream], KINDS[stream]
        self._said = re.compile(rf"\bBILL {kind} ([^\s:]+)")
        named = {one: f"{scope}/{kind}/{one}" for one in self._ids}
        self._by_guid = {
            _plain(marker(f"{name}/{number}")): one
            for one, name in named.items()
            for number in range(_times(links.get(one)))
        }

    def source_of(self, record: Record) -> str:
        """Returns BILL's id of what the record was made of; empty if it does not tell, or BILL does not have it."""
        if found := self._by_guid.get(_plain(text(record, FIELD))):
            return found
        said = self._said.search(text(record, self._note))
        return said[1] if said and said[1] in self._ids else ""


def _times(link: Link | None) -> int:
    """Returns how many records may have been made of one, lost ones included."""
    return 2 if link is None else link.revision + 2


def _plain(guid: str) -> str:
    return guid.strip("{} ").casefold()
