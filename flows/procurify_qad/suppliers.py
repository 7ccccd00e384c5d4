"""Stream `suppliers`: QAD's suppliers are vendors in Procurify, so that buyers pick valid ones."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from blocks.procurify.client import ProcurifyClient
from blocks.procurify.target import VendorTarget
from blocks.qad.client import QadClient
from blocks.qad.models import Supplier
from blocks.qad.source import QadSource
from blocks.source import Row, content_hash
from blocks.target import Body
from flows.parties import Party, agreements, contradictions, plain
from flows.procurify_qad.lists import currencies
from flows.procurify_qad.lists import vendors as procurify_vendors
from flows.procurify_qad.rules import ProcurifyQadConnection
from flows.procurify_qad.vendor_mapping import new_vendor, to_vendor
from flows.unfit import UnfitError
from tasks.outcomes import Decision, Hold, Ignore, Keep, Refuse, Write, in_target
from tasks.run import Run
from tasks.state.mirrors import Mirrored
from tasks.state.models import Link
from tasks.stream import Stream

NAME = "suppliers"
NEW = "new"  # in the mapping: make one although the name exists
PLACEHOLDER = "1"  # the vendor OTHER, which stands for all that are none
LEFT_ALONE = frozenset({1, 2, 5, 6, 7})  # types that are no suppliers: other, punch-out, employee, card, checkout


@dataclass(frozen=True)
class Directory:
    """Procurify's vendors and currencies, and what is known of the rows."""

    vendors: Mapping[str, Mirrored]  # by id
    currencies: dict[str, int]  # ids by code
    links: Mapping[str, Link]  # by supplier code
    taken: frozenset[str]  # vendor ids that stand for some supplier

    def __str__(self) -> str:
        """Says how much there is, for a task run's name."""
        return f"{len(self.vendors):,} in Procurify"

    def of_code(self, code: str) -> list[Mirrored]:
        """Returns the vendors that carry the supplier's code already."""
        return [one for one in self.vendors.values() if one.number == code and is_supplier(one)]

    def namesakes(self, name: str) -> list[Mirrored]:
        """Returns the active vendors of that name that carry no code, and stand for no supplier."""
        return [
            one
            for one in self.vendors.values()
            if one.active and not one.number and plain(one.name) == plain(name)
            and one.id not in self.taken and is_supplier(one)
        ]  # fmt: skip


def is_supplier(vendor: Mirrored) -> bool:
    """Tells whether a vendor is one that we may write to: not the placeholder, and of no hidden type."""
    return vendor.id != PLACEHOLDER and vendor.body.get("type") not in LEFT_ALONE


def decide(rules: ProcurifyQadConnection) -> Callable[[Row, Directory], Decision]:
    """Returns the decision about a supplier."""

    def decided(row: Row, directory: Directory) -> Decision:
        supplier: Supplier = row.content
        link = directory.links.get(row.id)
        try:
            body = to_vendor(supplier, directory.currencies)
        except UnfitError as unfit:
            return Refuse(f"Supplier {row.id} {unfit}", f"Correct supplier {row.id} in QAD.")
        if link is not None:
            known = {content_hash(body), content_hash(new_vendor(body))}
            return Keep() if link.sent_hash in known else Write("update", body, "vendor", link.target_id)
        if not body["active"]:
            known_there = [*directory.of_code(row.id), *_mapped(directory, rules, row.id)]
            return _adopted(body, known_there[0], "inactive in QAD") if known_there else Ignore("inactive in QAD")
        return _found(supplier, body, directory, rules) or _new(body, rules)

    return decided


def _new(body: Body, rules: ProcurifyQadConnection) -> Decision:
    if rules.supplier_scope == "known":
        return Ignore("Procurify does not have them, and by rule gets none")
    return Write("create", new_vendor(body), "vendor")


def _mapped(directory: Directory, rules: ProcurifyQadConnection, code: str) -> list[Mirrored]:
    found = directory.vendors.get(rules.suppliers.get(code, ""))
    return [found] if found and is_supplier(found) else []


def _found(supplier: Supplier, body: Body, directory: Directory, rules: ProcurifyQadConnection) -> Decision | None:
    """Returns the adoption of a vendor that is there, a hold where a person must say, or None."""
    code, said = supplier.code, rules.suppliers.get(supplier.code, "")
    if said == NEW:
        return None
    if said:
        mapped = _mapped(directory, rules, code)
        if not mapped:
            return _not_there(code, said)
        return _free(code, mapped[0], directory) or _adopted(body, mapped[0], "mapped in the connection file")
    if carrying := directory.of_code(code):
        if len(carrying) == 1:
            return _free(code, carrying[0], directory) or _adopted(body, carrying[0], f"it carries the code {code}")
        return _several(code, carrying, "carry that code")
    alike = directory.namesakes(supplier.name)
    if len(alike) > 1:
        return _several(code, alike, "have that name")
    return _namesake(supplier, body, alike[0]) if alike else None


def _namesake(supplier: Supplier, body: Body, vendor: Mirrored) -> Decision:
    ours = Party(email=supplier.email, street=supplier.street1, post_code=supplier.zip)
    emails = vendor.body.get("email") or []
    theirs = Party(
        email=str(emails[0]) if emails else "",
        street=str(vendor.body.get("addressLineOne") or ""),
        post_code=str(vendor.body.get("postalCode") or ""),
    )
    if differ := contradictions(ours, theirs):
        said = f"Procurify vendor {vendor.id} has the name {supplier.name!r}, but another {' and '.join(differ)}"
        return Hold(said, in_target(f"vendor {vendor.id} cleared"), _map(supplier.code))
    agree = agreements(ours, theirs)
    why = (
        f"the same name, and the same {' and '.join(agree)}" if agree else "the same name, and nothing else to compare"
    )
    return _adopted(body, vendor, why)


def _adopted(body: Body, vendor: Mirrored, why: str) -> Write:
    return Write("update", body, "vendor", vendor.id, f"vendor {vendor.id} is it: {why}", evidence=why)


def _several(code: str, vendors: Sequence[Mirrored], what: str) -> Hold:
    listed = ", ".join(one.id for one in vendors)
    return Hold(f"Procurify vendors {listed} {what}", in_target(f"one vendor for {code}"), _map(code))


def _free(code: str, vendor: Mirrored, directory: Directory) -> Hold | None:
    """Returns a hold if the vendor stands for another supplier already, or None."""
    if vendor.id not in directory.taken:
        return None
    said = f"Procurify vendor {vendor.id} ({vendor.name}) stands for another supplier already"
    return Hold(said, in_target(f"vendor {vendor.id} free"), _map(code))


def _not_there(code: str, said: str) -> Hold:
    why = f"the connection file maps supplier {code} to {said}, which Procurify does not have as a supplier"
    return Hold(why, in_target(f"vendor {said}"), "Correct the mapping.")


def _map(code: str) -> str:
    return f'Map {code} to the right vendor under "suppliers" in the connection file, or to "{NEW}".'


def suppliers(procurify: ProcurifyClient, qad: QadClient, rules: ProcurifyQadConnection) -> Stream:
    """Returns the stream of suppliers, from QAD to Procurify."""

    async def align(run: Run, rows: Sequence[Row]) -> Directory:
        """Returns Procurify's vendors as they are now, and the rows' links."""
        known = await procurify_vendors(run, procurify)
        links = run.ledger.links(NAME, [row.id for row in rows])
        taken = frozenset(run.ledger.links_to(NAME, known.keys()))
        return Directory(known, await currencies(run, procurify), links, taken)

    return Stream(
        name=NAME,
        reader=QadSource(qad, "supplier", Supplier, key=("shared_set", "code"), one_by="code", whole=False),
        align=align,
        decide=decide(rules),
        targets={"vendor": VendorTarget(procurify)},
        reference=True,
    )
