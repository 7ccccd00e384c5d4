"""The switches of a Procurify tenant; what Procurify does not document is a switch."""

from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from typing import Any, Literal


@dataclass
class Switches:
    """What a test may change about one tenant; the defaults are what is documented or the likeliest."""

    # sign-in and permissions
    token_seconds: int = 86_400
    client_header_required: bool = True  # 403 without `X-Procurify-Client: api`
    denied: list[str] = field(default_factory=list)  # what the role lacks: patterns searched in "METHOD /path"
    oauth_error: Literal["echo", "plain"] = "echo"  # body of a refused token request: the request again, or OAuth's own
    # addresses
    slash: Literal["strict", "lenient"] = "strict"  # strict: GET without the last slash 301, writes 404
    plain_vendor_list: bool = True  # GET /api/v3/vendors/ lists; else 404
    vendor_groups: bool = True  # GET /api/v3/vendors/{group}/ lists; else 404
    v2_payments: Literal["not_found", "gone"] = "not_found"
    # pages
    page_size_default: int = 10
    page_size_cap: int = 100  # larger sizes become this one without a word
    links: Literal["same", "http", "foreign"] = "same"  # scheme and host of `next` and `previous`
    foreign_base: str = "https://elsewhere.invalid"  # where `foreign` links lead
    shift_rows: int = 0  # so many rows came in front after the first page (negative: went), so later pages move
    order_by_ignored: bool = False
    receipts_pagination: Literal["top", "metadata"] = "top"
    # filters
    day_zone: Literal["tenant", "utc"] = "tenant"  # where days of date filters begin
    filters_ignored: bool = False  # every filter is passed over, as misspelt ones are
    bill_status_filter: bool = False  # bills may be listed by `status`
    vendor_match: Literal["exact", "ignore_case", "contains"] = "exact"  # of the filters name and external_id
    inactive_in_all: bool = False  # the vendor group `all` has inactive vendors too
    # records
    receiving_moves_order: bool = False  # a receipt moves its order's last_modified, too; closing always does
    removed_lines: Literal["inactive", "absent"] = "inactive"  # lines that a revision took off an order
    bills_need_receipts: bool = False  # unreceived lines cannot be billed
    unique_account_codes: bool = True
    number_is_external: bool = True  # `number` of an order is PO_Num where it has one, else PF and its id
    timestamps: Literal["mixed", "utc", "local"] = "mixed"
    bill_list_dates: Literal["datetime", "date"] = "datetime"
    fix_bumps_version: bool = True  # a bill that is pulled back gets a new version at once
    sprinkle: int = 0  # every n-th record of an answer has a field that nobody knows
    # limits
    suspended: bool = False  # 403 on everything
    suspend_after: int = 0  # more requests than this in the window suspend the tenant; 0: never
    suspend_window_seconds: float = 60
    suspension_covers_token: bool = True
    requests_per_minute: int = 0  # more are answered with 429; 0: no limit
    retry_after: int | None = 30  # seconds that a 429 names; None: it names none
    timeout_page_size: int = 0  # 504 for a page_size above this; 0: never

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
