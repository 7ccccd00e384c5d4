"""What is sent of a purchase order, bill or payment: the whole of it, in which only our own fields are replaced."""

from blocks.exact import Record
from blocks.quickbooks_online import notes
from blocks.quickbooks_online.document_lines import merged_lines
from blocks.quickbooks_online.values import filled, lines, text

NOTE, LINES = "PrivateNote", "Line"
ORDER, BILL, PAYMENT = "PurchaseOrder", "Bill", "BillPayment"
CALCULATED = {  # by the vendor, which ignores or refuses what is sent of them
    ORDER: frozenset({"TotalAmt", "LinkedTxn"}),
    BILL: frozenset({"TotalAmt", "Balance", "HomeBalance"}),
    PAYMENT: frozenset({"LinkedTxn"}),
}
_READ_ONLY = frozenset({"MetaData", "domain", "sparse", "status", "time", "RecurDataRef"})
_IDENTITY = frozenset({"Id", "SyncToken"})


def new_document(body: Record) -> Record:
    """Returns what a document is created with."""
    created: Record = filled(body)
    return created


def changed_document(entity: str, document: Record, body: Record) -> Record:
    """Returns the whole document as it was read, with the body's fields in place of its own.

    A field that the body does not name stays, one that it empties is cleared. The note is merged line by line.
    """
    kept = {name: held for name, held in document.items() if name not in _READ_ONLY | CALCULATED[entity]}
    if kept.get("EmailStatus") == "NeedToSend":
        del kept["EmailStatus"]  # else the vendor would mail the document because of us
    ours = {name: value for name, value in body.items() if name not in _IDENTITY}
    if LINES in ours:
        ours[LINES] = lines(body) if entity == PAYMENT else merged_lines(lines(document), lines(body))
    if NOTE in ours:
        ours[NOTE] = notes.merged(text(document, NOTE), text(body, NOTE))
    whole: Record = filled(kept | ours)
    return whole


def closed_order(order: Record, body: Record, why: str) -> Record:
    """Returns the whole order, closed, with a note that says why."""
    note = notes.withdrawn(notes.merged(text(order, NOTE), text(body, NOTE)), why)
    return changed_document(ORDER, order, {"POStatus": "Closed", NOTE: note})
