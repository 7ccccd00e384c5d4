"""The kinds of objects in a company file: what identifies one, and what of it is returned."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.sandbox.quickbooks_desktop import returned_shapes
from tests.sandbox.quickbooks_desktop.notation import Sequence, sequence


@dataclass(frozen=True)
class Kind:
    """One kind of list element or transaction."""

    name: str
    ret: Sequence
    key: str  # ListID or TxnID
    indexed: tuple[str, ...]
    party: str = ""  # of a transaction: the reference to whom it is with
    total: str = ""  # of a bill or credit: the element that holds its amount

    @property
    def label(self) -> str:
        """The kind as status texts call it."""
        return f"{self.name} list" if self.key == "ListID" else self.name


def _list(name: str, ret: str) -> Kind:
    return Kind(name, sequence(ret), "ListID", ("FullName",))


def _transaction(name: str, ret: str, party: str, total: str = "") -> Kind:
    return Kind(name, sequence(ret), "TxnID", ("RefNumber", "ExternalGUID", party), party, total)


_ALL = (
    _list("Vendor", returned_shapes.VENDOR),
    _list("Customer", returned_shapes.CUSTOMER),
    _list("Employee", returned_shapes.NAMED),
    _list("OtherName", returned_shapes.NAMED),
    _list("Account", returned_shapes.ACCOUNT),
    _list("Class", returned_shapes.CLASS),
    _list("StandardTerms", returned_shapes.STANDARD_TERMS),
    _list("DateDrivenTerms", returned_shapes.DATE_DRIVEN_TERMS),
    _list("VendorType", returned_shapes.NAMED),
    _list("ItemService", returned_shapes.NAMED),
    _list("Currency", returned_shapes.NAMED),
    _transaction("Bill", returned_shapes.BILL, "VendorRef", "AmountDue"),
    _transaction("VendorCredit", returned_shapes.VENDOR_CREDIT, "VendorRef", "CreditAmount"),
    _transaction("BillPaymentCheck", returned_shapes.BILL_PAYMENT_CHECK, "PayeeEntityRef"),
    _transaction("BillPaymentCreditCard", returned_shapes.BILL_PAYMENT_CREDIT_CARD, "PayeeEntityRef"),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}
LISTS = tuple(kind.name for kind in _ALL if kind.key == "ListID")
TRANSACTIONS = tuple(kind.name for kind in _ALL if kind.key == "TxnID")
NAMES = ("Vendor", "Customer", "Employee", "OtherName")  # their names are unique together
PAYABLES = ("Bill", "VendorCredit")
PAYMENTS = ("BillPaymentCheck", "BillPaymentCreditCard")
TERMS = ("StandardTerms", "DateDrivenTerms")
