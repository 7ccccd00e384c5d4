"""Accounts, and the small lists that people keep: classes, terms, customers and other names.

Source: qbXML 13.0, AccountAdd.
"""

from typing import Any

from tests.sandbox.quickbooks_desktop import refusals
from tests.sandbox.quickbooks_desktop.books import Books
from tests.sandbox.quickbooks_desktop.names import check_name
from tests.sandbox.quickbooks_desktop.reading import Record
from tests.sandbox.quickbooks_desktop.references import find, resolved
from tests.sandbox.quickbooks_desktop.saving import filled


def add_account(books: Books, draft: Record) -> Record:
    """Returns the new account.

    Raises:
        Refusal: 3090, 3100, 3130, 3150, or 3250 for an opening balance, which this emulator has none of.
    """
    if draft.get("OpenBalance") or draft.get("TaxLineID"):
        raise refusals.not_enabled()
    parent = draft.pop("ParentRef", {})
    return add_named(books, "Account", draft, parent)


def add_named(books: Books, kind: str, draft: Record, parent: Record | None = None) -> Record:
    """Returns the new element of a list, below its parent if it has one.

    Raises:
        Refusal: 3090, 3100, 3130, 3150.
    """
    name = draft.get("Name", "").strip()
    above = _parent(books, kind, parent or {})
    full_name = f"{above['FullName']}:{name}" if above else name
    check_name(books, kind, name, full_name)
    body: dict[str, Any] = {"IsActive": True, **filled(resolved(books, draft, kind)), "Name": name}
    body |= {"FullName": full_name, "Sublevel": above["Sublevel"] + 1 if above else 0}
    if above:
        body["ParentRef"] = above["ListID"]
    return books.insert(kind, body)


def _parent(books: Books, kind: str, parent: Record) -> Record | None:
    if not parent.get("ListID") and not parent.get("FullName"):
        return None
    found = find(books, (kind,), "ParentRef", parent)
    if found is None:
        raise refusals.bad_parent(parent.get("ListID") or parent["FullName"], f"{kind}s")
    return found
