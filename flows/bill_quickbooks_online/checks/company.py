"""What is asked of a QuickBooks Online company before a connection runs: consent, settings, lists; reads only."""

from datetime import UTC, datetime
from typing import NamedTuple

from blocks.errors import ConsentNeededError
from blocks.quickbooks_online.account import SYSTEM
from blocks.quickbooks_online.client import QuickBooksClient
from blocks.quickbooks_online.company import Company
from flows.bill_quickbooks_online.books import entries
from flows.bill_quickbooks_online.checks.accounts import judge_payables
from flows.bill_quickbooks_online.checks.settings import judge_settings
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from flows.books_checks import judge_payment_account
from flows.checks import SIGN_IN, Asked, Findings
from flows.consent import link_for, with_link
from flows.counterparts import NEW
from flows.matches import Entries


class QuickBooksLists(NamedTuple):
    """The company's settings and lists; None where they could not be read, or nothing needs them."""

    company: Company | None = None
    accounts: Entries | None = None
    classes: Entries | None = None
    departments: Entries | None = None
    terms: Entries | None = None
    vendors: Entries | None = None


async def examine_quickbooks(books: QuickBooksClient, asked: Asked, found: Findings) -> QuickBooksLists:
    """Returns the company's settings and lists; consent, settings and notifications have their verdicts.

    Raises:
        ConsentNeededError: a person must connect the company; the text says where.
        VendorError: the sign-in fails, so that nothing else can be asked.
    """
    try:
        found.add(SIGN_IN, "ok", await books.ready())
        await _judge_consent(books, asked, found)
        return await _examine_company(books, asked, found)
    except ConsentNeededError as error:
        raise with_link(BillQuickBooksOnlineConnection, asked.name, error) from None


async def _examine_company(books: QuickBooksClient, asked: Asked, found: Findings) -> QuickBooksLists:
    rules: BillQuickBooksOnlineConnection = asked.rules
    company = await found.ask("company", _company(books))
    if company is not None:
        judge_settings(company, books.account, rules, found)
    if asked.public_url:
        _judge_notifications(books, asked.public_url, found)
    accounts = await _list(books, "Account", "accounts", found)
    if accounts is not None:
        judge_payables(accounts, rules, company.home_currency if company else "", found)
        if rules.target_entity == "bill":
            judge_payment_account(accounts, rules.payment_account, found)
    classes = company is not None and company.class_per != "off"
    locations = company is not None and company.locations
    mapped_vendors = any(one != NEW for one in rules.vendors.values())
    return QuickBooksLists(
        company,
        accounts,
        await _list(books, "Class", "classes", found) if classes else None,
        await _list(books, "Department", "locations", found) if locations else None,
        await _list(books, "Term", "terms", found) if rules.terms else None,
        await _list(books, "Vendor", "vendors", found) if mapped_vendors else None,
    )


async def _company(books: QuickBooksClient) -> Company:
    return Company.of(await books.company_info(), await books.preferences())


async def _list(books: QuickBooksClient, entity: str, name: str, found: Findings) -> Entries | None:
    held = await found.ask(f"read {name}", entries(books, entity))
    if held is not None:
        found.add(f"read {name}", "ok", f"allowed, {len(held):,} records")
    return held


async def _judge_consent(books: QuickBooksClient, asked: Asked, found: Findings) -> None:
    consent = await books.consent()
    ends = [end for end in (consent.refresh_until, consent.hard_until) if end] if consent else []
    if consent is None or not ends:
        found.add("consent", "unverified", "Intuit has not told how long it lasts")
    elif said := consent.warning(datetime.now(UTC)):
        found.add("consent", "warning", f"{said} {link_for(BillQuickBooksOnlineConnection, asked.name, SYSTEM)}")
    else:
        at_most = f", {consent.hard_until:%Y-%m-%d} at the latest if it is used" if consent.hard_until else ""
        found.add("consent", "ok", f"ends on {min(ends):%Y-%m-%d}{at_most}")


def _judge_notifications(books: QuickBooksClient, public_url: str, found: Findings) -> None:
    address = f"{public_url}/webhooks/quickbooks-online"
    if books.account.webhook_verifier_token:
        said = f"accepted at {address}; Intuit does not tell whether that is the address of the app's webhooks"
        found.add("notifications", "ok", said)
        return
    said = "the credentials hold no webhook verifier token: notifications are off, and changes wait for the next run"
    remedy = f"Enter {address} for the app's webhooks at Intuit, and the verifier token shown there in the credentials."
    found.add("notifications", "warning", f"{said}. {remedy}")
