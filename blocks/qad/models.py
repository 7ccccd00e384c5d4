"""QAD's records as the pairs read them, made from logical records; nearly everything may be missing."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import quote, unquote

from pydantic import BaseModel, BeforeValidator, ConfigDict

from blocks.exact import money
from blocks.qad.wire import day

_KEYS = {
    "supplier_invoice": ("entity", "posting_year", "daybook", "voucher"),
    "supplier_payment": ("entity", "payment_year", "instrument", "number"),
}
_NUMBERS = frozenset({"posting_year", "voucher", "payment_year", "number"})


def id_of(entity: str, record: Mapping[str, Any]) -> str:
    """Returns the record's key as one text, such as `10USACO/2026/SI/318`."""
    return "/".join(quote(str(record[name]), safe="") for name in _KEYS[entity])


def key_of(record_id: str, entity: str = "supplier_invoice") -> dict[str, Any]:
    """Returns the key that `id_of` made the text from.

    Raises:
        ValueError: it is no such text.
    """
    names, parts = _KEYS[entity], record_id.split("/")
    if len(parts) != len(names):
        raise ValueError(f"{record_id!r} is not the id of a {entity}")
    texts = zip(names, map(unquote, parts), strict=True)
    return {name: int(text) if name in _NUMBERS else text for name, text in texts}


def _flag(value: Any) -> bool | None:
    """Returns a logical, also where it is written as text; None for none and for anything unclear."""
    if isinstance(value, str):
        return {"true": True, "yes": True, "false": False, "no": False}.get(value.strip().lower())
    return bool(value) if isinstance(value, bool | int) else None


def _date(value: Any) -> date | None:
    read = day(value)
    return read if isinstance(read, date) else None


def _seconds(value: Any) -> int | None:
    return int(value) if isinstance(value, int | Decimal) or (isinstance(value, str) and value.isdecimal()) else None


def _listed(value: Any) -> Any:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def _written(value: Any) -> str:
    return "" if value is None else str(value)


Money = Annotated[Decimal | None, BeforeValidator(money)]
Flag = Annotated[bool | None, BeforeValidator(_flag)]
Day = Annotated[date | None, BeforeValidator(_date)]
Seconds = Annotated[int | None, BeforeValidator(_seconds)]
Text = Annotated[str, BeforeValidator(_written)]


class Part(BaseModel):
    """A piece of a record, under logical names; what is not declared here is left out."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class Dated(Part):
    """A record that tells when it last changed: the day, and the seconds since midnight in QAD's own zone."""

    modified_date: Day = None
    modified_time: Seconds = None


class Supplier(Dated):
    """A supplier, shared by the domains of its shared set."""

    shared_set: Text = ""
    code: str
    name: Text = ""
    is_active: Flag = None
    currency: Text = ""
    credit_terms: Text = ""
    street1: Text = ""
    street2: Text = ""
    street3: Text = ""
    city: Text = ""
    zip: Text = ""
    state: Text = ""
    country: Text = ""
    email: Text = ""
    telephone: Text = ""
    tax_id: Text = ""


class Account(Dated):
    """A general-ledger account, and which dimensions a posting to it may carry."""

    shared_set: Text = ""
    code: str
    description: Text = ""
    is_active: Flag = None
    is_sub_account: Flag = None
    is_cost_center: Flag = None
    is_project: Flag = None
    analysis_limitation: Text = ""
    currency: Text = ""


class CostCenter(Dated):
    """A cost center."""

    code: str
    description: Text = ""
    is_active: Flag = None


class PostingLine(Part):
    """One line of an invoice's posting, without the control account; amounts in transaction currency."""

    account: Text = ""
    sub_account: Text = ""
    cost_center: Text = ""
    project: Text = ""
    debit: Money = None
    credit: Money = None
    description: Text = ""


class OrderReference(Part):
    """A purchase order that an invoice refers to."""

    domain: Text = ""
    number: Text = ""


class MatchingLine(Part):
    """What an invoice settles of one receipt."""

    receiver: Text = ""
    purchase_order: Text = ""
    purchase_order_line: int | None = None
    quantity: Money = None
    amount: Money = None
    is_finished: Flag = None


class SupplierInvoice(Dated):
    """A supplier invoice or credit note; amounts in transaction currency, major units."""

    entity: str
    posting_year: int
    daybook: str
    voucher: int
    registration_number: Text = ""
    type: Text = ""
    supplier: Text = ""
    reference: Text = ""  # the supplier's own invoice number
    invoice_date: Day = None
    posting_date: Day = None
    due_date: Day = None
    currency: Text = ""
    original_credit: Money = None
    original_debit: Money = None
    balance: Money = None
    hold_amount: Money = None
    status: Text = ""
    is_approved: Flag = None
    is_locked: Flag = None
    is_open: Flag = None
    is_selected: Flag = None
    is_initial: Flag = None
    credit_terms: Text = ""
    purchase_orders: Annotated[tuple[OrderReference, ...], BeforeValidator(_listed)] = ()
    matching_lines: Annotated[tuple[MatchingLine, ...], BeforeValidator(_listed)] = ()
    posting_lines: Annotated[tuple[PostingLine, ...], BeforeValidator(_listed)] = ()

    @property
    def key(self) -> dict[str, Any]:
        """What `QadClient.get` finds it by."""
        return {name: getattr(self, name) for name in _KEYS["supplier_invoice"]}

    @property
    def id(self) -> str:
        """The key as one text, such as `10USACO/2026/SI/318`; `key_of` is its inverse."""
        return id_of("supplier_invoice", self.key)

    @property
    def total(self) -> Decimal | None:
        """The document's amount: the credit side, where invoices have it, or else the debit side."""
        return self.original_credit or self.original_debit or self.original_credit


class Allocation(Part):
    """What a payment settles of one invoice."""

    entity: Text = ""
    posting_year: int | None = None
    daybook: Text = ""
    voucher: int | None = None
    amount: Money = None
    discount: Money = None


class SupplierPayment(Dated):
    """A supplier payment with the invoices that it settles; amounts in transaction currency, major units."""

    entity: str
    payment_year: int
    instrument: str
    number: int
    supplier: Text = ""
    bank_account: Text = ""
    currency: Text = ""
    amount: Money = None
    payment_date: Day = None
    reference: Text = ""
    status: Text = ""
    allocations: Annotated[tuple[Allocation, ...], BeforeValidator(_listed)] = ()

    @property
    def key(self) -> dict[str, Any]:
        """What `QadClient.get` finds it by."""
        return {name: getattr(self, name) for name in _KEYS["supplier_payment"]}

    @property
    def id(self) -> str:
        """The key as one text, such as `10USACO/2026/TRANSFER/77`."""
        return id_of("supplier_payment", self.key)
