"""What QAD says about the supplier of an order or a bill: pure."""

from typing import NamedTuple


class Supplied(NamedTuple):
    """A supplier, as far as documents need it."""

    code: str
    credit_terms: str
    currency: str
