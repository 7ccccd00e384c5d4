"""Bills and vendor credits.

Source: qbXML 13.0, BillAdd, BillMod, VendorCreditAdd.
"""

import calendar
from datetime import date, timedelta

from tests.sandbox.quickbooks_desktop import ledger, refusals
from tests.sandbox.quickbooks_desktop.books import Books
from tests.sandbox.quickbooks_desktop.documents import currency, opened, summed
from tests.sandbox.quickbooks_desktop.lines import added_lines, modified_lines
from tests.sandbox.quickbooks_desktop.reading import Record
from tests.sandbox.quickbooks_desktop.references import element, resolved
from tests.sandbox.quickbooks_desktop.saving import check_related, current, filled, merged


def add_bill(books: Books, draft: Record) -> Record:
    """Returns the new bill; its terms are the vendor's and its due date follows from them, unless given.

    Raises:
        Refusal: 3120, 3140, 3150, 3171, 3180, 3250, 3270.
    """
    lines = added_lines(books, "Bill", draft)
    header = opened(books, "Bill", filled(resolved(books, draft, "Bill")))
    vendor = books.rows("Vendor")[header["VendorRef"]]
    header.setdefault("VendorAddress", vendor.get("VendorAddress"))
    header.setdefault("TermsRef", vendor.get("TermsRef"))
    header.setdefault("DueDate", _due(books, header))
    return books.insert("Bill", summed("Bill", {**header, **lines}))


def add_vendor_credit(books: Books, draft: Record) -> Record:
    """Returns the new vendor credit.

    Raises:
        Refusal: 3120, 3140, 3150, 3171, 3180, 3250, 3270.
    """
    lines = added_lines(books, "VendorCredit", draft)
    header = opened(books, "VendorCredit", filled(resolved(books, draft, "VendorCredit")))
    return books.insert("VendorCredit", summed("VendorCredit", {**header, **lines}))


def modify_bill(books: Books, draft: Record) -> Record:
    """Returns the changed bill.

    Raises:
        Refusal: 3000, 3120, 3140, 3171, 3175, 3176, 3180, 3200, 3210, 3250, 3270, 3290.
    """
    return change_bill(books, current(books, "Bill", draft), draft)


def change_bill(books: Books, before: Record, draft: Record) -> Record:
    """Returns the bill with the draft's values, whoever has seen which EditSequence.

    Raises:
        Refusal: as `modify_bill`, without 3200.
    """
    payments = books.state.paid_by.get(before["TxnID"], {})
    check_related(books, payments)
    lines = modified_lines(books, "Bill", before, draft)
    after = {**merged(books, before, resolved(books, draft, "Bill")), **lines}
    for name in ("VendorRef", "APAccountRef", "TxnDate"):
        after.setdefault(name, before[name])  # these cannot be emptied
    after.setdefault("DueDate", _due(books, after))
    books.check_period("Bill", before["TxnDate"], after["TxnDate"])
    after |= currency(books, after["VendorRef"], draft if "ExchangeRate" in draft else after)
    after = summed("Bill", after)
    if payments:
        _check_paid(books, before, after)
    return books.replace("Bill", after)


def _check_paid(books: Books, before: Record, after: Record) -> None:
    for name in ("VendorRef", "APAccountRef"):
        if after[name] != before[name]:
            raise refusals.rule(name, after[name], "The bill has payments.")
    paid = before["AmountDue"] - ledger.open_of(books.state, before["TxnID"])
    if after["AmountDue"] < paid:
        raise refusals.rule("Amount", after["AmountDue"], "The bill cannot be less than what was paid of it.")


def _due(books: Books, header: Record) -> date:
    terms = element(books, header["TermsRef"]) if header.get("TermsRef") else None
    issued: date = header["TxnDate"]
    if terms is not None and "DayOfMonthDue" in terms:
        return _on_day(issued, terms["DayOfMonthDue"])
    days = books.prefers("DaysBillsAreDue") if terms is None else terms.get("StdDueDays", 0)
    return issued + timedelta(days=int(days))


def _on_day(issued: date, day: int) -> date:
    """Returns the next such day of a month; a month that is too short gives its last."""
    month, year = (issued.month, issued.year) if issued.day <= day else (issued.month % 12 + 1, issued.year)
    year += 1 if month < issued.month else 0
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))
