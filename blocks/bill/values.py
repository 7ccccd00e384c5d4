"""How BILL writes days and moments, and the types of its records' fields."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator

from blocks.exact import day, instant, money

Money = Annotated[Decimal | None, BeforeValidator(money)]
Day = Annotated[date | None, BeforeValidator(day)]
Instant = Annotated[datetime | None, BeforeValidator(instant)]
