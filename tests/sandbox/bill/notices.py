"""The bodies of BILL's notifications.

Source: BILL v3 API, webhook notification payloads.
"""

from tests.sandbox.bill.books import Books
from tests.sandbox.bill.wire import Record

EVENTS = (
    "vendor.created",
    "vendor.updated",
    "vendor.archived",
    "vendor.restored",
    "autopay.failed",
    "bill.created",
    "bill.updated",
    "bill.archived",
    "bill.restored",
    "payment.updated",
    "payment.failed",
    "bank-account.created",
    "bank-account.updated",
    "card-account.created",
    "card-account.updated",
)
_BILL = (
    "id",
    "vendorId",
    "invoice",
    "amount",
    "createdTime",
    "updatedTime",
    "createdBy",
    "archived",
    "description",
    "dueDate",
    "paymentStatus",
    "payFromChartOfAccountId",
    "classifications",
    "purchaseOrderNumber",
)


def notice(books: Books, event: str, record: Record) -> Record:
    """Returns the body that tells of an event, without its metadata."""
    if event == "payment.failed":
        return record
    if event == "payment.updated":
        return {"payment": _payment(books, record)}
    if event.startswith("bill."):
        return {"bill": _bill(books, event, record)}
    return {event.split(".")[0]: record}


def _bill(books: Books, event: str, record: Record) -> Record:
    told = {name: record[name] for name in _BILL if name in record}
    told["invoice"] = {**record["invoice"], "invoiceDate": f"{record['invoice']['invoiceDate']}T00:00:00.000Z"}
    if event != "bill.created":
        told["vendorName"] = books.vendors[record["vendorId"]]["name"]
    return told


def _payment(books: Books, record: Record) -> Record:
    funding = {"id": next(reversed(books.banks)), "type": "BANK_ACCOUNT", **record.get("fundingAccount", {})}
    same = {
        name: record[name] for name in ("transactionNumber", "processDate", "createdBy", "createdTime", "updatedTime")
    }
    return {
        "id": record["id"],
        "billIds": [split["billId"] for split in record["billPayments"]],
        "status": record["singleStatus"],
        **same,
        "funding": {"amount": record["amount"], "currency": "USD", "fundingAccount": funding},
        "disbursement": {
            "amount": record["amount"],
            "currency": "USD",
            "arrivesByDate": record["processDate"],
            "disbursementAccount": {"type": record["disbursementType"]},
        },
        "vendor": {"id": record["vendorId"], "name": record["vendorName"]},
        "billingType": "BDC" if record["onlinePayment"] else "NET_SYNC_FROM_OFFLINE_PAYMENT",
    }
