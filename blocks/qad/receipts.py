"""What was received for purchase orders, and what of it no invoice has been matched with."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from blocks.qad.client import QadClient
from blocks.qad.pages import Page
from blocks.qad.purchasing import Receipt

RECEIPT, OPEN_RECEIVER = "po_receipt", "open_receiver"
_NUMBERED = re.compile(r"(.*?)([0-9]+)")
_GAP = 10  # how far apart two numbers may be to be read together


class Received(NamedTuple):
    """What came for one line of an order, less what was taken back."""

    quantity: Decimal
    amount: Decimal | None  # unrounded; None where QAD does not tell every receipt's cost
    last_date: date | None


async def received(client: QadClient, po_numbers: Iterable[str]) -> dict[str, Received]:
    """Returns what was received for each line (`PO10442/3`) of these orders; lines without a receipt are left out.

    Filters of a browse are joined by *and*, so that it cannot be asked for a list of numbers. A window of dates would
    read all that the plant received since the oldest order. Instead, orders whose numbers stand close together are
    read by one range of numbers, and each other order by a call of its own. A range in which too much else lies is
    given up after as many pages as it has orders, so that there are never more than two calls for an order.
    """
    wanted = {number for number in po_numbers if number}
    lists = await asyncio.gather(*(_of_orders(client, some) for some in close_together(wanted)))
    by_line: defaultdict[str, list[Receipt]] = defaultdict(list)
    for receipt in (one for some in lists for one in some if one.purchase_order in wanted):
        by_line[receipt.line_id].append(receipt)
    return {line: _together(receipts) for line, receipts in by_line.items()}


async def open_receivers(client: QadClient, po_number: str) -> list[Receipt]:
    """Returns the order's receipts that no invoice has been matched with, oldest first."""
    found = await _of_order(client, OPEN_RECEIVER, po_number)
    return sorted(found, key=lambda receipt: (receipt.receipt_date or date.min, receipt.receiver, receipt.line))


def close_together(numbers: Iterable[str]) -> list[list[str]]:
    """Returns the numbers, in order and in groups that a range of numbers may be read for.

    Only numbers of equal length that end in digits and begin alike share a group, because only those are in the same
    order for QAD, whatever its collation.
    """
    alike: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    alone = []
    for number in set(numbers):
        parts = _NUMBERED.fullmatch(number) if "," not in number and number.isascii() else None
        if parts is None:
            alone.append([number])
        else:
            alike[parts[1], len(parts[2])].append(int(parts[2]))
    runs = (
        ([f"{start}{one:0{width}}" for one in run]) for (start, width), some in alike.items() for run in _runs(some)
    )
    return sorted([*alone, *runs])


def _runs(serials: Sequence[int]) -> list[list[int]]:
    ordered = sorted(serials)
    breaks = [place for place, (one, other) in enumerate(pairwise(ordered), 1) if other - one > _GAP]
    return [ordered[begin:end] for begin, end in pairwise([0, *breaks, len(ordered)])]


async def _of_orders(client: QadClient, numbers: Sequence[str]) -> list[Receipt]:
    within = await _range(client, numbers) if len(numbers) > 1 else None
    if within is not None:
        return within
    lists = await asyncio.gather(*(_of_order(client, RECEIPT, number) for number in numbers))
    return [receipt for some in lists for receipt in some]


async def _range(client: QadClient, numbers: Sequence[str]) -> list[Receipt] | None:
    """Returns the receipts of all orders in the range; None if there are too many others among them."""
    found: list[Receipt] = []
    read = 0
    async for page in client.browse(RECEIPT, [("purchase_order", "range", (numbers[0], numbers[-1]))]):
        found += _parsed(client, page)
        read += 1
        if page.more and read == len(numbers):
            return None
    return found


async def _of_order(client: QadClient, entity: str, number: str) -> list[Receipt]:
    # A browse has no escape for a comma, so that more is read than asked for.
    start, comma, _ = number.partition(",")
    asked = [("purchase_order", "starts" if comma else "eq", start)]
    found = [receipt async for page in client.browse(entity, asked) for receipt in _parsed(client, page)]
    return [receipt for receipt in found if receipt.purchase_order == number]


def _parsed(client: QadClient, page: Page) -> list[Receipt]:
    receipts = map(Receipt.model_validate, page.rows)
    return [receipt for receipt in receipts if receipt.domain in {"", client.account.domain}]


def _together(receipts: Sequence[Receipt]) -> Received:
    quantity = sum((receipt.quantity or Decimal(0) for receipt in receipts), Decimal(0))
    amounts = [receipt.amount for receipt in receipts]
    known = [amount for amount in amounts if amount is not None]
    dates = [receipt.receipt_date for receipt in receipts if receipt.receipt_date]
    total = sum(known, Decimal(0)) if len(known) == len(amounts) else None
    return Received(quantity, total, max(dates, default=None))
