"""Bulk requests: all rows or none."""

from collections.abc import Callable
from typing import Any, TypeVar

from tests.sandbox.bill.wire import Refusal, Row, refusal

Checked = TypeVar("Checked")

ROLLED_BACK = Row("BDC_1246", "Rolled back because of an error in another item")


def all_checked(body: Any, limit: int, check: Callable[[Any], Checked]) -> list[Checked]:
    """Returns every item checked; nothing has been written yet.

    Raises:
        Refusal: the body is no array of 1 to `limit` items, or an item is refused; each good item then
            has a BDC_1246 row among the real reasons, and no row tells its place.
    """
    if not isinstance(body, list) or not body:
        raise refusal("BDC_1124", "body: must be an array that is not empty")
    if len(body) > limit:
        raise refusal("BDC_1129", f"body: at most {limit} items")
    checked: list[Checked] = []
    rows: list[Row] = []
    wrong = False
    for item in body:
        try:
            checked.append(check(item))
            rows.append(ROLLED_BACK)
        except Refusal as refusing:
            wrong = True
            rows.extend(refusing.rows)
    if wrong:
        raise Refusal(*rows)
    return checked
