"""How Procurify writes days, moments, codes and references, and the types of its records' fields.

Its lists and details write the same field differently: an object or its id, a number or a string.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from blocks.exact import day, instant, money


class Part(BaseModel):
    """A record or a piece of one; everything but ids may be missing, and what is new is passed over."""

    model_config = ConfigDict(
        populate_by_name=True, extra="ignore", frozen=True, coerce_numbers_to_str=True, hide_input_in_errors=True
    )


def plain(value: Any) -> str:
    """Returns a text or number as text; an empty text for anything else."""
    return str(value) if isinstance(value, str | int | Decimal) and not isinstance(value, bool) else ""


def whole(value: Any) -> int | None:
    """Returns a code as a number; None for one that is no number, which is a code that nobody knows."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def flag(value: Any) -> bool | None:
    """Returns true or false; None for anything else."""
    return value if isinstance(value, bool) else None


def referred(value: Any) -> Any:
    """Returns the object, or one with nothing but the id where only the id is given; None for anything else."""
    if isinstance(value, Mapping | BaseModel):
        return value
    return {"id": value} if isinstance(value, int | str) and not isinstance(value, bool) and value != "" else None


def id_of(value: Any) -> str | None:
    """Returns the id of what is referred to, whether as an object or by its id."""
    return plain(value.get("id") if isinstance(value, Mapping) else value) or None


def rows(value: Any) -> Any:
    """Returns the objects of a list; none where there is no list."""
    held = value if isinstance(value, list | tuple) else ()
    return tuple(one for one in held if isinstance(one, Mapping | BaseModel))


def ids(value: Any) -> tuple[str, ...]:
    """Returns the ids of a list, whether of objects or of ids; none where there is no list."""
    held = value if isinstance(value, list | tuple) else ()
    return tuple(one for one in map(id_of, held) if one is not None)


Text = Annotated[str, BeforeValidator(plain)]
Code = Annotated[int | None, BeforeValidator(whole)]
Flag = Annotated[bool | None, BeforeValidator(flag)]
IdOf = Annotated[str | None, BeforeValidator(id_of)]
Ids = Annotated[tuple[str, ...], BeforeValidator(ids)]
Money = Annotated[Decimal | None, BeforeValidator(money)]
Day = Annotated[date | None, BeforeValidator(day)]  # in the offset that is written: in UTC it may be another day
Instant = Annotated[datetime | None, BeforeValidator(instant)]
