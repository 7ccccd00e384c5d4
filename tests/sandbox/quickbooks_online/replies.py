"""What was answered before: a repeated `requestid` gets the first answer, and nothing is done again.

Source: Intuit developer blog, "RequestID". How long ids are remembered, and that faults are not, is assumed.
"""

import copy
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.sandbox.quickbooks_online import refusals
from tests.sandbox.quickbooks_online.company import Company

SINGLE, BATCH, ITEM = 50, 36, 10  # characters of a requestid, of one with a batch, and of an item's bId then


class Replies:
    """The successes of one company, by request id; an item of a batch is known by the batch's id and its own."""

    def __init__(self, company: Company) -> None:
        """Starts without memory."""
        self.company = company
        self._known: dict[tuple[str, str], tuple[datetime, Any]] = {}

    def once(self, request_id: str | None, item: str, do: Callable[[], Any]) -> Any:
        """Does it and returns the answer; a success that was answered before is only answered again."""
        if not request_id:
            return do()
        key, now = (request_id, item), self.company.clock.now()
        hours = self.company.switches.request_id_hours
        if key in self._known and now - self._known[key][0] <= timedelta(hours=hours):
            return copy.deepcopy(self._known[key][1])
        reply = do()
        self._known[key] = (now, copy.deepcopy(reply))
        return reply


def check_length(name: str, text: str, limit: int) -> None:
    """Passes when an id is not too long.

    Raises:
        Refusal: 2050, it is.
    """
    if len(text) > limit:
        raise refusals.bad_length(name, limit)
