"""Queries for list elements and transactions, with iterators.

Source: qbXML 13.0; recorded answers of real installations for what is missing.
"""

import json
from collections.abc import Iterable
from uuid import uuid4

from tests.sandbox.quickbooks_desktop import refusals
from tests.sandbox.quickbooks_desktop.answers import Answer, Asking, Pages, check_elements, shown
from tests.sandbox.quickbooks_desktop.books import Books
from tests.sandbox.quickbooks_desktop.filters import list_tests, referred, transaction_tests
from tests.sandbox.quickbooks_desktop.kinds import KINDS
from tests.sandbox.quickbooks_desktop.reading import Record
from tests.sandbox.quickbooks_desktop.references import looks_like_id
from tests.sandbox.quickbooks_desktop.table import folded

Rows = list[tuple[str, Record]]


def query(asking: Asking, kinds: tuple[str, ...], draft: Record) -> Answer:
    """Returns the objects that a query asks for.

    Raises:
        Refusal: 1, 500, 3000, 3030, 3031, 3060, 3120, 3140, 3150, 3210.
    """
    only = draft.get("IncludeRetElement", [])
    check_elements(asking.books, [KINDS[kind].ret for kind in kinds], only)
    limit = draft.get("MaxReturned")
    if limit is not None and limit < 1:
        raise refusals.unconverted(3060, "integer", str(limit), "MaxReturned")
    if "iterator" in asking.attributes:
        rows, attributes = _page(asking, kinds, draft, limit)
        missing: list[str] = []
    else:
        (rows, missing), attributes = _found(asking.books, kinds, draft), {}
        rows = rows[:limit]
    return _answer(asking, draft, rows, attributes, missing)


def _answer(asking: Asking, draft: Record, rows: Rows, attributes: dict[str, str], missing: list[str]) -> Answer:
    metadata = asking.attributes.get("metaData", "NoMetaData")
    if metadata != "NoMetaData" or "iterator" in asking.attributes:
        attributes = {"retCount": str(len(rows)), **attributes}
    body = "" if metadata == "MetaDataOnly" else _shown(asking.books, draft, rows)
    if missing:
        raise refusals.incomplete(missing, body)
    if not rows and asking.attributes.get("iterator") != "Stop":
        raise refusals.nothing_found()
    return Answer(body, attributes)


def _shown(books: Books, draft: Record, rows: Rows) -> str:
    only = draft.get("IncludeRetElement", [])
    lines, links = draft.get("IncludeLineItems", False), draft.get("IncludeLinkedTxns", False)
    return "\n".join(shown(books, kind, record, only, lines=lines, links=links) for kind, record in rows)


def _found(books: Books, kinds: tuple[str, ...], draft: Record) -> tuple[Rows, list[str]]:
    """Returns the rows that are asked for, and what was named but is not there."""
    key = KINDS[kinds[0]].key
    if key in draft:
        return _by_id(books, kinds, key, draft[key])
    for name in ("FullName", "RefNumber", "RefNumberCaseSensitive"):
        if name in draft:
            return _by_name(books, kinds, name, draft[name])
    return (_listed if key == "ListID" else _transactions)(books, kinds, draft), []


def _by_id(books: Books, kinds: tuple[str, ...], key: str, identifiers: list[str]) -> tuple[Rows, list[str]]:
    rows: Rows = []
    missing = []
    for identifier in dict.fromkeys(identifiers):
        if not looks_like_id(identifier):
            raise refusals.bad_id(identifier, key)
        kind = next((each for each in kinds if identifier in books.rows(each)), "")
        if kind:
            rows.append((kind, books.rows(kind)[identifier]))
        else:
            missing.append(identifier)
    if missing and not rows and books.switches.missing_list_id == "3120":
        raise refusals.missing_object(missing[0])
    return rows, missing


def _by_name(books: Books, kinds: tuple[str, ...], name: str, values: list[str]) -> tuple[Rows, list[str]]:
    index = "FullName" if name == "FullName" else "RefNumber"
    exact = set(values) if name == "RefNumberCaseSensitive" else None
    rows = [
        (kind, row)
        for kind in kinds
        for row in books.table(kind).having_any(index, values)
        if exact is None or row[index] in exact
    ]
    there = {row[index] if exact else folded(row[index]) for _kind, row in rows}
    missing = [value for value in values if (value if exact else folded(value)) not in there]
    if index == "RefNumber" and not rows and books.switches.missing_ref_number == "1":
        raise refusals.nothing_found()
    return rows, missing


def _listed(books: Books, kinds: tuple[str, ...], draft: Record) -> Rows:
    tests = list_tests(books, draft)
    rows = [(kind, row) for kind in kinds for row in books.rows(kind).values() if all(test(row) for test in tests)]
    return sorted(rows, key=lambda each: folded(each[1]["FullName"]))


def _transactions(books: Books, kinds: tuple[str, ...], draft: Record) -> Rows:
    tests = transaction_tests(books, draft)
    chosen = referred(books, "EntityFilter", draft["EntityFilter"]) if "EntityFilter" in draft else None
    rows: Rows = []
    for kind in kinds:
        table = books.table(kind)
        candidates: Iterable[Record] = (
            table.rows.values() if chosen is None else table.having_any(KINDS[kind].party, chosen)
        )
        rows += [(kind, row) for row in candidates if all(test(row) for test in tests)]
    return rows


def _page(asking: Asking, kinds: tuple[str, ...], draft: Record, limit: int | None) -> tuple[Rows, dict[str, str]]:
    """Returns the next rows of an iterator, with its id and how many are left."""
    said = json.dumps([asking.message, draft], sort_keys=True, default=str)
    step, identifier = asking.attributes["iterator"], asking.attributes.get("iteratorID", "")
    iterators = asking.session.iterators
    if step == "Start":
        identifier = f"{{{uuid4()}}}"
        iterators[identifier] = Pages(said, _found(asking.books, kinds, draft)[0])
    elif not identifier:
        raise refusals.missing_element("iteratorID")
    pages = iterators.get(identifier)
    if pages is None or (step == "Continue" and pages.query != said):
        raise refusals.bad_id(identifier, "iteratorID")
    if not asking.books.switches.iterator_snapshot:
        pages.rows = [
            (kind, asking.books.rows(kind)[row[KINDS[kind].key]])
            for kind, row in pages.rows
            if row[KINDS[kind].key] in asking.books.rows(kind)
        ]
    taken = len(pages.rows) if limit is None else limit
    rows, pages.rows = ([], pages.rows) if step == "Stop" else (pages.rows[:taken], pages.rows[taken:])
    if step == "Stop" or not pages.rows:
        del iterators[identifier]
    return rows, {"iteratorRemainingCount": str(len(pages.rows)), "iteratorID": identifier}
