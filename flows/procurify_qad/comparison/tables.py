"""What a comparison leaves for people beside its differences."""

from typing import Any

from prefect.artifacts import acreate_table_artifact
from prefect.context import TaskRunContext

from flows.procurify_qad.comparison.books import Books
from flows.procurify_qad.comparison.payments import beside
from flows.procurify_qad.comparison.totals import totals
from flows.procurify_qad.rules import ProcurifyQadConnection
from flows.reconcile.differences import Sides, title_of
from tasks.report import MOST


async def leave_tables(sides: Sides, books: Books) -> str:
    """Each bill's payment beside QAD's balance, and the totals, are two artifacts; outside of Prefect, none."""
    paid, summed = [one.row() for one in beside(books)], totals(books, sides.rules)
    if TaskRunContext.get():
        title = title_of(ProcurifyQadConnection, sides.ledger.connection)
        await _leave(f"{title}-payments", paid, "What Procurify says of each bill's payment, and what QAD has open.")
        await _leave(f"{title}-totals", summed, "Orders and bills by supplier and currency, as both systems have them.")
    return f"{len(paid):,} bills, {len(summed):,} suppliers and currencies"


async def _leave(key: str, rows: list[dict[str, Any]], about: str) -> None:
    await acreate_table_artifact(table=rows[:MOST], key=key, description=about)
