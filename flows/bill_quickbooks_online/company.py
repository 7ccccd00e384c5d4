"""What the QuickBooks company allows, read before anything is written; a company that cannot take the bills says so."""

from datetime import timedelta

from prefect import task

from blocks.errors import ConfigurationError
from blocks.quickbooks_online.account import SYSTEM
from blocks.quickbooks_online.client import QuickBooksClient
from blocks.quickbooks_online.company import Company
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from tasks.naming import renamed
from tasks.opaque import opaque
from tasks.outcomes import TARGET
from tasks.retry import PATIENT
from tasks.run import Run
from tasks.state import mirrors, progress
from tasks.state.mirrors import Mirrored
from tasks.state.models import utc_now

KIND = "company"
FRESH = timedelta(hours=1)  # so that an idle poll need not ask
SETTINGS = "the company's settings"  # in QuickBooks, as what a record waits for


async def company_of(run: Run, books: QuickBooksClient, rules: BillQuickBooksOnlineConnection) -> Company:
    """Returns the company's settings, at most an hour old; as they are now, if a record waits for another one.

    Raises:
        ConfigurationError: it cannot have purchase orders, and bills shall become such; nothing was written.
    """
    known = mirrors.mirrored(run.ledger, "quickbooks_online", KIND)
    read = progress.watermark(run.ledger, f"mirror quickbooks_online {KIND}")
    believed = read and read > utc_now() - FRESH and SETTINGS not in run.ledger.waiting_for(TARGET)
    fresh = {one: row.body for one, row in known.items()} if believed else {}
    company = Company.of(fresh["info"], fresh["preferences"]) if fresh else None
    if company is None or _unfit(company, rules):  # what stands in the way may have been changed a moment ago
        company = await read_company(opaque(run), opaque(books))
    if said := _unfit(company, rules):
        raise ConfigurationError(said, system=SYSTEM, remedy=company.orders_remedy())
    return company


def _unfit(company: Company, rules: BillQuickBooksOnlineConnection) -> str:
    return company.lacks_orders() if rules.target_entity == "purchase_order" else ""


@task(name="company", task_run_name="read company", **PATIENT)
async def read_company(run: Run, books: QuickBooksClient) -> Company:
    """Returns the company's settings as they are now, and keeps them for the next runs."""
    info, preferences = await books.company_info(), await books.preferences()
    company = Company.of(info, preferences)
    if not run.dry:
        rows = [Mirrored("info", "", company.name, True, info), Mirrored("preferences", "", "", True, preferences)]
        mirrors.mirror(run.ledger, "quickbooks_online", KIND, rows)
        progress.move_watermark(run.ledger, f"mirror quickbooks_online {KIND}", utc_now())
    renamed(f"read company: {company.name}, {company.edition}")
    return company
