"""What a revision would change of a purchase order in QAD, and whether it still may."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from blocks.errors import RefusedError
from blocks.exact import Record
from blocks.qad.order_matching import differing, paired
from blocks.qad.profile import SYSTEM
from blocks.qad.purchasing import CANCELLED, ENDED
from blocks.qad.translation import changed

KEYS = frozenset({"domain", "number"})
TEXTS = frozenset({"remarks", "contact", "language"})  # besides dates, what may change although goods have come


class OrderChange:
    """The difference between an order in QAD and what is wanted."""

    def __init__(self, header: Record, wanted: Record, lines: Sequence[Record], wishes: Sequence[Record]) -> None:
        """Compares them."""
        self._header, self._wishes = header, wishes
        asked = {name: value for name, value in wanted.items() if name not in KEYS}
        if header.get("status") not in ENDED and asked.get("status") not in ENDED:
            asked.pop("status", None)  # open, however it is written
        self.fields = changed(header, asked)
        self._pairs, self._left = paired(lines, wishes)

    @property
    def nothing(self) -> bool:
        """Whether the order is as wanted, and was not cancelled."""
        return not self.fields and not self._said({}) and self._header.get("status") != CANCELLED

    @property
    def touched(self) -> list[Record]:
        """The lines that would be changed or go."""
        rows = zip(self._pairs, self._wishes, strict=True)
        return [*(line for line, wish in rows if line is not None and differing(line, wish)), *self._left]

    def check(self, received: Mapping[Any, Decimal]) -> None:
        """Lets a change pass that the order's state allows.

        Args:
            received: what came for each line, by its number in QAD.

        Raises:
            RefusedError: goods have come and more than texts and dates would change, or the order has ended.
        """
        firm = [name for name in self.fields if name not in TEXTS and not name.endswith("_date")]
        said = self._said(received) + [
            f"{name} {self._header.get(name)} in QAD and {self.fields[name]} here" for name in firm
        ]
        if any(received.values()) and said:
            raise self._refusal(f"goods have come for it, and the revision changes it: {'; '.join(said)}")
        status = self._header.get("status")
        stays_ended = status in ENDED and self.fields.get("status") in {None, *ENDED}
        if stays_ended and (said or status == CANCELLED):
            raise self._refusal(f"it is {str(status).lower()} there")

    def _said(self, received: Mapping[Any, Decimal]) -> list[str]:
        """Returns each difference between the lines, with what came for them."""
        said = []
        for line, wish in zip(self._pairs, self._wishes, strict=True):
            if line is None:
                said.append(f"a new line of {wish.get('quantity')} {wish.get('item') or wish.get('description') or ''}")
            elif fields := differing(line, wish):
                said.append(f"line {line['line']} has {fields}{_came(line, received)}")
        gone = [f"line {line['line']} of {line.get('quantity')} goes{_came(line, received)}" for line in self._left]
        return said + gone

    def _refusal(self, why: str) -> RefusedError:
        return RefusedError(
            f"purchase order {self._header['number']} stays as it is in QAD, because {why}",
            system=SYSTEM,
            remedy="A buyer changes the order in QAD, or takes the revision back in the source system.",
        )


def _came(line: Record, received: Mapping[Any, Decimal]) -> str:
    came = received.get(line["line"])
    return f" ({came:f} received of {line.get('quantity')})" if came is not None else ""
