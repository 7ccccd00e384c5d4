"""The fields of a bill that both systems keep, in one form, so that an edit in QuickBooks can be told: pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from blocks.exact import Record
from blocks.quickbooks_desktop.values import amount, at, rows, text
from blocks.target import Body

TITLES = {
    "vendor": "the vendor",
    "date": "the date",
    "due": "the due date",
    "number": "the number",
    "lines": "the lines",
}


def of_body(body: Body) -> dict[str, Any]:
    """Returns the fields that a body asks for."""
    lines = body["ExpenseLineAdd"]
    return {
        "vendor": body["VendorRef"]["ListID"],
        "date": str(body["TxnDate"]),
        "due": str(body["DueDate"]),
        "number": body["RefNumber"],
        "lines": [
            _line(at(one, "AccountRef", "ListID"), one["Amount"], at(one, "ClassRef", "ListID")) for one in lines
        ],
    }


def of_quickbooks(bill: Record) -> dict[str, Any]:
    """Returns the fields as QuickBooks has them; lines by item count with their amounts alone."""
    expenses = [
        _line(text(one, "AccountRef", "ListID"), amount(one, "Amount"), text(one, "ClassRef", "ListID"))
        for one in rows(bill, "ExpenseLineRet")
    ]
    items = [_line("by item", amount(one, kind, "Amount"), "") for one in rows(bill, "ItemLines") for kind in one]
    return {
        "vendor": text(bill, "VendorRef", "ListID"),
        "date": text(bill, "TxnDate"),
        "due": text(bill, "DueDate"),
        "number": text(bill, "RefNumber"),
        "lines": expenses + items,
    }


def differences(agreed: Mapping[str, Any], there: Mapping[str, Any]) -> list[str]:
    """Returns what differs between what was agreed on and what is there now, for people, with both values."""
    return [
        _told(field, agreed[field], there[field])
        for field in TITLES
        if field in agreed and not _same(field, agreed[field], there[field])
    ]


def total_of(fields: Mapping[str, Any]) -> Decimal:
    """Returns what the lines add up to."""
    return sum((Decimal(str(line[1])) for line in fields["lines"]), Decimal(0))


def _same(field: str, one: Any, other: Any) -> bool:
    if field != "lines":
        return bool(one == other)
    # In any order: a line that was added to others stands below them.
    return sorted(_comparable(line) for line in one) == sorted(_comparable(line) for line in other)


def _comparable(line: Sequence[Any]) -> tuple[str, Decimal, str]:
    account, money, its_class = line
    return (str(account), Decimal(str(money)), str(its_class or ""))


def _line(account: Any, money: Decimal, its_class: Any) -> list[Any]:
    return [account or "", money, its_class or ""]


def _told(field: str, agreed: Any, there: Any) -> str:
    if field != "lines":
        return f"{TITLES[field]} {agreed!r} is {there!r} there"
    one, other = (total_of({"lines": lines}) for lines in (agreed, there))
    sums = f"add up to {one:.2f} and to {other:.2f} there" if one != other else "are booked otherwise there"
    return f"{TITLES[field]} {sums}"
