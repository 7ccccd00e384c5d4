"""Identifiers in BILL's shape: twenty characters that begin with the entity's prefix."""

import string

PREFIXES = {
    "organization": "008",
    "user": "006",
    "vendor": "009",
    "bill": "00n",
    "line": "bli",
    "payment": "stp",
    "split": "blp",
    "vendor-credit": "vcr",
    "credit-line": "vcl",
    "recurring-bill": "btp",
    "recurring-line": "btl",  # not published
    "bank": "bac",
    "approval-group": "agp",
    "chart-of-accounts": "0ca",
    "accounting-classes": "cls",
    "departments": "0de",
    "locations": "loc",
    "items": "0ii",
    "jobs": "job",
    "employees": "0em",
    "customer": "0cu",
    "token-user": "syu",
}
_DIGITS = string.digits + string.ascii_lowercase
_TAIL = 5


class Ids:
    """Gives out identifiers, never one twice."""

    def __init__(self) -> None:
        """Starts each entity's count at one."""
        self._given: dict[str, int] = {}

    def new(self, entity: str) -> str:
        """Returns a new identifier of the entity: prefix, partition, upper-case letters, base-36 count."""
        number = self._given[entity] = self._given.get(entity, 0) + 1
        return f"{PREFIXES[entity]}02LOOPBACKEM{_base36(number)}"


def _base36(number: int) -> str:
    digits = ""
    for _place in range(_TAIL):
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits


def entity_of(identifier: str) -> str | None:
    """Returns the entity that an identifier's prefix belongs to; None when BILL has no such prefix."""
    if len(identifier) != 20:
        return None
    return next((entity for entity, prefix in PREFIXES.items() if identifier.startswith(prefix)), None)
