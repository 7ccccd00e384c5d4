"""How QuickBooks Online names its vendors, and where it keeps what one is known by."""

from dataclasses import dataclass

from blocks.bill.models import Vendor
from blocks.quickbooks_online.account import SYSTEM
from blocks.quickbooks_online.names import comparable, variants
from flows import counterparts
from flows.bill_quickbooks_online.mapping import readable_tax_id
from flows.counterparts import Dialect
from flows.parties import Party
from tasks.state.mirrors import Mirrored


def ours(vendor: Vendor) -> Party:
    """Returns what BILL's vendor is known by besides its name."""
    address = vendor.address
    return Party(
        readable_tax_id(vendor),
        vendor.email or "",
        (address.line1 if address else None) or "",
        (address.zip_or_postal_code if address else None) or "",
    )


def theirs(vendor: Mirrored) -> Party:
    """Returns what QuickBooks' vendor is known by besides its name."""
    there = vendor.body.get("BillAddr") or {}
    return Party(
        str(vendor.body.get("TaxIdentifier") or ""),
        str((vendor.body.get("PrimaryEmailAddr") or {}).get("Address") or ""),
        str(there.get("Line1") or ""),
        str(there.get("PostalCode") or ""),
    )


def currency(vendor: Mirrored) -> str:
    """Returns the currency of QuickBooks' vendor; empty where the company has one only."""
    return str((vendor.body.get("CurrencyRef") or {}).get("value") or "")


DIALECT = Dialect(SYSTEM, comparable, variants, ours, theirs, currency)


@dataclass(frozen=True)
class Directory(counterparts.Directory):
    """QuickBooks Online's vendors and terms, and what is known of the rows."""

    dialect: Dialect = DIALECT
