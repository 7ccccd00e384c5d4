"""What each kind of record may be listed by.

Source: BILL v3 API, filterable and sortable fields; the undocumented ones are those that clients use live.
"""

from tests.sandbox.bill.lists import Filter, Listing

_EQ = frozenset({"eq"})
_EQ_NE = frozenset({"eq", "ne"})
_EQ_IN = frozenset({"eq", "in"})
_EQ_NE_IN = frozenset({"eq", "ne", "in"})
_LISTED = frozenset({"eq", "ne", "in", "nin"})
_RANGE = frozenset({"gt", "gte", "lt", "lte"})
_AMOUNT = _RANGE | {"eq", "ne"}

ACCOUNT_TYPES = frozenset({"BUSINESS", "PERSON", "NONE", "UNDEFINED"})
BILL_STATUSES = frozenset({"UNPAID", "SCHEDULED", "PAID", "UNDEFINED"})
APPROVAL_STATUSES = frozenset({"UNASSIGNED", "ASSIGNED", "APPROVING", "APPROVED", "DENIED", "UNDEFINED"})
PAYMENT_STATUSES = frozenset({"APPROVING", "SCHEDULED", "PAID", "CANCELLED", "VOID", "ESCHEATED"})

_ID = Filter(_EQ_NE_IN)
_ARCHIVED = Filter(_EQ_NE, "flag")
_TIMES = {"createdTime": Filter(_RANGE, "time"), "updatedTime": Filter(_RANGE, "time")}
_STAMPED = frozenset({"createdTime", "updatedTime"})

VENDORS = Listing(
    filters={
        "id": _ID,
        "archived": _ARCHIVED,
        "name": Filter(frozenset({"eq", "sw"})),
        "accountType": Filter(_LISTED, members=ACCOUNT_TYPES),
        "address.country": Filter(_EQ_NE),
        "billCurrency": Filter(_LISTED),
        "paymentStatus": Filter(_LISTED, members=BILL_STATUSES),
        **_TIMES,
    },
    sortable=_STAMPED | {"archived", "name", "shortName", "email", "phone", "billCurrency"},
    thin=frozenset({"autoPay", "balance"}),
)

_BILL_FILTERS = {
    "id": _ID,
    "archived": _ARCHIVED,
    "vendorId": Filter(_EQ_IN),
    "dueDate": Filter(_RANGE, "date"),
    "approvalStatus": Filter(_EQ_NE_IN, members=APPROVAL_STATUSES),
    "payFromChartOfAccountId": _ID,
    **{
        f"classifications.{name}": _ID
        for name in ("chartOfAccountId", "accountingClassId", "departmentId", "locationId", "itemId")
    },
    **_TIMES,
}


def bills(partial_status: str, by_invoice_number: bool) -> Listing:
    """Returns what bills may be listed by under the current switches."""
    status = Filter(_EQ_NE_IN, members=BILL_STATUSES | {partial_status})
    number = {"invoice.invoiceNumber": Filter(_EQ)} if by_invoice_number else {}
    return Listing(
        filters={**_BILL_FILTERS, "paymentStatus": status, **number},
        sortable=_STAMPED | {"archived", "fundingAmount", "exchangeRate", "description", "dueDate"},
        thin=frozenset({"billLineItems"}),
    )


PAYMENTS = Listing(
    filters={
        "id": _ID,
        "vendorId": _ID,
        "processDate": Filter(_AMOUNT, "date"),
        "amount": Filter(_AMOUNT, "number"),
        "transactionNumber": Filter(_EQ_NE_IN),
        "status": Filter(_LISTED, members=PAYMENT_STATUSES),
        "onlinePayment": Filter(_EQ_NE, "flag"),
        "disbursementType": Filter(_LISTED),
        **_TIMES,
    },
    sortable=_STAMPED
    | {"description", "processDate", "amount", "confirmationNumber", "onlinePayment", "disbursementStatus"},
    thin=frozenset({"disbursementInfo", "voidInfo"}),
)

CREDITS = Listing(
    filters={"id": _ID, "archived": _ARCHIVED, "vendorId": Filter(_EQ_IN), **_TIMES},
    sortable=_STAMPED | {"archived"},
    thin=frozenset({"vendorCreditLineItems"}),
)

RECURRING = Listing(
    filters={"id": _ID, "archived": _ARCHIVED, "vendorId": Filter(_EQ_IN)},
    sortable=frozenset({"archived"}),
    thin=frozenset({"recurringBillLineItems"}),
)

CLASSIFICATIONS = Listing(
    filters={
        "id": Filter(_EQ),
        "archived": _ARCHIVED,
        "name": Filter(frozenset({"eq", "sw"})),
        "parentId": Filter(_EQ),
        **_TIMES,
    },
    sortable=_STAMPED | {"archived", "name", "description"},
)

EMPLOYEES = Listing(filters=CLASSIFICATIONS.filters, sortable=CLASSIFICATIONS.sortable | {"firstName", "lastName"})

BANKS = Listing(
    filters={
        "id": _ID,
        "archived": _ARCHIVED,
        "status": Filter(_LISTED),
        "type": Filter(_LISTED),
        "ownerType": Filter(_LISTED),
        **_TIMES,
    },
    sortable=_STAMPED,
)
