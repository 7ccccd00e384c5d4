"""Vendors.

Source: qbXML 13.0, VendorAdd and VendorMod.
"""

from typing import Any

from tests.sandbox.quickbooks_desktop import refusals
from tests.sandbox.quickbooks_desktop.books import Books
from tests.sandbox.quickbooks_desktop.names import check_name
from tests.sandbox.quickbooks_desktop.reading import Record
from tests.sandbox.quickbooks_desktop.references import resolved
from tests.sandbox.quickbooks_desktop.saving import current, filled, merged


def add_vendor(books: Books, draft: Record) -> Record:
    """Returns the new vendor.

    Raises:
        Refusal: 3090, 3100, 3140, 3150, 3250, 3261.
    """
    _check_personal(books, draft)
    if draft.get("OpenBalance"):  # would make a bill of its own; nobody here needs it
        raise refusals.not_enabled()
    name = draft["Name"].strip()
    check_name(books, "Vendor", name)
    _check_guid(books, draft)
    body = filled(resolved(books, draft, "Vendor"))
    contacts = [_saved(books, each) for each in body.pop("Contacts", [])]
    notes = [_note(books, number, each) for number, each in enumerate(body.pop("AdditionalNotes", []), 1)]
    opening: dict[str, Any] = {"IsActive": True, "IsVendorEligibleFor1099": False, **body}
    opening |= {"Name": name, "FullName": name, "ContactsRet": contacts, "AdditionalNotesRet": notes}
    return books.insert("Vendor", opening)


def modify_vendor(books: Books, draft: Record) -> Record:
    """Returns the changed vendor.

    Raises:
        Refusal: 3000, 3090, 3100, 3120, 3140, 3150, 3175, 3200, 3250, 3261.
    """
    before = current(books, "Vendor", draft)
    return change_vendor(books, before, draft)


def change_vendor(books: Books, before: Record, draft: Record) -> Record:
    """Returns the vendor with the draft's values, whoever has seen which EditSequence.

    Raises:
        Refusal: as `modify_vendor`, without 3200.
    """
    _check_personal(books, draft)
    ready = resolved(books, draft, "Vendor")
    contacts, notes = ready.pop("ContactsMod", []), ready.pop("AdditionalNotesMod", [])
    after = merged(books, before, ready)
    name = after.get("Name", "").strip()
    check_name(books, "Vendor", name, own=before["ListID"])
    after |= {"Name": name, "FullName": name, "IsActive": after.get("IsActive", before["IsActive"])}
    after["ContactsRet"] = _replaced(before["ContactsRet"], contacts, "ListID")
    after["AdditionalNotesRet"] = _replaced(before["AdditionalNotesRet"], notes, "NoteID")
    return books.replace("Vendor", after)


def _check_personal(books: Books, draft: Record) -> None:
    if draft.get("VendorTaxIdent") and not books.switches.personal_data:
        raise refusals.no_personal_data()


def _check_guid(books: Books, draft: Record) -> None:
    guid = draft.get("ExternalGUID")
    if not guid or not books.switches.external_guid_unique:
        return
    if any(row.get("ExternalGUID") == guid for row in books.rows("Vendor").values()):
        raise refusals.not_saved("Vendor list", "The external GUID is already in use.")


def _saved(books: Books, contact: Record) -> Record:
    return {"ListID": books.transaction_id(), "EditSequence": str(int(books.now().timestamp())), **contact}


def _note(books: Books, number: int, note: Record) -> Record:
    return {"NoteID": number, "Date": books.today(), **note}


def _replaced(rows: list[Record], drafts: list[Record], key: str) -> list[Record]:
    after = {row[key]: row for row in rows}
    for draft in drafts:
        if draft[key] not in after:
            raise refusals.missing_object(str(draft[key]))
        after[draft[key]] = {**after[draft[key]], **filled(draft)}
    return list(after.values())
