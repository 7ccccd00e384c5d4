"""Which QAD supplier an order or a bill of Procurify goes to: by the vendor's code or its link, never by its name."""

from collections.abc import Mapping, Sequence

from blocks.procurify.models import Vendor
from blocks.qad.client import QadClient
from blocks.qad.models import Supplier
from blocks.source import Row
from flows.procurify_qad.qad_book import QadBook
from flows.procurify_qad.supplied import Supplied
from flows.procurify_qad.suppliers import LEFT_ALONE, PLACEHOLDER
from flows.procurify_qad.suppliers import NAME as SUPPLIERS
from tasks.awaited import Awaited
from tasks.outcomes import Adopt, Cause, Decision, Hold, Keep, in_source
from tasks.run import Run
from tasks.state.models import Link
from tasks.stream import Stream

NAME = "vendors"  # the stream of Procurify's vendors that wait for a supplier


async def suppliers_of(run: Run, book: QadBook, vendors: Sequence[Vendor]) -> dict[str, Supplied | Hold]:
    """Returns the supplier of each vendor, by the vendor's id, or why there is none."""
    linked = run.ledger.links_to(SUPPLIERS, {one.id for one in vendors})
    codes = {one.id: _code(one, linked) for one in vendors}
    there = await book.suppliers({code for code in codes.values() if code})
    return {one.id: _judged(one, codes[one.id], there) for one in vendors}


def _code(vendor: Vendor, linked: Mapping[str, Link]) -> str:
    link = linked.get(vendor.id)
    return link.source_id if link is not None else vendor.external_id


def _judged(vendor: Vendor, code: str, there: Mapping[str, Supplier]) -> Supplied | Hold:
    if vendor.id == PLACEHOLDER or vendor.type in LEFT_ALONE:
        said = f"is of Procurify's vendor {vendor.id} ({vendor.name}), which is no supplier"
        return Hold(said, in_source(vendor.id), "Choose a supplier's vendor in Procurify.")
    if not code:
        said = f"waits for a QAD supplier that vendor {vendor.id} ({vendor.name}) stands for"
        remedy = f"Add the supplier in QAD, or write its code into the external id of vendor {vendor.id} in Procurify."
        return Hold(said, (Cause(NAME, vendor.id),), remedy)
    supplier = there.get(code)
    if supplier is None or supplier.is_active is False:
        state = "does not have" if supplier is None else "has inactive"
        said = f"waits for supplier {code}, which QAD {state} (vendor {vendor.id}, {vendor.name})"
        return Hold(said, (Cause(NAME, vendor.id),), f"Add or activate supplier {code} in QAD.")
    return Supplied(code, supplier.credit_terms, supplier.currency)


def decide(row: Row, suppliers: Mapping[str, str]) -> Decision:
    """Returns that a vendor stands for a supplier now, which ends the wait for it, or that it does not."""
    code = suppliers.get(row.id)
    return Adopt(code, f"stands for supplier {code}") if code else Keep("stands for no supplier that QAD has active")


def awaited_vendors(qad: QadClient) -> Stream:
    """Returns the stream of vendors that orders and bills wait for."""

    async def align(run: Run, rows: Sequence[Row]) -> dict[str, str]:
        """Returns the active suppliers that these vendors stand for."""
        linked = run.ledger.links_to(SUPPLIERS, [row.id for row in rows])
        there = await QadBook(qad).suppliers({link.source_id for link in linked.values()})
        active = {code for code, one in there.items() if one.is_active is not False}
        return {vendor: link.source_id for vendor, link in linked.items() if link.source_id in active}

    return Stream(name=NAME, reader=Awaited(), align=align, decide=decide, reference=True)
