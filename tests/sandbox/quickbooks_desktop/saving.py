"""What every change of an object has in common: finding it, its EditSequence, and what an empty element means."""

from collections.abc import Iterable

from tests.sandbox.quickbooks_desktop import refusals
from tests.sandbox.quickbooks_desktop.books import Books
from tests.sandbox.quickbooks_desktop.kinds import KINDS
from tests.sandbox.quickbooks_desktop.reading import Record
from tests.sandbox.quickbooks_desktop.references import looks_like_id

_KEYS = frozenset({"ListID", "TxnID", "EditSequence", "TxnLineID"})
_ADDRESSES = frozenset({"VendorAddress", "ShipAddress"})


def existing(books: Books, kind: str, identifier: str) -> Record:
    """Returns the object that may be changed or deleted.

    Raises:
        Refusal: 3000, 3120, or 3175 while somebody has it open in a window.
    """
    if not looks_like_id(identifier):
        raise refusals.bad_id(identifier, KINDS[kind].key)
    record = books.rows(kind).get(identifier)
    if record is None:
        raise refusals.missing_object(identifier)
    if identifier in books.windows:
        raise refusals.in_use(identifier)
    return record


def current(books: Books, kind: str, draft: Record) -> Record:
    """Returns the object that a Mod means, when the request knows its latest EditSequence.

    Raises:
        Refusal: as `existing`, or 3200.
    """
    identifier, sequence = draft[KINDS[kind].key], draft["EditSequence"]
    record = existing(books, kind, identifier)
    if record["EditSequence"] != sequence:
        raise refusals.stale(sequence)
    return record


def check_related(books: Books, identifiers: Iterable[str]) -> None:
    """Passes when nobody has any of these objects, which change too, open in a window.

    Raises:
        Refusal: 3176.
    """
    for identifier in identifiers:
        if identifier in books.windows:
            raise refusals.related_in_use(identifier)


def filled(draft: Record) -> Record:
    """Returns the draft of a new object without its empty elements."""
    return {name: value for name, value in draft.items() if value not in ("", {}, [], None)}


def merged(books: Books, before: Record, draft: Record) -> Record:
    """Returns the object with the draft's values; what the draft leaves out stays, an empty element clears."""
    after = dict(before)
    for name, value in draft.items():
        if name in _KEYS:
            continue
        if name in _ADDRESSES and value and books.switches.address_mod == "merged":
            after[name] = merged(books, before.get(name, {}), value)
        elif value not in ("", {}, []):
            after[name] = value
        elif books.switches.empty_clears:
            after.pop(name, None)
    return after
