"""Creates, changes, voids and deletes records of any entity.

Source: QuickBooks Online API reference, create, full update, sparse update, delete, void.
"""

from collections.abc import Callable
from typing import Any

from tests.sandbox.quickbooks_online import refusals
from tests.sandbox.quickbooks_online.bill_payments import voided
from tests.sandbox.quickbooks_online.company import Company
from tests.sandbox.quickbooks_online.drafts import Draft
from tests.sandbox.quickbooks_online.fields import read
from tests.sandbox.quickbooks_online.kinds import Kind
from tests.sandbox.quickbooks_online.references import check
from tests.sandbox.quickbooks_online.wire import Record

Words = frozenset[str]  # of `include=` or `optionsData`

_OWN = ("SyncToken", "MetaData")


def write(company: Company, kind: Kind, body: Any, operation: str, allowed: Words = frozenset()) -> Record:
    """Does one write and returns the stored record, or the stub of a deleted one.

    Raises:
        Refusal: the books are as they were.
    """
    if not isinstance(body, dict):
        raise refusals.bad_value("body", body)
    company.require(kind.name, writing=True)
    if kind.name == "Preferences":
        body = {**body, "Id": company.only(kind.name)["Id"]}
    writer = _WRITERS.get(operation or ("update" if body.get("Id") else "create"))
    if writer is None:
        raise refusals.unsupported(f"Operation {operation} is not supported.")
    return writer(company, kind, body, allowed)


def create(company: Company, kind: Kind, body: Record, allowed: Words = frozenset()) -> Record:
    """Stores a new record and returns it."""
    if body.get("Id"):
        raise refusals.bad_property("Id")
    given = read(kind.fields, body, company.switches.tolerate_unknown_keys)
    record = kind.build(Draft(company, kind.name, given, allowed=allowed))
    check(company, kind.name, record, None)
    stored = company.insert(kind.name, record)
    kind.settle(company, None, stored)
    return company.rows(kind.name)[stored["Id"]]


def update(company: Company, kind: Kind, body: Record, allowed: Words = frozenset()) -> Record:
    """Changes a record and returns it; a change that changes nothing leaves its SyncToken."""
    before = _current(company, kind, body)
    if "void" in allowed and kind.name == "BillPayment":
        return _changed(company, kind, before, voided(before), "void")
    given = read(kind.fields, body, company.switches.tolerate_unknown_keys)
    sparse = body.get("sparse") in (True, "true")
    if sparse and kind.name == "Bill" and "VendorRef" not in given:
        raise refusals.missing("VendorRef")
    record = kind.build(Draft(company, kind.name, given, before, sparse, allowed))
    check(company, kind.name, record, before)
    gone = before.get("Active", True) and not record.get("Active", True)
    return _changed(company, kind, before, record, "deleted" if gone else "updated")


def delete(company: Company, kind: Kind, body: Record, _allowed: Words = frozenset()) -> Record:
    """Deletes a transaction and returns its stub; what is in a list can only be made inactive."""
    if kind.deletable is None:
        raise refusals.unsupported("Operation delete is not supported.")
    before = _current(company, kind, body)
    kind.deletable(company, before)
    stub = company.retire(kind.name, before["Id"])
    kind.settle(company, before, None)
    return stub


def void(company: Company, kind: Kind, body: Record, _allowed: Words = frozenset()) -> Record:
    """Refuses: nothing on the purchases side is voided by an operation of its own."""
    _current(company, kind, body)
    if kind.name == "Bill":
        raise refusals.crashed(200)
    raise refusals.unsupported("Operation void is not supported.")


def found(company: Company, kind: Kind, identifier: str) -> Record:
    """Returns the stored record with this Id.

    Raises:
        Refusal: 610, there is none, or it was deleted.
    """
    table = company.tables[kind.name]
    if identifier in table.deleted:
        raise refusals.was_deleted()
    if identifier not in table.rows:
        raise refusals.not_found()
    return table.rows[identifier]


def _current(company: Company, kind: Kind, body: Record) -> Record:
    for name in ("Id", "SyncToken"):
        if body.get(name) in (None, ""):
            raise refusals.missing(name)
    before = found(company, kind, str(body["Id"]))
    if str(body["SyncToken"]) != before["SyncToken"]:
        raise refusals.stale()
    return before


def _changed(company: Company, kind: Kind, before: Record, record: Record, operation: str) -> Record:
    if all(record.get(name) == before.get(name) for name in {*record, *before} if name not in _OWN):
        return before
    after = company.replace(kind.name, {**record, "Id": before["Id"]}, operation)
    kind.settle(company, before, after)
    return company.rows(kind.name)[after["Id"]]


_WRITERS: dict[str, Callable[[Company, Kind, Record, Words], Record]] = {
    "create": create,
    "update": update,
    "delete": delete,
    "void": void,
}
