"""A document number that another document has: QuickBooks Online takes it all the same, where it is told to.

Vendors number their invoices without knowing of each other, so one number for two documents is no mistake.
"""

from blocks.errors import ConflictError, NotFoundError, RefusedError, VendorError
from blocks.quickbooks_online.batch import Item
from blocks.quickbooks_online.client import QuickBooksClient
from blocks.quickbooks_online.writing import Result, item_key, refusal

NUMBER_TAKEN = "6140"
DESPITE_THAT = "allowduplicatedocnum"


async def despite_number(client: QuickBooksClient, item: Item, error: VendorError, request_id: str) -> Item | Result:
    """Returns the document as it is to be sent in the next batch, written by itself, or refused for another reason.

    Raises:
        AnswerLostError: it may have been written.
    """
    if error.code == NUMBER_TAKEN and not item.options:
        return item._replace(key=item_key(item.key, DESPITE_THAT), options=DESPITE_THAT)
    if item.options != DESPITE_THAT:
        return refusal(error)
    # Of a call of its own it is known that the option is honoured; of a batch it is not.
    write = client.create if item.operation == "create" else client.update
    try:
        return await write(item.entity, item.body, request_id=request_id, include=DESPITE_THAT)
    except (RefusedError, NotFoundError, ConflictError) as again:
        return refusal(again)
