"""How QAD's suppliers fit Procurify's vendors, its currencies and its clock; pure."""

from collections.abc import Sequence

from blocks.procurify.account import SYSTEM
from blocks.procurify.models import Vendor
from blocks.qad.models import Supplier
from blocks.qad.profile import SYSTEM as QAD
from flows.checks import Findings
from flows.matches import judge_keys, judge_mapping, listed
from flows.procurify_qad.checks.procurify import ProcurifyLists
from flows.procurify_qad.checks.qad import QadLists
from flows.procurify_qad.rules import ProcurifyQadConnection
from flows.procurify_qad.suppliers import LEFT_ALONE, NEW, PLACEHOLDER
from tasks.state.mirrors import Mirrored

NOT_LISTED = "one of the two systems did not list them"


def judge_suppliers(rules: ProcurifyQadConnection, procurify: ProcurifyLists, qad: QadLists, found: Findings) -> None:
    """How many suppliers are vendors already, which vendors stand for none, and the mapping have their rows."""
    vendors, suppliers = procurify.vendors, qad.suppliers
    mapped = {code: one for code, one in rules.suppliers.items() if one != NEW}
    entries = None if vendors is None else {one.id: _entry(one) for one in vendors if _is_supplier(one)}
    judge_mapping("suppliers", mapped, SYSTEM, entries, found)
    judge_keys("suppliers", rules.suppliers, QAD, None if suppliers is None else {one.code for one in suppliers}, found)
    if vendors is None or suppliers is None:
        found.add("suppliers in both", "unverified", NOT_LISTED)
        return
    _judge_matches(rules, vendors, suppliers, found)
    _judge_strays(vendors, {one.code for one in suppliers} | {*mapped}, set(mapped.values()), found)


def _judge_matches(
    rules: ProcurifyQadConnection, vendors: Sequence[Vendor], suppliers: Sequence[Supplier], found: Findings
) -> None:
    carried = {one.external_id for one in vendors if _is_supplier(one)} | rules.suppliers.keys()
    active = [one.code for one in suppliers if one.is_active is not False]
    others = [code for code in active if code not in carried]
    said = f"{len(active) - len(others):,} of {len(active):,} active QAD suppliers are vendors by their code already"
    if others:
        becomes = "adopted by name or made" if rules.supplier_scope == "all" else "left out, unless one has their name"
        said += f"; the others are {becomes}: {listed(others)}"
    found.add("suppliers in both", "ok", said)


def _judge_strays(vendors: Sequence[Vendor], codes: set[str], mapped: set[str], found: Findings) -> None:
    """Vendors that stand for no supplier are one row more: what is ordered from them is held."""
    buyable = [one for one in vendors if _is_supplier(one) and one.active is not False and one.id not in mapped]
    strays = [f"{one.name} ({one.id})" for one in buyable if one.external_id not in codes]
    if strays:
        said = f"{len(strays):,} vendors carry no code of a QAD supplier: {listed(strays)} (their orders are held)"
        found.add("vendors without a supplier", "warning", said)
    else:
        found.add("vendors without a supplier", "ok", "none")


def judge_currencies(procurify: ProcurifyLists, qad: QadLists, found: Findings) -> None:
    """Whether Procurify knows the currencies of QAD's suppliers is one row more."""
    if procurify.currencies is None or qad.suppliers is None:
        found.add("currencies in both", "unverified", NOT_LISTED)
        return
    known = {one.name for one in procurify.currencies if one.active is not False}
    used = {one.currency for one in qad.suppliers if one.currency and one.is_active is not False}
    base = ", ".join(one.name for one in procurify.currencies if one.base) or "not told"
    said = (
        f"Procurify's base currency is {base}; it knows {len(used & known):,} of the {len(used):,} of QAD's suppliers"
    )
    if lacking := sorted(used - known):
        said += f", and lacks {listed(lacking)}: such vendors get no currency"
    found.add("currencies in both", "warning" if lacking else "ok", said)


def judge_zone(rules: ProcurifyQadConnection, procurify: ProcurifyLists, found: Findings) -> None:
    """Whether the rule names the time zone of Procurify's locations is one row more."""
    zones = sorted({one.time_zone for one in procurify.locations or () if one.time_zone and one.active is not False})
    if not zones:
        found.add("time zone", "unverified", f"{rules.time_zone}; Procurify tells no location's")
    elif rules.time_zone in zones:
        found.add("time zone", "ok", rules.time_zone)
    else:
        said = f"time_zone is {rules.time_zone}, but Procurify's locations are in {listed(zones)}: changes of a day may"
        found.add("time zone", "warning", f"{said} be read late. Set time_zone to the headquarter's.")


def _is_supplier(vendor: Vendor) -> bool:
    return vendor.id != PLACEHOLDER and vendor.type not in LEFT_ALONE


def _entry(vendor: Vendor) -> Mirrored:
    return Mirrored(vendor.id, vendor.external_id, vendor.name, vendor.active is not False, {})
