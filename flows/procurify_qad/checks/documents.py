"""Whether QAD will take orders and invoices with the codes that the rules name; pure.

QAD's profile has no lists of sites, addresses, daybooks and terms, so a code counts as known where a record has it.
"""

from collections.abc import Collection

from blocks.qad.profile import SYSTEM as QAD
from flows.checks import Findings
from flows.matches import judge_keys, listed
from flows.procurify_qad.checks.procurify import ProcurifyLists
from flows.procurify_qad.checks.qad import QadLists
from flows.procurify_qad.order_mapping import number_of
from flows.procurify_qad.rules import ProcurifyQadConnection
from flows.unfit import UnfitError


def judge_orders(rules: ProcurifyQadConnection, procurify: ProcurifyLists, qad: QadLists, found: Findings) -> None:
    """Site, address, daybook set, terms, items and numbers of orders have their rows."""
    orders = qad.orders or ()
    sites = [one for one in (rules.site, *rules.sites.values()) if one]
    _judge_codes("site", sites, {one.ship_to_site for one in orders}, found, needed=not rules.sites)
    _judge_codes("bill to", [rules.bill_to], {one.bill_to for one in orders}, found)
    _judge_codes("daybook set", [rules.daybook_set], {one.daybook_set for one in orders}, found)
    if rules.credit_terms:
        known = {one.credit_terms for one in qad.suppliers or ()} | {one.credit_terms for one in orders}
        _judge_codes("credit terms", rules.credit_terms.values(), known, found)
    if rules.items:
        found.add("items", "unverified", f"QAD does not list items here: {listed(sorted(set(rules.items.values())))}")
    _judge_numbers(rules, procurify, found)


def _judge_codes(
    what: str, codes: Collection[str], known: Collection[str], found: Findings, *, needed: bool = True
) -> None:
    given = {one for one in codes if one}
    field = what.replace(" ", "_")
    if not given:
        if needed:
            found.add(what, "error", f"{field} is not set, and QAD takes no order without it")
        return
    if not {*known} - {""}:
        found.add(what, "unverified", f"{QAD} was not seen to tell any; check {listed(sorted(given))} there")
    elif unseen := sorted(given - set(known)):
        found.add(
            what, "unverified", f"no record of QAD that was looked at has {listed(unseen)}; check the code in QAD"
        )
    else:
        found.add(what, "ok", listed(sorted(given)))


def _judge_numbers(rules: ProcurifyQadConnection, procurify: ProcurifyLists, found: Findings) -> None:
    """Whether the numbers of Procurify's latest orders fit is one row more."""
    what, length = "order numbers", rules.order_number_length
    if procurify.orders is None:
        found.add(what, "unverified", "Procurify did not list its orders")
        return
    numbers, long = [], []
    for order in procurify.orders:
        try:
            numbers.append(number_of(order, rules))
        except UnfitError:
            long.append(order.shown_number)
    twice = sorted({one for one in numbers if numbers.count(one) > 1})
    if long:
        said = f"longer than order_number_length ({length}): {listed(long)} (such orders are refused)"
        found.add(what, "warning", f'{said}. Set order_number to "internal", or order_number_length to what QAD takes.')
    elif twice:
        said = f"several orders of Procurify have {listed(twice)}; QAD takes a number once, and the later ones are"
        found.add(what, "warning", f'{said} refused. Set order_number to "internal".')
    else:
        said = f"{len(numbers):,} of the last weeks fit in {length} characters; QAD does not tell how many it takes"
        found.add(what, "ok", said)


def judge_invoices(rules: ProcurifyQadConnection, qad: QadLists, found: Findings) -> None:
    """Daybook and status codes of invoices, and how they are matched, have their rows."""
    daybooks = {one.daybook for one in qad.invoices or ()}
    _judge_codes("invoice daybook", [rules.invoice_daybook], daybooks, found)
    by_field = {
        "other_invoice_status": rules.other_invoice_status,
        "matched_invoice_status" if rules.matching_mode == "submit" else "order_invoice_status": (
            rules.matched_invoice_status if rules.matching_mode == "submit" else rules.order_invoice_status
        ),
    }
    judge_keys("invoice statuses", by_field.values(), QAD, qad.statuses, found)
    if qad.statuses is None:
        found.add("invoice statuses", "unverified", "QAD did not list them")
    elif set(by_field.values()) <= qad.statuses:
        found.add("invoice statuses", "ok", listed(sorted(set(by_field.values()))))
    how = {
        "in_qad": "people match invoices to receipts in QAD",
        "submit": "invoices arrive with their matching lines",
    }[rules.matching_mode]
    held = "bills wait for their receipts" if rules.hold_for_receipts else "bills do not wait for receipts"
    found.add("matching", "ok" if rules.hold_for_receipts else "warning", f"{how}; {held}")
