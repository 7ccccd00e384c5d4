"""How a Procurify bill reads in QAD: pure, and exact to the cent."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from blocks.procurify.models import Bill, BillItem, OrderAccount
from blocks.target import Body
from flows.procurify_qad.bill_amounts import Share, shares_of, total_of
from flows.procurify_qad.rounding import rounded
from flows.procurify_qad.rules import ProcurifyQadConnection
from flows.procurify_qad.supplied import Supplied
from flows.unfit import UnfitError

INVOICE, CREDIT_NOTE = "INVOICE", "CREDITNOTE"
DESCRIPTION = 255
NOTHING = Decimal(0)


class Posting(NamedTuple):
    """What the posting of a bill needs to know of QAD."""

    entity: str
    domain: str
    orders: Sequence[str]  # the numbers of the orders that it refers to
    matching: Sequence[Mapping[str, Any]]  # the receipts that it is matched with; empty if people match it
    cost_center: Callable[[OrderAccount], str]


def posting_date(bill: Bill) -> date:
    """Returns the day that a bill is posted on.

    Raises:
        UnfitError: it has no date.
    """
    day = bill.gl_post_date or bill.invoice_date
    if day is None:
        raise UnfitError("has no date")
    return day


def to_invoice(bill: Bill, supplier: Supplied, posting: Posting, rules: ProcurifyQadConnection) -> Body:
    """Returns the supplier invoice, or the credit note, that QAD shall hold.

    Raises:
        UnfitError: its parts do not add up, or a part has no account.
    """
    if not bill.currency_code:
        raise UnfitError("has no currency")
    total, posted = total_of(bill), posting_date(bill)
    shares = shares_of(bill)
    is_credit = total < NOTHING
    body: Body = {
        "entity": posting.entity,
        "posting_year": posted.year,
        "daybook": rules.credit_note_daybook if is_credit else rules.invoice_daybook,
        "voucher": 0,
        "type": CREDIT_NOTE if is_credit else INVOICE,
        "supplier": supplier.code,
        "reference": bill.invoice_number.strip(),
        "currency": bill.currency_code,
        "original_credit": NOTHING if is_credit else total,
        "original_debit": -total if is_credit else NOTHING,
        "invoice_date": bill.invoice_date or posted,
        "posting_date": posted,
        "credit_terms": rules.credit_terms.get(bill.payment_terms, supplier.credit_terms),
        "status": _status(posting, rules),
    }
    if bill.due_date:
        body["due_date"] = bill.due_date
    if posting.orders:
        body["purchase_orders"] = [{"domain": posting.domain, "number": one} for one in posting.orders]
    if posting.matching:
        body["matching_lines"] = [dict(one) for one in posting.matching]
    if posting.matching or not posting.orders:
        body["posting_lines"] = _posting_lines(shares, posting, rules)
    return body


def _status(posting: Posting, rules: ProcurifyQadConnection) -> str:
    if posting.matching:
        return rules.matched_invoice_status
    return rules.order_invoice_status if posting.orders else rules.other_invoice_status


def _posting_lines(shares: Sequence[Share], posting: Posting, rules: ProcurifyQadConnection) -> list[Body]:
    """Returns the lines of all that no receipt is matched with; taxes and shipping have own accounts, by rule."""
    matched = [one for one in shares if posting.matching and one.is_order]
    lines = []
    for one in shares:
        if one not in matched:
            own = one.net + (NOTHING if rules.tax_account else one.tax)
            lines.append(_posting_line(one, own + (NOTHING if rules.shipping_account else one.shipping), posting))
    taxes = sum((one.tax for one in (shares if rules.tax_account else matched)), NOTHING)
    shipping = sum((one.shipping for one in (shares if rules.shipping_account else matched)), NOTHING)
    extra = [("Tax", rules.tax_account, taxes), ("Shipping", rules.shipping_account, shipping)]
    lines += [_extra_line(*one) for one in extra if one[2]]
    return [one for one in lines if one["debit"] or one["credit"]]


def _extra_line(what: str, account: str, amount: Decimal) -> Body:
    if account:
        return _line(account, "", amount, what)
    field = f"{what.lower()}_account"
    said = f"has {what.lower()} on lines that are matched with receipts, and so needs an account of its own for it"
    raise UnfitError(said, remedy=f"Set {field} in the connection file.")


def _posting_line(share: Share, amount: Decimal, posting: Posting) -> Body:
    if share.account is None or not share.account.code:
        raise UnfitError(f"has no account code on {share.description!r}")
    return _line(share.account.code, posting.cost_center(share.account), amount, share.description)


def _line(account: str, cost_center: str, amount: Decimal, description: str) -> Body:
    return {
        "account": account,
        "cost_center": cost_center,
        "debit": max(amount, NOTHING),
        "credit": max(-amount, NOTHING),
        "description": description[:DESCRIPTION],
    }


def content_of(bill: Bill) -> dict[str, Any]:
    """Returns what of a bill must not change once it is posted, and its state, which may."""
    total = bill.total_cost_with_tax
    return {
        "state": bill.status,
        "invoice number": bill.invoice_number.strip(),
        "invoice date": bill.invoice_date,
        "total": None if total is None else rounded(total, bill.currency_code),
        "currency": bill.currency_code,
        "vendor": bill.vendor.id if bill.vendor else "",
        "lines": sorted(_line_of(one) for one in bill.items if not one.archived),
    }


def _line_of(item: BillItem) -> list[str]:
    """Returns what of an item counts; one that was taken out and entered again is the same."""
    numbers = ("" if one is None else f"{one.normalize():f}" for one in (item.total_cost, item.quantity))
    return [item.orderitem.id if item.orderitem else item.description, *numbers]
