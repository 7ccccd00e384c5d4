"""Up to 30 writes in one call: each succeeds or fails by itself, and is recognised by its own key."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from blocks.calls import BusyError
from blocks.errors import AnswerLostError, NotFoundError, RefusedError, TransientError, VendorError
from blocks.exact import Record
from blocks.quickbooks_online.account import SYSTEM
from blocks.quickbooks_online.answers import fault_of

AT_ONCE = 30
LONGEST_REQUEST_ID, LONGEST_KEY = 36, 10  # of a batch; a single write's id may have 50


class Item(NamedTuple):
    """One write of a batch."""

    operation: Literal["create", "update", "delete"]
    entity: str  # as Intuit spells it
    body: Record
    key: str  # of this write within its batch; 10 characters at most
    options: str = ""  # for example `allowduplicatedocnum`


def request_of(items: Sequence[Item], request_id: str) -> Record:
    """Returns the body of a batch call.

    Raises:
        ValueError: there are no items or too many, two have the same key, or a key or the id is too long.
    """
    keys = {item.key for item in items}
    if not 0 < len(items) <= AT_ONCE:
        raise ValueError(f"a batch takes 1 to {AT_ONCE} items, not {len(items)}")
    if len(keys) != len(items) or not all(0 < len(key) <= LONGEST_KEY for key in keys):
        raise ValueError(f"each item needs a key of its own of at most {LONGEST_KEY} characters")
    if len(request_id) > LONGEST_REQUEST_ID:
        raise ValueError(f"the request id of a batch has at most {LONGEST_REQUEST_ID} characters")
    return {"BatchItemRequest": [_written(item) for item in items]}


def results_of(
    items: Sequence[Item], answer: Any, secrets: Sequence[str] = (), traced: str = ""
) -> list[Record | VendorError]:
    """Returns one result for each item, in order: its record, or why there is none.

    An item that the answer does not name may or may not have been done: its result is an AnswerLostError.
    """
    rows = answer.get("BatchItemResponse") if isinstance(answer, dict) else None
    by_key = {str(row.get("bId")): row for row in rows or () if isinstance(row, Mapping)}
    return [_result(item, by_key.get(item.key), secrets, traced) for item in items]


def refused_reference(error: VendorError) -> VendorError:
    """Returns what an error means for a create: an unknown record is one that the body refers to."""
    if not isinstance(error, NotFoundError):
        return error
    return RefusedError(str(error), system=SYSTEM, code=error.code, field=error.field, remedy=error.remedy)


def _written(item: Item) -> Record:
    options = {"optionsData": item.options} if item.options else {}
    return {"bId": item.key, "operation": item.operation, **options, item.entity: item.body}


def _result(item: Item, row: Mapping[str, Any] | None, secrets: Sequence[str], traced: str) -> Record | VendorError:
    error = fault_of(row, secrets, traced=traced)
    if error and item.operation == "create":
        error = _of_create(error)
    record = row.get(item.entity) if row else None
    if error is None and not isinstance(record, dict):
        error = AnswerLostError(f"{SYSTEM}'s answer to a batch leaves out this {item.entity}{traced}", system=SYSTEM)
    return error or dict(record or {})


def _of_create(error: VendorError) -> VendorError:
    if isinstance(error, TransientError) and not isinstance(error, BusyError):
        return AnswerLostError(str(error), system=SYSTEM, code=error.code)  # it may have been done
    return refused_reference(error)
