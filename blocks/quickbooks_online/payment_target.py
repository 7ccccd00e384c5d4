"""Finds, creates and voids payments of bills in QuickBooks Online; a void stays, with nothing in it."""

from collections.abc import Sequence

from blocks.errors import ConflictError, NotFoundError, RefusedError
from blocks.exact import Record, money
from blocks.quickbooks_online.batch import Item
from blocks.quickbooks_online.changing import Step
from blocks.quickbooks_online.document_body import NOTE, PAYMENT
from blocks.quickbooks_online.document_target import DocumentTarget
from blocks.quickbooks_online.values import text
from blocks.quickbooks_online.vendor_body import sparse
from blocks.quickbooks_online.writing import Answer, Result, Send, alone, batches
from blocks.target import Key

VOID, VOIDED = "void", "Voided"


class BillPaymentTarget(DocumentTarget):
    """Writes payments by check or credit card; an earlier attempt's payment is known as documents are."""

    entity = PAYMENT

    def _withdrawn(self, document: Record, _body: Record) -> Step | Result:
        is_voided = text(document, NOTE).startswith(VOIDED) and not money(document.get("TotalAmt"))
        return document if is_voided else Step("update", sparse(document, {}), VOID)

    def _sending(self, keys: Sequence[Key]) -> Send:
        send_batch = batches(self._client, keys)

        async def send(items: Sequence[Item]) -> list[Answer]:
            """A void is known to work as a call of its own; what a batch does with it is not written anywhere."""
            voided = {index: await self._void(item, keys) for index, item in enumerate(items) if item.options == VOID}
            rest = iter(await send_batch([item for item in items if item.options != VOID]))
            return [voided[index] if index in voided else next(rest) for index in range(len(items))]

        return send

    async def _void(self, item: Item, keys: Sequence[Key]) -> Answer:
        try:
            return await self._client.update(PAYMENT, item.body, request_id=alone(item, keys), include=VOID)
        except (RefusedError, NotFoundError, ConflictError) as error:
            return error
