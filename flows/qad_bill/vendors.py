"""Stream `vendors`: QAD's suppliers become vendors in BILL, before any bill that needs them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from blocks.bill.client import BillClient
from blocks.bill.target import VendorTarget
from blocks.qad.client import QadClient
from blocks.qad.models import Supplier
from blocks.qad.source import QadSource
from blocks.source import Row, content_hash
from flows.bill_lists import vendors as bill_vendors
from flows.parties import Party, agreements, plain
from flows.qad_bill.mapping import to_bill_vendor
from flows.qad_bill.rules import QadBillConnection
from flows.unfit import UnfitError
from tasks.outcomes import Adopt, Decision, Hold, Ignore, Keep, Refuse, Write
from tasks.run import Run
from tasks.state.mirrors import Mirrored
from tasks.state.models import Link
from tasks.stream import Stream

NEW = "new"  # in the vendors mapping: make one although the name exists


@dataclass(frozen=True)
class Directory:
    """BILL's vendors, and which of them stand for a supplier already."""

    vendors: Mapping[str, Mirrored]  # by BILL id
    links: Mapping[str, Link]  # by supplier code
    taken: frozenset[str]  # BILL ids that a supplier is linked to

    def __str__(self) -> str:
        """Says how much there is, for a task run's name."""
        return f"{len(self.vendors):,} in BILL"

    def namesakes(self, name: str) -> list[Mirrored]:
        """Returns the active vendors of that name that no supplier is linked to."""
        wanted = plain(name)
        return [
            one
            for one in self.vendors.values()
            if one.active and plain(one.name) == wanted and one.id not in self.taken
        ]


def decide(rules: QadBillConnection) -> Callable[[Row, Directory], Decision]:
    """Returns the decision about a supplier: update its vendor, adopt one with evidence, or make one."""

    def decided(row: Row, directory: Directory) -> Decision:
        supplier: Supplier = row.content
        link = directory.links.get(row.id)
        if not supplier.is_active:
            return _inactive(supplier, link)
        mapped = rules.vendors.get(row.id, "")
        if link is None and mapped and mapped != NEW:
            return _adopt_mapped(row.id, directory.vendors.get(mapped), mapped)
        try:
            body = to_bill_vendor(supplier, rules)
        except UnfitError as unfit:
            return Refuse(f"Supplier {row.id} {unfit}", f"Correct supplier {row.id} in QAD.")
        currency = str(body["billCurrency"])
        if link is None:
            adopted = None if mapped == NEW else _adopt_namesake(supplier, directory)
            return adopted or Write("create", body, kind="vendor", label=currency)
        if link.sent_hash == content_hash(body):
            return Keep()
        return Write("update", body, kind="vendor", target_id=link.target_id, label=currency)

    return decided


def _inactive(supplier: Supplier, link: Link | None) -> Decision:
    if link is None:
        said = f"Supplier {supplier.code} is inactive in QAD"
        return Hold(said, remedy="Activate it in QAD if its invoices are to be paid through BILL.")
    return Keep("inactive in QAD; its BILL vendor stays as it is, because bills may still be open")


def _adopt_mapped(code: str, vendor: Mirrored | None, mapped: str) -> Decision:
    if vendor is None or not vendor.active:
        said = f"the connection file maps supplier {code} to {mapped}, which is no active vendor in BILL"
        return Hold(said, remedy="Correct the mapping, or restore the vendor in BILL.")
    return Adopt(vendor.id, "mapped in the connection file", "vendor", vendor.body.get("billCurrency") or "USD")


def _adopt_namesake(supplier: Supplier, directory: Directory) -> Decision | None:
    namesakes = directory.namesakes(supplier.name or "")
    proven = [(one, why) for one in namesakes if (why := _evidence(supplier, one))]
    if len(proven) == 1:
        vendor, why = proven[0]
        evidence = f"BILL vendor {vendor.id} has the same name and the same {why}"
        return Adopt(vendor.id, evidence, "vendor", vendor.body.get("billCurrency") or "USD")
    if not namesakes:
        return None
    listed = ", ".join(one.id for one in ([one for one, _why in proven] or namesakes))
    said = (
        f"{len(proven)} BILL vendors could be supplier {supplier.code}: {listed}"
        if proven
        else f"BILL has the name {supplier.name!r} already ({listed}), but neither tax id, e-mail nor address agree"
    )
    remedy = f'Map {supplier.code} to the right vendor under "vendors" in the connection file, or to "{NEW}".'
    return Hold(said, remedy=remedy)


def _evidence(supplier: Supplier, vendor: Mirrored) -> str:
    """Returns what besides the name shows that the two are one party, or nothing."""
    address, more = vendor.body.get("address") or {}, vendor.body.get("additionalInfo") or {}
    ours = Party(supplier.tax_id or "", supplier.email or "", supplier.street1 or "", supplier.zip or "")
    theirs = Party(
        str(more.get("taxId") or ""),
        str(vendor.body.get("email") or ""),
        str(address.get("line1") or ""),
        str(address.get("zipOrPostalCode") or ""),
    )
    return " and ".join(agreements(ours, theirs))


def vendors(qad: QadClient, bill: BillClient, rules: QadBillConnection) -> Stream:
    """Returns the stream of suppliers; by the rules, those that bills need, or all."""

    async def align(run: Run, rows: Sequence[Row]) -> Directory:
        """Returns BILL's vendors as they are now, and the rows' links."""
        known = await bill_vendors(run, bill)
        links = run.ledger.links("vendors", [row.id for row in rows])
        return Directory(known, links, frozenset(run.ledger.links_to("vendors", known.keys())))

    def wanted(run: Run, rows: Sequence[Row]) -> Sequence[Row]:
        if rules.vendor_scope == "all":
            return rows
        ids = [row.id for row in rows]
        known = {**run.ledger.links("vendors", ids), **run.ledger.records("vendors", ids)}
        waited_for = run.ledger.waiting_for("vendors")
        for row in rows:
            if row.id not in known and row.id not in waited_for:
                run.ignore("vendors", Ignore("no bill needs them"))
        return [row for row in rows if row.id in known or row.id in waited_for]

    return Stream(
        name="vendors",
        reader=QadSource(qad, "supplier", Supplier, key=("shared_set", "code"), one_by="code", whole=False),
        align=align,
        wanted=wanted,
        decide=decide(rules),
        targets={"vendor": VendorTarget(bill)},
        reference=True,
    )
