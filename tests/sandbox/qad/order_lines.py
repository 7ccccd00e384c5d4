"""Purchase order lines: numbered by QAD, recomputed field by field, and bound by what was received of them."""

from collections.abc import Mapping
from decimal import Decimal

from tests.sandbox.qad.books import SITES, Books
from tests.sandbox.qad.entity import Browse, Entity
from tests.sandbox.qad.ledger import check_line
from tests.sandbox.qad.line_steps import item_of, require_scale
from tests.sandbox.qad.orders import CANCELLED, CLOSED, LINES, has_receipts, lines_of, open_order
from tests.sandbox.qad.wire import MANDATORY, NOT_VALID, Record, RejectedError

CLASSIC = {
    "pod_det.pod_nbr": "purchaseOrderNumber", "pod_det.pod_line": "purchaseOrderLine", "pod_det.pod_part": "itemCode",
    "pod_det.pod_desc": "itemDescription", "pod_det.pod_qty_ord": "quantityOrdered",
    "pod_det.pod_qty_rcvd": "quantityReceived", "pod_det.pod_um": "unitOfMeasure",
    "pod_det.pod_pur_cost": "purchaseCost", "pod_det.pod_status": "lineStatus", "pod_det.pod_due_date": "dueDate",
    "pod_det.pod_site": "siteCode", "pod_det.pod_acct": "purchaseAccount", "pod_det.pod_cc": "purchaseCostCenter",
    "pod_det.pod_domain": "domainCode",
}  # fmt: skip
ONCE_RECEIVED = ("siteCode", "itemCode", "unitOfMeasure")  # what a receipt makes final
ON_THE_LINE = {"AccountCode": "purchaseAccount", "CostCenterCode": "purchaseCostCenter"}


def next_line(books: Books, order: Record) -> int:
    """Returns the number after the order's last line; until that one is stored, it is the next."""
    number = max((line["purchaseOrderLine"] for line in lines_of(books, order)), default=0) + 1
    series = ("line", order["domainCode"], order["purchaseOrderNumber"])
    books.counters[series] = max(books.counters[series], number)
    return number


def _initial(books: Books, parents: Mapping[str, str]) -> Record:
    key = {}
    for name in ("domainCode", "purchaseOrderNumber"):
        if not parents.get(name):
            raise RejectedError(MANDATORY, f"{name} must be given.", name)
        key[name] = parents[name]
    return {**key, "purchaseOrderLine": next_line(books, open_order(books, key))}


def _create(books: Books, line: Record) -> list[str]:
    order, number = open_order(books, line), line["purchaseOrderLine"]
    if not 0 < number <= books.counters["line", order["domainCode"], order["purchaseOrderNumber"]]:
        raise RejectedError(NOT_VALID, "QAD numbers the lines; initialize one.", "purchaseOrderLine", number)
    books.require({""}, "lineStatus", line["lineStatus"], "Starting status")
    _check(books, line)
    line["dueDate"] = line["dueDate"] or order["dueDate"]
    return []


def _check(books: Books, line: Record) -> None:
    books.require(SITES, "siteCode", line["siteCode"], "Site")
    item_of(books, line)
    if line["quantityOrdered"] <= 0:
        message = "quantityOrdered must be greater than zero."
        raise RejectedError(MANDATORY, message, "quantityOrdered", line["quantityOrdered"])
    if line["purchaseCost"] < 0:
        raise RejectedError(NOT_VALID, "purchaseCost is not negative.", "purchaseCost", line["purchaseCost"])
    require_scale(books, line)
    account = {"accountCode": line["purchaseAccount"], "costCenterCode": line["purchaseCostCenter"]}
    try:
        check_line(books, {**account, "subAccountCode": "", "projectCode": ""})
    except RejectedError as refusal:
        error = refusal.error
        name = ON_THE_LINE.get(str(error["fieldName"]), "purchaseAccount")
        raise RejectedError(NOT_VALID, str(refusal), name, error["fieldValue"]) from None


def _update(books: Books, before: Record, after: Record) -> None:
    open_order(books, before)
    old, new = before["lineStatus"], after["lineStatus"]
    books.require(("", CLOSED, CANCELLED), "lineStatus", new, "Line status")
    if old == CANCELLED or (old == CLOSED and new != "" and after != before):
        raise RejectedError(NOT_VALID, "The line is closed or cancelled.", "lineStatus", old)
    _check(books, after)
    if received := before["quantityReceived"]:
        _check_received(before, after, received)


def _check_received(before: Record, after: Record, received: Decimal) -> None:
    if after["lineStatus"] == CANCELLED:
        raise RejectedError(NOT_VALID, f"{received} was received; close the line.", "lineStatus", CANCELLED)
    if after["quantityOrdered"] < received:
        message = f"{received} was received of the line."
        raise RejectedError(NOT_VALID, message, "quantityOrdered", after["quantityOrdered"])
    for name in ONCE_RECEIVED:
        if after[name] != before[name]:
            raise RejectedError(NOT_VALID, f"{name} cannot be changed after a receipt.", name, after[name])


def _delete(books: Books, line: Record) -> None:
    open_order(books, line)
    if has_receipts(books, line):
        raise RejectedError(NOT_VALID, "The line has receipts.", "purchaseOrderLine", line["purchaseOrderLine"])


LINE = Entity(
    resource=LINES,
    array="purchaseOrderLines",
    interface="com.qad.purchasing.purchaseorders.IPurchaseOrderLine",
    keys=("domainCode", "purchaseOrderNumber", "purchaseOrderLine"),
    blank={
        "domainCode": "", "purchaseOrderNumber": "", "purchaseOrderLine": 0, "siteCode": "", "itemCode": "",
        "itemDescription": "", "quantityOrdered": Decimal(0), "unitOfMeasure": "", "purchaseCost": Decimal(0),
        "dueDate": None, "purchaseAccount": "", "purchaseCostCenter": "", "quantityReceived": Decimal(0),
        "lineStatus": "",
    },
    mandatory=("domainCode", "purchaseOrderNumber", "purchaseOrderLine", "siteCode", "itemCode", "unitOfMeasure",
               "purchaseAccount"),
    limits={"domainCode": 8, "siteCode": 8, "itemCode": 18, "purchaseAccount": 8, "purchaseCostCenter": 8},
    read_only=frozenset({"quantityReceived"}),
    domestic=True,
    browses=(Browse("urn:browse:mfg:po804", columns=CLASSIC),),
    on_create=_create,
    on_update=_update,
    on_delete=_delete,
    initial=_initial,
)  # fmt: skip
