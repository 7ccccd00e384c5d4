"""What differs between a bill and what it has become in QuickBooks Desktop, for people: pure, exact to the cent."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from blocks.bill.models import Bill
from blocks.exact import Record
from blocks.quickbooks_desktop.channel import SYSTEM
from blocks.quickbooks_desktop.values import amount, text
from flows.bill_comparison.points import point
from flows.bill_quickbooks_desktop.bill_fields import of_body, of_quickbooks
from flows.bill_quickbooks_desktop.comparison.books import Books
from flows.bill_quickbooks_desktop.mapping import References, number_of, to_bill
from flows.matches import listed

Coded = tuple[str, str, Decimal]  # account, class, amount


def heading_points(bill: Bill, record: Record, books: Books, refs: References) -> list[str]:
    """Returns what differs besides the lines."""
    day, total = bill.invoice.invoice_date, amount(record, "AmountDue")
    vendor = books.vendors.get(bill.vendor_id or "")
    named = bill.vendor_name or (vendor.name if vendor else "") or bill.vendor_id
    is_theirs = refs.vendors.get(bill.vendor_id or "") == text(record, "VendorRef", "ListID")
    points = (
        point("total", bill.amount, total, bill.amount == total),
        point("vendor", named, text(record, "VendorRef", "FullName"), is_theirs),
        point("date", day, text(record, "TxnDate")),
        point("due date", bill.due_date or day, text(record, "DueDate")),
        point("number", number_of(bill), text(record, "RefNumber")),
    )
    return [one for one in points if one]


def line_points(bill: Bill, record: Record, books: Books, refs: References) -> list[str]:
    """Returns which lines one side has alone: with account, class and amount.

    Raises:
        UnfitError: BILL's bill cannot be said in QuickBooks' terms.
        KeyError: it refers to what is not linked.
    """
    ours = _coded(of_body(to_bill(bill, refs))["lines"])
    theirs = _coded(of_quickbooks(record)["lines"])
    if ours == theirs:
        return []
    said = (_told("BILL", ours - theirs, books), _told(SYSTEM, theirs - ours, books))
    return [f"the lines differ: {'; '.join(filter(None, said))}"]


def _coded(lines: Iterable[Any]) -> Counter[Coded]:
    return Counter((str(account), str(its_class or ""), Decimal(str(money))) for account, money, its_class in lines)


def _told(system: str, lines: Counter[Coded], books: Books) -> str:
    said = [_line(one, books) for one in lines.elements()]
    return f"only {system} has {listed(said)}" if said else ""


def _line(line: Coded, books: Books) -> str:
    account, its_class, money = line
    of_class = f" ({books.name_of('Class', its_class)})" if its_class else ""
    return f"{books.name_of('Account', account)}{of_class} {money:.2f}"
