"""What is asked of QuickBooks Desktop, in the words of this program; each returns one query."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from blocks.quickbooks_desktop.query_shapes import ITERATED
from blocks.quickbooks_desktop.render import Request

Query = Request
PAGE = 250  # records of one answer: with their lines, about a megabyte
LISTS = frozenset({"Vendor", "Account", "Class", "StandardTerms", "DateDrivenTerms"})  # the rest are transactions
_ALL: dict[str, Any] = {"ActiveStatus": "All"}  # else what was made inactive would seem to be gone


def host() -> Query:
    """Asks for the product and its version: the cheapest question there is."""
    return Query("HostQuery", {})


def accounts() -> Query:
    """Asks for the whole chart of accounts."""
    return Query("AccountQuery", dict(_ALL))


def classes() -> Query:
    """Asks for all classes."""
    return Query("ClassQuery", dict(_ALL))


def terms() -> Query:
    """Asks for all payment terms."""
    return Query("TermsQuery", dict(_ALL))


def vendors(changed_since: datetime | None = None) -> Query:
    """Asks for the vendors, inactive ones included, that changed since a moment; for all without one."""
    return Query("VendorQuery", {**_ALL, "FromModifiedDate": changed_since})


def vendors_by_ids(ids: Sequence[str]) -> Query:
    """Asks for the vendors with these ListIDs, inactive ones included."""
    return Query("VendorQuery", {"ListID": list(ids)})


def vendors_by_names(names: Sequence[str]) -> Query:
    """Asks for the vendors with these names, whatever their case, inactive ones included."""
    return Query("VendorQuery", {"FullName": list(names)})


def bills(
    *,
    changed_since: datetime | None = None,
    ids: Sequence[str] = (),
    numbers: Sequence[str] = (),
    vendor_ids: Sequence[str] = (),
    lines: bool = True,
) -> Query:
    """Asks for bills with what is linked to them: by id, or by number, or else by the moment of their last change.

    Args:
        changed_since: those that changed since then; all without it.
        ids: their TxnIDs.
        numbers: their RefNumbers, in exactly this spelling.
        vendor_ids: those of these vendors only, together with `changed_since`.
        lines: with their lines.
    """
    body = _transactions(changed_since, ids, numbers, vendor_ids)
    return Query("BillQuery", {**body, "IncludeLineItems": lines, "IncludeLinkedTxns": True})


def payments(
    *,
    changed_since: datetime | None = None,
    ids: Sequence[str] = (),
    numbers: Sequence[str] = (),
    vendor_ids: Sequence[str] = (),
    days: tuple[date, date] | None = None,
    card: bool = False,
) -> Query:
    """Asks for payments of bills with the bills that they pay: by id, by number, or else by change or day.

    Args:
        changed_since: those that changed since then; all without it.
        ids: their TxnIDs.
        numbers: their RefNumbers, in exactly this spelling.
        vendor_ids: those to these vendors only, together with `changed_since` or `days`.
        days: those dated from one day to the other, in place of `changed_since`.
        card: those by credit card, rather than by check.
    """
    body = _transactions(None if days else changed_since, ids, numbers, vendor_ids)
    if days:
        body["TxnDateRangeFilter"] = {"FromTxnDate": days[0], "ToTxnDate": days[1]}
    message = "BillPaymentCreditCardQuery" if card else "BillPaymentCheckQuery"
    return Query(message, {**body, "IncludeLineItems": True})


def deleted(since: datetime, kinds: Sequence[str]) -> Query:
    """Asks for what was deleted since a moment, which QuickBooks remembers for about 90 days.

    Args:
        since: the moment.
        kinds: such as `Bill` and `BillPaymentCheck`, or `Vendor`; either all of lists or all of transactions.
    """
    lists = bool(set(kinds) & LISTS)
    message, name = ("ListDeletedQuery", "ListDelType") if lists else ("TxnDeletedQuery", "TxnDelType")
    return Query(message, {name: list(kinds), "DeletedDateRangeFilter": {"FromDeletedDate": since}})


def bills_to_pay(vendor_id: str) -> Query:
    """Asks for what is open with a vendor: its bills with their open amounts, and its credits."""
    return Query("BillToPayQuery", {"PayeeEntityRef": {"ListID": vendor_id}})


def check(query: Query) -> None:
    """Lets only a question pass that does not ask for everything because it names nothing.

    Raises:
        ValueError: its list of ids, names or numbers is empty.
    """
    empty = [name for name in ("ListID", "FullName", "TxnID") if query.body.get(name) == []]
    if empty:
        raise ValueError(f"a {query.message} names no {empty[0]}, and so would ask for everything")


def first(query: Query, page: int = PAGE) -> Query:
    """Returns the query that asks for the first page, if QuickBooks gives this kind of record by pages."""
    if query.message not in ITERATED:
        return query
    return query._replace(body={**query.body, "MaxReturned": page}, attributes={"iterator": "Start"})


def following(query: Query, iterator_id: str, page: int = PAGE) -> Query:
    """Returns the query that asks for the next page of an iterator, which must be asked exactly as the first was."""
    return first(query, page)._replace(attributes={"iterator": "Continue", "iteratorID": iterator_id})


def _transactions(
    changed_since: datetime | None, ids: Sequence[str], numbers: Sequence[str], vendor_ids: Sequence[str]
) -> dict[str, Any]:
    if ids:
        return {"TxnID": list(ids)}
    if numbers:
        return {"RefNumberCaseSensitive": list(numbers)}
    body: dict[str, Any] = {}
    if changed_since:
        body["ModifiedDateRangeFilter"] = {"FromModifiedDate": changed_since}
    if vendor_ids:
        body["EntityFilter"] = {"ListID": list(vendor_ids)}
    return body
