"""How QAD's suppliers read in Procurify: pure."""

from blocks.qad.models import Supplier
from blocks.target import Body
from flows.unfit import UnfitError

PREFERRED = 3  # of Procurify's vendor types, the one that requesters see
_LONGEST = {
    "name": 150, "external_id": 100, "addressLineOne": 300, "addressLineTwo": 300, "postalCode": 20, "city": 50,
    "state_province": 40, "country": 80, "phoneOne": 20,
}  # fmt: skip


def to_vendor(supplier: Supplier, currencies: dict[str, int]) -> Body:
    """Returns what Procurify shall hold of a supplier, whoever has made the vendor.

    What QAD does not tell is left out, so that it stays what somebody has entered in Procurify.

    Args:
        supplier: QAD's.
        currencies: Procurify's ids by code.

    Raises:
        UnfitError: it has no name, or something is longer than Procurify takes.
    """
    if not supplier.name.strip():
        raise UnfitError("has no name")
    body: Body = {
        "name": supplier.name.strip(),
        "external_id": supplier.code,
        "active": supplier.is_active is not False,
        "email": [supplier.email.strip()] if supplier.email.strip() else [],
        "addressLineOne": supplier.street1.strip(),
        "addressLineTwo": ", ".join(filter(None, (supplier.street2.strip(), supplier.street3.strip()))),
        "postalCode": supplier.zip.strip(),
        "city": supplier.city.strip(),
        "state_province": supplier.state.strip(),
        "country": supplier.country.strip(),
        "phoneOne": supplier.telephone.strip(),
    }
    for name, longest in _LONGEST.items():
        if len(body[name]) > longest:
            raise UnfitError(f"has {name} of {len(body[name])} characters, where Procurify takes {longest}")
    if currency := currencies.get(supplier.currency):
        body["currency"] = currency
    return {name: value for name, value in body.items() if value not in ("", [])}


def new_vendor(body: Body) -> Body:
    """Returns the same as a vendor that Procurify does not have yet: one that requesters may pick."""
    return {"email": []} | body | {"type": PREFERRED, "overall_score": None}
