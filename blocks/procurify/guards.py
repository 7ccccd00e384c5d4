"""What Procurify must not be asked to store: refused here, with a sentence that says why."""

from collections.abc import Mapping

from blocks.errors import RefusedError
from blocks.exact import Record
from blocks.procurify.account import SYSTEM
from blocks.procurify.lists import NO_VENDOR, OTHER

VENDOR_LIMITS = {
    "name": 150, "external_id": 100, "addressLineOne": 300, "addressLineTwo": 300, "postalCode": 20, "city": 50,
    "state_province": 40, "country": 80, "phoneOne": 20, "phoneTwo": 20, "fax": 20, "contact": 50, "url": 200,
}  # fmt: skip
CODE_LIMITS = {"code": 50, "description": 200}
_UNKEYED = "a vendor without an external id is not sent to Procurify: after a lost answer it could not be found again"


def unfit_vendor(body: Record) -> RefusedError | None:
    """Returns why this vendor cannot be created, or None."""
    if not str(body.get("external_id") or "").strip():
        remedy = "Map the other system's own code of it to external_id."
        return RefusedError(_UNKEYED, system=SYSTEM, field="external_id", remedy=remedy)
    return lacking(body, ("name",)) or too_long(body, VENDOR_LIMITS)


def unfit_change(fields: Record) -> RefusedError | None:
    """Returns why these fields of a vendor cannot be changed, or None."""
    return lacking(fields, tuple({"name"} & fields.keys())) or too_long(fields, VENDOR_LIMITS)


def unfit_code(body: Record) -> RefusedError | None:
    """Returns why this account code cannot be created or changed, or None."""
    return lacking(body, ("code", "description")) or too_long(body, CODE_LIMITS)


def lacking(body: Record, names: tuple[str, ...]) -> RefusedError | None:
    """Returns why this cannot be sent if one of these fields is empty, or None."""
    name = next((name for name in names if not str(body.get(name) or "").strip()), "")
    remedy = "Fill it in where the record comes from."
    return RefusedError(f"Procurify needs {name}", system=SYSTEM, field=name, remedy=remedy) if name else None


def too_long(body: Record, limits: Mapping[str, int]) -> RefusedError | None:
    """Returns why this cannot be sent if a text is longer than Procurify takes, or None; nothing is cut short."""
    for name, most in limits.items():
        length = len(str(body.get(name) or ""))
        if length > most:
            said = f"{name} has {length} characters, and Procurify takes {most}"
            remedy = "Shorten it where the record comes from."
            return RefusedError(said, system=SYSTEM, field=name, remedy=remedy)
    return None


def refuse_placeholder(vendor_id: str, vendor: Record) -> None:
    """Raises RefusedError if the vendor stands for all that are none."""
    if vendor_id != OTHER and vendor.get("type") != NO_VENDOR:
        return
    raise RefusedError(
        f"Procurify's vendor {vendor_id} ({vendor.get('name')}) is the placeholder for other vendors",
        system=SYSTEM,
        field="type",
        remedy="Map the supplier to another vendor.",
    )
