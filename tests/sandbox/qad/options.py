"""The switches of one QAD tenant."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any


@dataclass
class Options:
    """How this tenant is set up; a person may change any of it while it runs."""

    oauth: bool = True
    basic: bool = True
    session: bool = True
    single_sign_on: bool = False  # Basic is off, whatever `basic` says
    session_length_minutes: float = 480  # absolute life of a token
    timeout_minutes: float = 30  # idle life of a token
    refresh_length_minutes: float = 1440
    send_expires_in: bool = True
    page_clamp: int = 100  # the most rows one browse page holds
    shifting_pages: bool = True  # pages are cut from the rows of the moment; off: from those of page 1
    stale_hash_refused: bool = True
    empty_hash_accepted: bool = False
    unknown_fields_refused: bool = True
    forbidden: frozenset[str] = frozenset()  # resources or browse ids that answer 403
    forbidden_status: int = 403  # the HTTP status that goes with it
    missing: frozenset[str] = frozenset()  # resources that are a 404 page; browse ids that are unknown
    hide_fields: Mapping[str, frozenset[str]] = field(default_factory=dict)  # resource -> fields it lacks
    closed_periods: frozenset[str] = frozenset()  # such as "2026-07"
    utc_offset_hours: float = 0.0  # the server's own time zone, in which it dates its changes
    order_number_length: int = 20  # the most characters of a purchase order's number; classic QAD has 8
    blank_open_status: bool = False  # an order that is sent as "O" is kept with a blank status, as classic QAD does
    memo_items: bool = True  # a line may name an item that is not in the item master
    purchase_account: str = "6010"  # what the GL profile of purchases means, where the item names no account
    purchase_cost_scale: int = 5  # decimal places of a unit cost
    purchase_cost_rounded: bool = False  # more decimal places are rounded, not refused
    over_receipt_percent: float = 0.0  # how much more than ordered may be received
    initial_is_matched: bool = True  # matching lines of an invoice in an initial status count; off: they are dropped

    def change(self, switches: Mapping[str, Any]) -> None:
        """Sets the named switches; the rest stay as they are.

        Raises:
            ValueError: there is no switch of that name.
        """
        known = {each.name for each in fields(self)}
        for name, value in switches.items():
            if name not in known:
                raise ValueError(f"QAD has no switch {name}; it has {', '.join(sorted(known))}")
            if name in {"forbidden", "missing", "closed_periods"}:
                value = frozenset(value)
            elif name == "hide_fields":
                value = {resource: frozenset(names) for resource, names in value.items()}
            setattr(self, name, value)

    def as_json(self) -> dict[str, Any]:
        """Returns all switches as plain values."""
        plain = asdict(self)
        plain["hide_fields"] = {resource: sorted(names) for resource, names in self.hide_fields.items()}
        return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in plain.items()}
