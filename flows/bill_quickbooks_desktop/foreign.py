"""Vendors whose bills cannot go as they are, because QuickBooks Desktop would book them in another currency.

QuickBooks books a bill in its vendor's currency. It tells that by a name that every company may write in its own way,
so that only the company's home currency can be told from all others.
"""

from collections.abc import Mapping
from typing import NamedTuple

from blocks.quickbooks_desktop.channel import SYSTEM
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.company import Company
from blocks.quickbooks_desktop.values import text
from flows.bill_quickbooks_desktop.lists import vendors
from tasks.run import Run
from tasks.state.models import Link

HOME = {"US": "USD", "CA": "CAD", "UK": "GBP"}  # QuickBooks' editions, and the currency of each


class Foreign(NamedTuple):
    """Why a vendor's bills cannot go, and what helps."""

    said: str
    remedy: str
    in_settings: bool  # whether the company's settings are what helps


async def foreign(
    run: Run, books: QuickBooksDesktopClient, company: Company, links: Mapping[str, Link]
) -> dict[str, Foreign]:
    """Returns, by BILL id, those of these vendors whose currency is another one there; a link's label tells BILL's."""
    home = HOME.get(company.country, "")
    told = {one: link for one, link in links.items() if link.label and home}
    if not company.multicurrency:
        return {one: _one_currency(link.label) for one, link in told.items() if link.label != home}
    there = await vendors(run, books) if told else {}
    found = {}
    for one, link in told.items():
        currency = text(there[link.target_id].body, "CurrencyRef", "FullName") if link.target_id in there else ""
        is_home = not currency or currency == company.home_currency
        if (link.label == home) != is_home and (is_home or company.home_currency):
            found[one] = _another(link, currency or home)
    return found


def _one_currency(currency: str) -> Foreign:
    said = f"is in {currency}, but the company keeps its books in one currency"
    return Foreign(said, "Turn multiple currencies on in QuickBooks.", True)


def _another(link: Link, currency: str) -> Foreign:
    said = f"is in {link.label}, but {SYSTEM} books what its vendor {link.target_id} is owed in {currency}"
    remedy = (
        f"Enter the vendor in QuickBooks in its currency, and map BILL vendor {link.source_id} to that one under"
        " vendors in the connection file; or correct the vendor's currency in BILL."
    )
    return Foreign(said, remedy, False)
