"""What is asked of QAD before a connection runs; reads only."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel

from blocks.errors import CredentialsError, TransientError, VendorError
from blocks.qad.client import QadClient
from blocks.qad.models import Account, CostCenter, Supplier, SupplierInvoice
from blocks.qad.profile import SYSTEM
from blocks.qad.purchasing import PurchaseOrder
from blocks.qad.validation import validate
from flows.checks import SIGN_IN, Asked, Findings
from flows.procurify_qad.rules import ProcurifyQadConnection

NEEDED = (
    "supplier", "account", "cost_center", "invoice_status", "purchase_order", "purchase_order_line", "po_receipt",
    "supplier_invoice",
)  # fmt: skip
MATCHED = "open_receiver"  # needed where invoices arrive with their matching lines
Kind = TypeVar("Kind", bound=BaseModel)


class QadLists(NamedTuple):
    """QAD's reference data, and a page of its orders and invoices; None where they could not be read."""

    suppliers: Sequence[Supplier] | None = None
    accounts: Sequence[Account] | None = None
    cost_centers: Sequence[CostCenter] | None = None
    statuses: frozenset[str] | None = None
    orders: Sequence[PurchaseOrder] | None = None
    invoices: Sequence[SupplierInvoice] | None = None


async def examine_qad(qad: QadClient, asked: Asked, found: Findings) -> QadLists:
    """Returns QAD's reference data; sign-in, workspace and entities have their verdicts.

    Raises:
        VendorError: the sign-in fails, so that nothing else can be asked.
    """
    found.add(SIGN_IN, "ok", await _signed_in(qad))
    rules: ProcurifyQadConnection = asked.rules
    for report in await validate(qad, [*NEEDED, *([MATCHED] if rules.matching_mode == "submit" else [])]):
        lacking = f": {', '.join(report.missing)}" if report.missing else ""
        what = report.entity if report.entity == "workspace" else f"entity {report.entity}"
        found.add(what, report.verdict, f"{report.detail}{lacking}")
    codes = await found.ask("invoice statuses", _rows(qad, "invoice_status"))
    return QadLists(
        await _list(qad, "supplier", Supplier, "suppliers", found),
        await _list(qad, "account", Account, "accounts", found),
        await _list(qad, "cost_center", CostCenter, "cost centers", found),
        None if codes is None else frozenset(str(row.get("code")) for row in codes),
        await _list(qad, "purchase_order", PurchaseOrder, "purchase orders", found, pages=1),
        await _list(qad, "supplier_invoice", SupplierInvoice, "supplier invoices", found, pages=1),
    )


async def _signed_in(qad: QadClient) -> str:
    place = await qad.ready()
    try:
        control = await qad.discover()
    except (CredentialsError, TransientError):
        raise
    except VendorError as error:
        return f"{place}; {SYSTEM} does not tell how long sessions last ({error})"
    minutes = [f"{name.replace('_', ' ')} {value}" for name, value in control.items() if name != "client_id"]
    return ", ".join([place, *minutes])


async def _list(
    qad: QadClient, entity: str, model: type[Kind], what: str, found: Findings, pages: int = 0
) -> list[Kind] | None:
    rows = await found.ask(what, _rows(qad, entity, pages))
    return None if rows is None else [model.model_validate(row) for row in rows]


async def _rows(qad: QadClient, entity: str, pages: int = 0) -> list[dict[str, Any]]:
    """Returns the rows of so many pages; of all, if no number is given."""
    rows: list[dict[str, Any]] = []
    read = 0
    async for page in qad.browse(entity):
        rows += page.rows
        read += 1
        if read == pages:
            break
    return rows
