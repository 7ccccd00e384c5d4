"""Batches: up to 30 items, one after another, each with an answer of its own.

Source: QuickBooks Online API, "Batch".
"""

from typing import Any

from tests.sandbox.quickbooks_online import refusals
from tests.sandbox.quickbooks_online.changes import changes
from tests.sandbox.quickbooks_online.company import Company
from tests.sandbox.quickbooks_online.kinds import KINDS, Kind
from tests.sandbox.quickbooks_online.queries import query
from tests.sandbox.quickbooks_online.references import shown
from tests.sandbox.quickbooks_online.refusals import Refusal
from tests.sandbox.quickbooks_online.replies import BATCH, ITEM, Replies, check_length
from tests.sandbox.quickbooks_online.wire import Record
from tests.sandbox.quickbooks_online.writing import Words, write

MOST = 30
_OPERATIONS = frozenset({"create", "update", "delete", "void"})


def items_of(body: Any, request_id: str | None) -> list[Record]:
    """Returns the items of a batch request.

    Raises:
        Refusal: 1040 for too many, 2020 without any or without `bId`, 2050 for an id that is too long.
    """
    items = body.get("BatchItemRequest") if isinstance(body, dict) else None
    if not isinstance(items, list) or not items:
        raise refusals.missing("BatchItemRequest")
    if len(items) > MOST:
        raise Refusal(1040, "Batch size exceeds allowed limit", f"The maximum number of items is {MOST}.")
    if request_id:
        check_length("requestid", request_id, BATCH)
    for item in items:
        if not isinstance(item, dict) or not isinstance(item.get("bId"), str):
            raise refusals.missing("bId")
        if request_id:
            check_length("bId", item["bId"], ITEM)
    return items


def answered(
    company: Company, replies: Replies, items: list[Record], request_id: str | None, words: Words
) -> list[Any]:
    """Returns one answer for each item, in order; an item that is refused does not disturb the others."""
    return [_one(company, replies, item, request_id, words) for item in items]


def _one(company: Company, replies: Replies, item: Record, request_id: str | None, words: Words) -> Record:
    try:
        reply = replies.once(request_id, item["bId"], lambda: _done(company, item, words))
    except Refusal as refusal:
        reply = {"Fault": refusal.fault()}
    return {**reply, "bId": item["bId"]}


def _done(company: Company, item: Record, words: Words) -> Record:
    if "Query" in item:
        return {"QueryResponse": query(company, str(item["Query"]))}
    if "CDCQuery" in item:
        asked = item["CDCQuery"] if isinstance(item["CDCQuery"], dict) else {}
        return {"CDCResponse": changes(company, asked.get("Entities"), asked.get("ChangedSince"))}
    kind = _kind(item)
    operation = str(item.get("operation", ""))
    if operation not in _OPERATIONS:
        raise refusals.unsupported(f"Operation {operation} is not supported.")
    if company.switches.batch_options:
        words |= frozenset(str(item.get("optionsData", "")).replace(",", " ").split())
    record = write(company, kind, item[kind.name], operation, words)
    return {kind.name: record if "status" in record else shown(company, kind.name, record)}


def _kind(item: Record) -> Kind:
    names = [name for name in item if name not in ("bId", "operation", "optionsData")]
    if len(names) != 1 or names[0] not in KINDS:
        raise refusals.bad_property(next(iter(names), "BatchItemRequest"))
    return KINDS[names[0]]
