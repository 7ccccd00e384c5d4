"""The switches of the QuickBooks Online emulator; what Intuit does not document is a switch."""

from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from typing import Any, Literal


@dataclass
class Switches:
    """What a test may change about Intuit; the defaults are what is documented or the likeliest."""

    # tokens
    access_seconds: float = 3_600
    refresh_days: float = 100
    rotation_hours: float = 24  # after this long the next renewal gives a new refresh token
    rotate_always: bool = False  # every renewal gives a new refresh token
    grace_hours: float = 0  # how long the replaced refresh token is still taken
    revoke_family_on_reuse: bool = False  # a replaced token or used code, sent again, ends the whole connection
    hard_expiry_days: float = 1_826  # five years
    code_seconds: float = 600
    redirect_uris: list[str] = field(default_factory=list)  # empty: any https, http://localhost, http://127.0.0.1
    # limits
    throttle: bool = True
    requests_per_minute: int = 500  # per company
    requests_per_second: int = 10  # per company
    concurrency: int = 10  # requests under way per company
    batches_per_minute: int = 40  # per company
    throttle_body: Literal["gateway", "fault"] = "gateway"
    # requests and answers
    json_on_request_only: bool = True  # a request without `Accept: application/json` is answered in XML
    tolerate_unknown_keys: bool = False  # else they are refused with 2010
    sprinkle: int = 0  # every n-th record of an answer has a key that nobody knows
    fault_in_200: int = 0  # how many of the next calls get a fault inside HTTP 200, and do nothing; -1 for all
    every_call_refused: str = ""  # 120, 5020, 6190 or 10000
    request_id_hours: float = 24  # how long a requestid is remembered
    batch_options: bool = True  # an item's optionsData is heeded as `include` is in an address; else passed over
    max_results_over: Literal["capped", "refused"] = "capped"  # MAXRESULTS above 1000
    id_sortable: bool = True  # Intuit has announced that Id will not be sortable
    ignore_case_in_queries: bool = False
    # companies
    orders_need_preference: bool = True  # 5020 while purchase orders are switched off, else they are taken
    order_department_kept: bool = True  # DepartmentRef on purchase orders, which the reference does not list
    order_sparse_honoured: bool = True  # else a sparse update of a purchase order clears what it leaves out
    untracked: Literal["dropped", "refused"] = "dropped"  # ClassRef, DepartmentRef while their tracking is off
    term_ignored_on_create: bool = False  # TermRef of a new vendor is lost without a word
    deleted_suffix: bool = True  # an inactive name ends in " (deleted)", and so is free again
    negative_totals: bool = False  # else a document below zero is refused
    # webhooks
    webhook_urls: list[str] = field(default_factory=list)
    webhook_format: Literal["cloudevents", "legacy", "both-alternating"] = "cloudevents"
    webhook_signature: Literal["right", "wrong", "missing"] = "right"
    webhook_entities: list[str] = field(default_factory=list)  # lower case; empty: all
    mixed_realms: bool = True  # one delivery may tell of several companies
    nanoseconds: bool = False  # event times have nine digits after the point
    bare_events: bool = False  # events lack `data` and `datacontenttype`
    gather_seconds: float = 0.05  # events of this long share a delivery
    webhook_retry_scale: float = 1.0  # multiplies the waits between attempts
    webhook_attempts: int = 20
    webhook_timeout_seconds: float = 3
    hold_back: bool = True  # later deliveries wait for the one that is not acknowledged
    duplicate: bool = False  # every delivery is sent twice
    reorder: bool = False  # neighbouring deliveries change places
    drop: int = 0  # how many deliveries are lost on the way; -1 for all
    delay_seconds: float = 0

    def change(self, **switches: Any) -> None:
        """Sets the named switches; the others keep their values.

        Raises:
            ValueError: there is no switch of that name.
        """
        unknown = sorted(set(switches) - {each.name for each in fields(self)})
        if unknown:
            raise ValueError(f"no such switch: {', '.join(unknown)}")
        for name, value in switches.items():
            setattr(self, name, float(value) if isinstance(value, Decimal) else value)

    def shown(self) -> dict[str, Any]:
        """Returns every switch with its value."""
        return asdict(self)
