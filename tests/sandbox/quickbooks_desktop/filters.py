"""The filters of queries: each turns what a request says into a test of one record.

Source: qbXML 13.0, the query messages.
"""

import operator
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tests.sandbox.quickbooks_desktop import refusals, times
from tests.sandbox.quickbooks_desktop.books import Books
from tests.sandbox.quickbooks_desktop.ledger import ZERO
from tests.sandbox.quickbooks_desktop.periods import period
from tests.sandbox.quickbooks_desktop.reading import Record
from tests.sandbox.quickbooks_desktop.references import TARGETS, element, find
from tests.sandbox.quickbooks_desktop.table import folded

Test = Callable[[Record], bool]
_MATCHES: dict[str, Callable[[str, str], bool]] = {
    "StartsWith": str.startswith,
    "Contains": operator.contains,
    "EndsWith": str.endswith,
}
_COMPARISONS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "LessThan": operator.lt, "LessThanEqual": operator.le, "Equal": operator.eq, "GreaterThan": operator.gt,
    "GreaterThanEqual": operator.ge,
}  # fmt: skip
_LINES = ("ExpenseLineRet", "ItemLineRet", "AppliedToTxnRet")
_ACCOUNTS = ("APAccountRef", "BankAccountRef", "CreditCardAccountRef", "AccountRef", "DiscountAccountRef")


def list_tests(books: Books, draft: Record) -> list[Test]:
    """Returns the tests of a list query; inactive elements are left out unless the request says otherwise.

    Raises:
        Refusal: 3000, 3030, 3031, 3140.
    """
    tests = [*_active(draft.get("ActiveStatus", "ActiveOnly")), *modified(books, draft), *_text(draft, "Name")]
    if types := draft.get("AccountType"):
        tests.append(lambda row: row["AccountType"] in types)
    if balance := draft.get("TotalBalanceFilter"):
        compare = _COMPARISONS[balance["Operator"]]
        tests.append(lambda row: compare(books.state.owed.get(row["ListID"], ZERO), balance["Amount"]))
    return [*tests, *_classes(books, draft), *_currency(books, draft)]


def transaction_tests(books: Books, draft: Record) -> list[Test]:
    """Returns the tests of a transaction query, apart from EntityFilter, which the caller looks up.

    Raises:
        Refusal: 3000, 3030, 3031, 3140, 3250.
    """
    tests = [*modified(books, draft.get("ModifiedDateRangeFilter", {})), *_text(draft, "RefNumber")]
    tests += _dated(books, draft.get("TxnDateRangeFilter", {}))
    if "AccountFilter" in draft:
        accounts = referred(books, "AccountFilter", draft["AccountFilter"])
        tests.append(lambda row: bool(accounts & set(_accounts(row))))
    if (status := draft.get("PaidStatus", "All")) != "All":
        tests.append(lambda row: (books.state.open[row["TxnID"]] == 0) == (status == "PaidOnly"))
    return [*tests, *_currency(books, draft)]


def modified(books: Books, draft: Record, what: str = "Modified", of: str = "TimeModified") -> list[Test]:
    """Returns the test of a range of time, both ends of which belong to it.

    Raises:
        Refusal: 3030, it ends before it begins.
    """
    first, last = draft.get(f"From{what}Date"), draft.get(f"To{what}Date")
    start = times.meant(first, books.switches) if first else None
    end = times.meant(last, books.switches, end=True) if last else None
    if start and end and start > end:
        raise refusals.bad_range(3030, str(first), str(last))
    return _between(of, start, end)


def referred(books: Books, name: str, chosen: Record) -> set[str]:
    """Returns the ListIDs that an EntityFilter, AccountFilter or ClassFilter means.

    Raises:
        Refusal: 3000, 3140.
    """
    found: set[str] = set()
    for identifier in [*chosen.get("ListID", ()), *_one(chosen, "ListIDWithChildren")]:
        found.add(_target(books, name, {"ListID": identifier}))
    for full_name in [*chosen.get("FullName", ()), *_one(chosen, "FullNameWithChildren")]:
        found.add(_target(books, name, {"FullName": full_name}))
    return found | _children(books, name, found) if len(chosen) and next(iter(chosen)).endswith("Children") else found


def _one(chosen: Record, name: str) -> list[str]:
    return [chosen[name]] if name in chosen else []


def _target(books: Books, name: str, reference: Record) -> str:
    kinds, label = TARGETS[name]
    record = find(books, kinds, name, reference)
    if record is None:
        raise refusals.bad_reference(label, next(iter(reference.values())), "query")
    return str(record["ListID"])


def _children(books: Books, name: str, above: set[str]) -> set[str]:
    prefixes = tuple(f"{found['FullName']}:" for each in above if (found := element(books, each)))
    rows = [row for kind in TARGETS[name][0] for row in books.rows(kind).values()]
    return {row["ListID"] for row in rows if row["FullName"].startswith(prefixes)}


def _active(status: str) -> list[Test]:
    return [] if status == "All" else [lambda row: row["IsActive"] == (status == "ActiveOnly")]


def _text(draft: Record, name: str) -> list[Test]:
    tests: list[Test] = []
    if chosen := draft.get(f"{name}Filter"):
        match, wanted = _MATCHES[chosen["MatchCriterion"]], folded(chosen[name])
        tests.append(lambda row: match(folded(row.get(name, "")), wanted))
    if chosen := draft.get(f"{name}RangeFilter"):
        first, last = folded(chosen.get(f"From{name}", "")), folded(chosen.get(f"To{name}", ""))
        if first and last and first > last:
            raise refusals.bad_range(3031, chosen[f"From{name}"], chosen[f"To{name}"])
        tests.append(lambda row: first <= folded(row.get(name, "")) and (not last or folded(row.get(name, "")) <= last))
    return tests


def _dated(books: Books, chosen: Record) -> list[Test]:
    first: date | None = chosen.get("FromTxnDate") or None
    last: date | None = chosen.get("ToTxnDate") or None
    if "DateMacro" in chosen:
        first, last = period(chosen["DateMacro"], books.today())
    if first and last and first > last:
        raise refusals.bad_range(3030, str(first), str(last))
    return _between("TxnDate", first, last)


def _between(of: str, start: datetime | date | None, end: datetime | date | None) -> list[Test]:
    # Any: moments and days are never mixed in one range
    low: Any = start
    high: Any = end
    if low is None and high is None:
        return []
    return [lambda row: (low is None or row[of] >= low) and (high is None or row[of] <= high)]


def _classes(books: Books, draft: Record) -> list[Test]:
    if "ClassFilter" not in draft:
        return []
    classes = referred(books, "ClassRef", draft["ClassFilter"])
    return [lambda row: row.get("ClassRef") in classes]


def _currency(books: Books, draft: Record) -> list[Test]:
    if "CurrencyFilter" not in draft:
        return []
    if not books.prefers("IsMultiCurrencyOn"):
        raise refusals.not_enabled()
    currencies = referred(books, "CurrencyRef", draft["CurrencyFilter"])
    return [lambda row: row.get("CurrencyRef") in currencies]


def _accounts(row: Record) -> list[str]:
    parts = [row, *(line for name in _LINES for line in row.get(name, ()))]
    return [part[name] for part in parts for name in _ACCOUNTS if part.get(name)]
