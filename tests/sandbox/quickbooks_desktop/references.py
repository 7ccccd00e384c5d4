"""What references lead to: by ListID, or by FullName where no ListID is given."""

import re
from collections.abc import Mapping

from tests.sandbox.quickbooks_desktop import refusals
from tests.sandbox.quickbooks_desktop.books import Books
from tests.sandbox.quickbooks_desktop.kinds import LISTS, NAMES, TERMS
from tests.sandbox.quickbooks_desktop.reading import Record

_ACCOUNT = (("Account",), "Account")
TARGETS: Mapping[str, tuple[tuple[str, ...], str]] = {  # element -> kinds of list, what texts call them
    "VendorRef": (("Vendor",), "Vendor"),
    "PayeeEntityRef": (("Vendor",), "Vendor"),
    "EntityFilter": (NAMES, "Entity"),
    "CustomerRef": (("Customer",), "Customer"),
    "ClassRef": (("Class",), "Class"),
    "DiscountClassRef": (("Class",), "Class"),
    "TermsRef": (TERMS, "Terms"),
    "VendorTypeRef": (("VendorType",), "Vendor Type"),
    "ItemRef": (("ItemService",), "Item"),
    "CurrencyRef": (("Currency",), "Currency"),
    "APAccountRef": (("Account",), "A/P Account"),
    **dict.fromkeys(
        ("AccountRef", "BankAccountRef", "CreditCardAccountRef", "DiscountAccountRef", "OverrideItemAccountRef"),
        _ACCOUNT,
    ),
    **dict.fromkeys(("PrefillAccountRef", "AccountFilter"), _ACCOUNT),
}
_OF_TYPE = {"APAccountRef": "AccountsPayable", "BankAccountRef": "Bank", "CreditCardAccountRef": "CreditCard"}
_CLASSES = ("ClassRef", "DiscountClassRef")
_ID = re.compile(r"[0-9A-Fa-f]+-\d+")


def looks_like_id(text: str) -> bool:
    """Tells whether QuickBooks could have given the id."""
    return _ID.fullmatch(text) is not None


def element(books: Books, identifier: str) -> Record | None:
    """Returns the list element with this ListID, or None."""
    return next((books.rows(kind)[identifier] for kind in LISTS if identifier in books.rows(kind)), None)


def resolve(books: Books, name: str, reference: Record, where: str) -> str:
    """Returns the ListID that a reference leads to, or "" for an empty reference.

    Raises:
        Refusal: 3000, 3140, or 3250 for a class or currency while these are switched off.
    """
    if not reference.get("ListID") and not reference.get("FullName"):
        return ""
    if name in _CLASSES and not books.prefers("IsUsingClassTracking"):
        if books.switches.class_when_off == "ignored":
            return ""
        raise refusals.not_enabled()
    if name == "CurrencyRef" and not books.prefers("IsMultiCurrencyOn"):
        raise refusals.not_enabled()
    kinds, label = TARGETS.get(name, ((), name.removesuffix("Ref")))
    given = reference.get("ListID") or reference["FullName"]
    record = find(books, kinds, name, reference)
    inactive = record is not None and not record["IsActive"] and books.switches.inactive_references == "refused"
    if record is None or inactive or record.get("AccountType") != _OF_TYPE.get(name, record.get("AccountType")):
        raise refusals.bad_reference(label, given, where)
    return str(record["ListID"])


def find(books: Books, kinds: tuple[str, ...], name: str, reference: Record) -> Record | None:
    """Returns the list element that is meant, or None.

    Raises:
        Refusal: 3000, its ListID cannot be one.
    """
    identifier = reference.get("ListID")
    if identifier and not looks_like_id(identifier):
        raise refusals.bad_id(identifier, name)
    for kind in kinds:
        if identifier and identifier in books.rows(kind):
            return books.rows(kind)[identifier]
        if not identifier and (found := books.table(kind).having("FullName", reference["FullName"])):
            return found[0]
    return None


def resolved(books: Books, draft: Record, where: str) -> Record:
    """Returns the draft with ListIDs in place of its references, inside lists of references too.

    Raises:
        Refusal: as `resolve`.
    """
    ready: Record = {}
    for name, value in draft.items():
        if name.endswith("Ref") and isinstance(value, dict):
            ready[name] = resolve(books, name, value, where)
        elif name == "PrefillAccountRef":
            ready[name] = [resolve(books, name, each, where) for each in value]
        else:
            ready[name] = value
    return ready
