"""Supplier payments: what they may settle, the ladder of their statuses, and what paying does to an invoice."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tests.sandbox.qad.books import BANK_ACCOUNTS, CURRENCIES, Books
from tests.sandbox.qad.entity import Browse, Entity
from tests.sandbox.qad.ledger import BROWSE
from tests.sandbox.qad.wire import MANDATORY, NOT_VALID, Record, RejectedError

INSTRUMENTS = ("CHECK", "TRANSFER", "ELECTRONICTRANSFER", "DRAFT")
LADDER = {  # status -> the statuses it may be given next
    "INITIAL": {"ALLOCATED", "FORCOLLECTION", "PAID", "PAIDCONDITIONALLY", "VOID"},
    "ALLOCATED": {"FORCOLLECTION", "PAID", "PAIDCONDITIONALLY", "VOID"},
    "FORCOLLECTION": {"PAID", "PAIDCONDITIONALLY", "BOUNCED", "VOID"},
    "PAIDCONDITIONALLY": {"PAID", "BOUNCED", "VOID"},
    "PAID": {"BOUNCED", "VOID"},
    "BOUNCED": {"VOID"},
    "VOID": set[str](),
}
DEAD = {"BOUNCED", "VOID"}
FROZEN = ("supplierCode", "bankAccountCode", "currencyCode", "amountTC", "paymentDate", "allocations")


def _create(books: Books, payment: Record) -> list[str]:
    paid_on = books.require_open_period("paymentDate", payment["paymentDate"])
    books.require(INSTRUMENTS, "paymentInstrument", payment["paymentInstrument"], "Payment instrument")
    books.require(BANK_ACCOUNTS, "bankAccountCode", payment["bankAccountCode"], "Bank account")
    books.require(books.tables["supplierV2s"], "supplierCode", payment["supplierCode"], "Supplier")
    books.require(CURRENCIES, "currencyCode", payment["currencyCode"], "Currency")
    payment["paymentStatusCode"] = payment["paymentStatusCode"] or "INITIAL"
    books.require(set(LADDER) - DEAD, "paymentStatusCode", payment["paymentStatusCode"], "Starting status")
    if payment["paymentYear"] not in (0, paid_on.year):
        raise RejectedError(NOT_VALID, "Year is not that of the payment date.", "paymentYear", payment["paymentYear"])
    payment["paymentYear"] = paid_on.year
    _check_allocations(books, payment)
    series = (payment["entityCode"], payment["paymentYear"], payment["paymentInstrument"])
    if not payment["paymentNumber"]:
        payment["paymentNumber"] = books.unused("supplierPayments", *series)
    return []


def _check_allocations(books: Books, payment: Record) -> None:
    if not payment["allocations"] and payment["paymentStatusCode"] != "INITIAL":
        raise RejectedError(MANDATORY, "A payment of this status must be allocated.", "allocations")
    total = sum((each["allocatedAmountTC"] for each in payment["allocations"]), Decimal(0))
    if payment["amountTC"] < 0 or (payment["amountTC"] == 0 and not payment["allocations"]):
        raise RejectedError(MANDATORY, "amountTC must be greater than zero.", "amountTC", payment["amountTC"])
    if payment["allocations"] and total != payment["amountTC"]:
        message = f"Allocations add up to {total}, the payment to {payment['amountTC']}."
        raise RejectedError(NOT_VALID, message, "amountTC", payment["amountTC"])
    settled: dict[Any, Decimal] = defaultdict(Decimal)
    for each in payment["allocations"]:
        if each["discountAmountTC"] < 0:
            raise RejectedError(NOT_VALID, "A discount is not negative.", "discountAmountTC", each["discountAmountTC"])
        settled[allocation_key(each)] += each["allocatedAmountTC"] + each["discountAmountTC"]
    for key, amount in settled.items():
        _check_one(books, payment, key, amount)


def _check_one(books: Books, payment: Record, key: Any, amount: Decimal) -> None:
    invoice = books.tables["supplierInvoices"].get(key)
    if invoice is None or key[0] != payment["entityCode"]:
        raise RejectedError(NOT_VALID, f"Invoice {'/'.join(map(str, key))} does not exist.", "voucher", key[-1])
    for name in ("supplierCode", "currencyCode"):
        if invoice[name] != payment[name]:
            raise RejectedError(NOT_VALID, f"Invoice has another {name}.", name, payment[name])
    obstacles = {
        "isOpen": not invoice["isOpen"],
        "isLockPayment": invoice["isLockPayment"],
        "isApproved": not invoice["isApproved"],
        "isSelected": invoice["isSelected"],
    }
    for name, hinders in obstacles.items():
        if hinders:
            raise RejectedError(NOT_VALID, f"Invoice cannot be paid: {name} is {invoice[name]}.", name, invoice[name])
    left = invoice["balanceTC"] - _promised(books, key)
    if amount == 0 or (amount > 0) != (left > 0) or abs(amount) > abs(left):
        raise RejectedError(NOT_VALID, f"Allocation {amount} exceeds open {left}.", "allocatedAmountTC", amount)


def _promised(books: Books, key: Any) -> Decimal:
    """Returns what live payments that are not yet paid take of an invoice."""
    # A payment that is paid has already lowered the balance; only those on their way are counted here.
    payments = list(books.tables["supplierPayments"].values())
    waiting = (row for row in payments if row["paymentStatusCode"] not in DEAD | {"PAID"})
    shares = (each for row in waiting for each in row["allocations"] if allocation_key(each) == key)
    return sum((each["allocatedAmountTC"] + each["discountAmountTC"] for each in shares), Decimal(0))


def allocation_key(allocation: Record) -> Any:
    """Returns the key of the invoice that an allocation settles."""
    return tuple(allocation[name] for name in ("entityCode", "postingYear", "daybookCode", "voucher"))


def _settle(books: Books, payment: Record) -> None:
    if payment["paymentStatusCode"] == "PAID":
        _move(books, payment, Decimal(-1))


def _move(books: Books, payment: Record, sign: Decimal) -> None:
    """Leaves each allocated invoice with its balance moved, closed when nothing is left of it."""
    for key, amount in _shares(payment):
        balance = books.tables["supplierInvoices"][key]["balanceTC"] + sign * amount
        books.changed("supplierInvoices", key, {"balanceTC": balance, "isOpen": balance != 0})


def _shares(payment: Record) -> Iterator[tuple[Any, Decimal]]:
    for each in payment["allocations"]:
        yield allocation_key(each), each["allocatedAmountTC"] + each["discountAmountTC"]


def _update(books: Books, before: Record, after: Record) -> None:
    for name in FROZEN:
        if after[name] != before[name]:
            raise RejectedError(NOT_VALID, f"{name} cannot be changed any more.", name, after[name])
    old, new = before["paymentStatusCode"], after["paymentStatusCode"]
    if new == old:
        return
    if new not in LADDER[old]:
        raise RejectedError(NOT_VALID, f"Status {old} is not followed by {new}.", "paymentStatusCode", new)
    if new == "PAID":
        _move(books, after, Decimal(-1))
    elif old == "PAID":
        _move(books, after, Decimal(1))


PAYMENT = Entity(
    resource="supplierPayments",
    interface="com.qad.financials.purchaseledger.supplierpayment.ISupplierPayment",
    keys=("entityCode", "paymentYear", "paymentInstrument", "paymentNumber"),
    blank={
        "entityCode": "", "paymentYear": 0, "paymentInstrument": "", "paymentNumber": 0, "supplierCode": "",
        "bankAccountCode": "", "currencyCode": "", "amountTC": Decimal(0), "paymentDate": None, "reference": "",
        "paymentStatusCode": "INITIAL",
    },
    children={
        "allocations": {
            "entityCode": "", "postingYear": 0, "daybookCode": "", "voucher": 0, "allocatedAmountTC": Decimal(0),
            "discountAmountTC": Decimal(0),
        },
    },
    mandatory=("entityCode", "paymentInstrument", "supplierCode", "bankAccountCode", "currencyCode", "paymentDate"),
    limits={"supplierCode": 8, "currencyCode": 3},
    financial=True,
    deletable=False,
    browses=(Browse(f"{BROWSE}.financials.supplierPayments", prefix="supplierPayment."),),
    on_create=_create,
    after_create=_settle,
    on_update=_update,
)  # fmt: skip
