"""What is asked of Procurify before a connection runs; reads only."""

from collections.abc import AsyncIterator, Awaitable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeVar

from pydantic import BaseModel

from blocks.exact import Record
from blocks.procurify.client import ProcurifyClient
from blocks.procurify.models import AccountCode, Currency, Department, Location, PurchaseOrder, Vendor
from blocks.procurify.pages import Page
from flows.checks import SIGN_IN, Asked, Findings
from flows.matches import listed
from flows.procurify_qad.checks.connectors import judge_other_connectors

LATELY = timedelta(days=35)  # of the documents that are looked at
Kind = TypeVar("Kind", bound=BaseModel)


class ProcurifyLists(NamedTuple):
    """Procurify's reference data and its latest orders; None where they could not be read."""

    vendors: Sequence[Vendor] | None = None
    codes: Sequence[AccountCode] | None = None
    departments: Sequence[Department] | None = None
    locations: Sequence[Location] | None = None
    currencies: Sequence[Currency] | None = None
    orders: Sequence[PurchaseOrder] | None = None  # without their lines


async def examine_procurify(procurify: ProcurifyClient, _asked: Asked, found: Findings) -> ProcurifyLists:
    """Returns Procurify's reference data; sign-in, user and each endpoint in use have their verdicts.

    Raises:
        VendorError: the sign-in fails, so that nothing else can be asked.
    """
    found.add(SIGN_IN, "ok", await procurify.ready())
    _judge_user(await procurify.me(), found)
    account = procurify.account
    pace = f"{account.read_pause_seconds:g} seconds between two reads, pages of {account.page_size}"
    found.add("pace", "ok", f"{pace}, calls at once: {account.calls_at_once}")
    orders = await _documents(procurify, found)
    lists = ProcurifyLists(
        await _list(procurify.vendors(), Vendor, "vendors", found),
        await _list(procurify.account_codes(), AccountCode, "account codes", found),
        await _list(procurify.departments(), Department, "departments", found),
        await _list(procurify.locations(), Location, "locations", found),
        await _list(procurify.currencies(), Currency, "currencies", found),
        orders,
    )
    await _first("accounts", procurify.accounts(), found)
    _judge_twins(lists.vendors or (), found)
    return lists


def _judge_user(user: Record, found: Findings) -> None:
    role = user.get("role")
    named = str(role.get("name") or "") if isinstance(role, dict) else ""
    said = f"role {named or 'not told'}; whether it may write vendors and account codes shows in the first run only"
    if user.get("is_active") is False:
        found.add("API user", "error", f"is not active; {said}. Activate the user in Procurify.")
    else:
        found.add("API user", "ok" if named else "unverified", said)


async def _documents(procurify: ProcurifyClient, found: Findings) -> list[PurchaseOrder] | None:
    """Returns the latest orders; each endpoint of documents has its verdict, those of single ones too."""
    since = datetime.now(UTC) - LATELY
    orders = await _first("purchase orders", procurify.purchase_orders(since.date()), found)
    if orders and (uuid := orders[0].get("uuid")):
        await _allowed("single purchase orders", procurify.purchase_order(str(uuid)), found)
    await _first("order lines", procurify.order_items(since.date()), found)
    bills = await _first("bills", procurify.bills(since), found)
    if bills and (uuid := bills[0].get("uuid")):
        await _allowed("single bills", procurify.bill(str(uuid)), found)
    await _first("payments", procurify.payments(since), found)
    if bills is not None:
        judge_other_connectors(bills, found)
    return None if orders is None else [PurchaseOrder.model_validate(one) for one in orders]


async def _first(what: str, pages: AsyncIterator[Page], found: Findings) -> list[Record] | None:
    """Returns the first page; whether it may be read is one row more."""
    page = await found.ask(f"read {what}", anext(pages, Page([], None)))
    if page is None:
        return None
    found.add(f"read {what}", "ok", "allowed")
    return page.rows


async def _allowed(what: str, question: Awaitable[Record | None], found: Findings) -> None:
    if await found.ask(f"read {what}", question) is not None:
        found.add(f"read {what}", "ok", "allowed")


async def _list(pages: AsyncIterator[Page], model: type[Kind], what: str, found: Findings) -> list[Kind] | None:
    """Returns the whole list; whether it may be read is one row more."""
    rows = await found.ask(f"read {what}", _gathered(pages))
    if rows is None:
        return None
    found.add(f"read {what}", "ok", f"allowed, {len(rows):,} records")
    return [model.model_validate(row) for row in rows]


async def _gathered(pages: AsyncIterator[Page]) -> list[Record]:
    return [row async for page in pages for row in page.rows]


def _judge_twins(vendors: Sequence[Vendor], found: Findings) -> None:
    """Vendors that carry one code together are one row more."""
    carriers: dict[str, list[str]] = {}
    for vendor in vendors:
        if vendor.external_id:
            carriers.setdefault(vendor.external_id, []).append(vendor.id)
    twins = [f"{code} ({' and '.join(ids)})" for code, ids in carriers.items() if len(ids) > 1]
    if twins:
        said = f"several vendors carry one external id: {listed(twins)}; these suppliers are held until one is left"
        found.add("external ids", "warning", said)
    else:
        found.add("external ids", "ok", f"{len(carriers):,} vendors carry one, each another")
