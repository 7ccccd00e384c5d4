"""Which QAD supplier an order or a bill of Procurify goes to: by the vendor's code or its link, never by its name."""

from collections.abc import Collection, Mapping, Sequence

from blocks.procurify.client import ProcurifyClient
from blocks.procurify.models import Vendor
from blocks.qad.client import QadClient
from blocks.qad.models import Supplier
from blocks.source import Row
from flows.procurify_qad.qad_book import QadBook
from flows.procurify_qad.supplied import Supplied
from flows.procurify_qad.suppliers import NAME as SUPPLIERS
from tasks.awaited import Awaited
from tasks.outcomes import Adopt, Cause, Decision, Hold, Keep, in_source
from tasks.run import Run
from tasks.state.models import Link
from tasks.stream import Stream

NAME = "vendors"  # the stream of Procurify's vendors that wait for a supplier


async def suppliers_of(run: Run, book: QadBook, vendors: Sequence[Vendor]) -> dict[str, Supplied | Hold]:
    """Returns the supplier of each vendor, by the vendor's id, or why there is none."""
    linked = _links_to(run, {one.id for one in vendors})
    codes = {one.id: _code(one, linked) for one in vendors}
    there = await book.suppliers({code for code in codes.values() if code})
    return {one.id: _judged(one, codes[one.id], there) for one in vendors}


def _links_to(run: Run, vendors: Collection[str]) -> dict[str, Link]:
    """Returns the links to these vendors, and in a dry run those that a run would have made by now."""
    planned = [link for (stream, _id), link in run.planned.items() if stream == SUPPLIERS] if run.dry else []
    return {link.target_id: link for link in planned if link.target_id in vendors} | run.ledger.links_to(
        SUPPLIERS, vendors
    )


def _code(vendor: Vendor, linked: Mapping[str, Link]) -> str:
    link = linked.get(vendor.id)
    return link.source_id if link is not None else vendor.external_id


def _judged(vendor: Vendor, code: str, there: Mapping[str, Supplier]) -> Supplied | Hold:
    if not vendor.is_supplier:
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


class Vendors(Awaited):
    """The reader of vendors' ids; what a person asks for by another stream's id is none."""

    async def load(self, ids: Sequence[str]) -> list[Row]:
        """Returns what these ids say."""
        return await super().load([one for one in ids if one.isascii() and one.isdigit()])


def decide(row: Row, suppliers: Mapping[str, str]) -> Decision:
    """Returns that a vendor stands for a supplier now, which ends the wait for it, or that it does not."""
    code = suppliers.get(row.id)
    return Adopt(code, f"stands for supplier {code}") if code else Keep("stands for no supplier that QAD has active")


def awaited_vendors(procurify: ProcurifyClient, qad: QadClient) -> Stream:
    """Returns the stream of vendors that orders and bills wait for."""

    async def align(run: Run, rows: Sequence[Row]) -> dict[str, str]:
        """Returns the active suppliers that these vendors stand for."""
        codes = {one: link.source_id for one, link in _links_to(run, {row.id for row in rows}).items()}
        for row in rows:
            # Somebody may have written the code into a vendor, which no list of changes shows.
            held = None if row.id in codes else await procurify.vendor(row.id)
            codes |= {row.id: Vendor.model_validate(held).external_id} if held else {}
        there = await QadBook(qad).suppliers({code for code in codes.values() if code})
        active = {code for code, one in there.items() if one.is_active is not False}
        return {vendor: code for vendor, code in codes.items() if code in active}

    return Stream(name=NAME, reader=Vendors(), align=align, decide=decide, reference=True)
