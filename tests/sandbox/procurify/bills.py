"""What happens to bills: entered, submitted, approved, pulled back, changed, paid, deleted.

Source: Procurify API, accounts payable, and the help pages on bills: a bill may cover lines of several orders, parts
of them, and costs of none; an approved one can be pulled back ("Fix Bill") and then deleted.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.sandbox.procurify.bill_items import costs_of, items_of
from tests.sandbox.procurify.records import (
    APPROVED,
    BILL_PAID,
    CONFIRMED,
    DENIED,
    DRAFT,
    LIMBO,
    PAYMENT_APPROVED,
    PAYMENT_CONFIRMED,
    WITHDRAWN,
    Bill,
)
from tests.sandbox.procurify.tenant import Tenant
from tests.sandbox.procurify.times import day_of
from tests.sandbox.procurify.wire import Record, refusal

ORDER, EXPENSE, CREDIT_CARD = 0, 1, 2  # type of a bill
FOLLOWS: dict[int, tuple[int, ...]] = {  # from which statuses people can move a bill to another one
    CONFIRMED: (DRAFT, DENIED, WITHDRAWN), APPROVED: (DRAFT, CONFIRMED), DENIED: (CONFIRMED,),
    WITHDRAWN: (CONFIRMED,), DRAFT: (CONFIRMED, APPROVED, DENIED, WITHDRAWN),
    BILL_PAID: (APPROVED, PAYMENT_CONFIRMED, PAYMENT_APPROVED, LIMBO),
}  # fmt: skip
_DAYS = ("invoice_date", "due_date", "gl_post_date")
_PLAIN = ("invoice_number", "note", "payment_terms", "attachments", "group", "vendor_name")


def enter(
    tenant: Tenant,
    vendor: int | None,
    currency: str | None,
    items: Sequence[Mapping[str, Any]],
    costs: Sequence[Mapping[str, Any]],
    header: Record,
) -> Bill:
    """Adds a draft; the vendor and the currency are those of its first line, unless they are told.

    Raises:
        Refusal: something that it names is not there, or a line of it was not received and must be.
    """
    seller, money = _origin(tenant, vendor, currency, items)
    identifier = tenant.next_id("bill")
    bill = Bill(
        id=identifier, uuid=tenant.next_uuid("bill", identifier), vendor=seller, currency=money, modified=tenant.now(),
        submitted=None, vendor_name=str(tenant.vendors[seller].fields["name"])[:100], type=header.pop("type", ORDER),
    )  # fmt: skip
    bill.items = items_of(tenant, bill, items)
    bill.costs = costs_of(tenant, costs)
    set_header(tenant, bill, header)
    tenant.bills[bill.uuid] = bill
    return bill


def move(tenant: Tenant, bill: Bill, status: int) -> Bill:
    """Moves a bill on or back.

    Raises:
        Refusal: 400, that cannot follow on its status.
    """
    if bill.status not in FOLLOWS[status]:
        raise refusal(400, f"A bill in status {bill.status} cannot go to {status}.", "BILL_STATUS")
    return put(tenant, bill, status)


def put(tenant: Tenant, bill: Bill, status: int) -> Bill:
    """Gives a bill a status, whatever it was before."""
    now = tenant.now()
    if status != DRAFT:
        bill.submitted = bill.submitted or now
    if status == APPROVED:
        bill.group = bill.group or tenant.next_id("group")
    bill.status, bill.modified = status, now
    bill.history.append((now, status))
    return bill


def pull_back(tenant: Tenant, bill: Bill) -> Bill:
    """Makes a draft of a bill again.

    Raises:
        Refusal: 400, it is in payment or paid.
    """
    if bill.status == DRAFT:
        return bill
    move(tenant, bill, DRAFT)
    if tenant.switches.fix_bumps_version:
        bill.version += 1
    return bill


def change(tenant: Tenant, bill: Bill, changes: Record) -> Bill:
    """Changes header fields, or the items or costs as a whole, and raises the version."""
    if "items" in changes:
        bill.items = items_of(tenant, bill, changes.pop("items"))
    if "costs" in changes:
        bill.costs = costs_of(tenant, changes.pop("costs"))
    if "vendor" in changes:
        bill.vendor = changes.pop("vendor")
        bill.vendor_name = str(tenant.vendors[bill.vendor].fields["name"])[:100]
    if "currency" in changes:
        bill.currency = tenant.currency(changes.pop("currency"))
    set_header(tenant, bill, changes)
    bill.version += 1
    bill.modified = tenant.now()
    return bill


def delete(tenant: Tenant, bill: Bill) -> None:
    """Deletes a bill, pulled back first if need be.

    Raises:
        Refusal: 400, it is in payment or paid.
    """
    pull_back(tenant, bill)
    del tenant.bills[bill.uuid]


def set_header(tenant: Tenant, bill: Bill, header: Record) -> None:
    """Sets the header fields that are given.

    Raises:
        ValueError: there is no such field.
    """
    for name, value in header.items():
        if name in _DAYS:
            setattr(bill, name, day_of(value))
        elif name in _PLAIN or name == "invoice_total":
            setattr(bill, name, value)
        else:
            raise ValueError(f"a bill has no {name}")
    if bill.group is not None:
        tenant.take_group(bill.group)


def _origin(
    tenant: Tenant, vendor: int | None, currency: str | None, items: Sequence[Mapping[str, Any]]
) -> tuple[int, int]:
    for told in items:
        order = tenant.orders[tenant.lines[told["order_item"]].order or 0] if "order_item" in told else None
        order = tenant.order(told["po"]) if "po" in told else order
        if order is not None:
            money = order.currency if currency is None else tenant.currency(currency)
            return vendor or order.vendor, money
    if vendor is None:
        raise refusal(400, "A bill without an order's line needs a vendor.")
    own = tenant.vendors[vendor].fields["currency"]
    return vendor, tenant.currency(currency if currency is not None else own)
