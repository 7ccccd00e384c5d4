"""The switches of the QuickBooks Desktop emulator; what the vendor does not document is a switch."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal


@dataclass
class Switches:
    """What a test may change about QuickBooks; the defaults are what is documented or the likeliest."""

    # documents
    highest_version: str = "13.0"  # of qbXML
    facets: Literal["request", "document"] = "request"  # a bad date, amount, length: that request's 30xx, or 0x80040400
    enumerations: Literal["request", "document"] = "request"  # the same for a word that is in no enumeration
    non_latin: Literal["raw_refused", "all_refused", "all_stored"] = "raw_refused"  # stored: as `?`
    windows_1252: bool = False  # curly quotes, dashes and the euro sign are stored as they are
    session_required: bool = False  # a document outside begin_session/end_session fails
    delay_seconds: float = 0  # each request takes so long
    blank_request_id: bool = False  # a request without requestID is answered with an empty one, else with none
    unknown_ret_element: Literal["ignored", "refused"] = "ignored"
    # time
    zone: str = "America/New_York"  # of the PC
    winter_offset: bool = False  # summer times are given with the winter's offset, as older releases do
    winter_offset_in_filters: bool = True  # and read back the same way
    # ids
    edit_sequence_ahead: int = 0  # seconds by which an EditSequence looks later than TimeModified
    stale_reply_has_ret: bool = False  # 3200 brings the record as it is now
    # queries
    missing_list_id: Literal["3120", "500"] = "3120"  # no ListID or TxnID of the request was found
    missing_ref_number: Literal["500", "1"] = "500"  # no RefNumber of the request was found
    iterator_snapshot: bool = True  # later pages show records as they were at the start
    open_amount: Literal["left_out", "sent", "wrong"] = "left_out"
    bill_to_pay_account: Literal["default", "all"] = "default"  # when APAccountRef is left out
    deleted_days: int = 90  # how long deletions are told of
    # writing
    empty_clears: bool = True  # an empty element of a Mod clears; else it changes nothing
    address_mod: Literal["merged", "replaced"] = "merged"
    line_kinds_separate: bool = False  # sending expense lines leaves item lines alone, and the other way round
    class_when_off: Literal["refused", "ignored"] = "refused"  # ClassRef while class tracking is off: 3250
    inactive_references: Literal["taken", "refused"] = "taken"
    external_guid_unique: bool = False
    paying_touches_bill: bool = False  # a payment changes TimeModified and EditSequence of its bills
    merging_touches_bills: bool = False  # a merge changes those of the bills that move to the survivor
    paid_bill_removal: Literal["refused", "unlinked"] = "refused"  # deleting or voiding a bill that has payments
    removal_in_closed_period: Literal["3171", "3161"] = "3171"
    vendor_window_blocks: bool = False  # while a vendor is open in a window, its bills and payments get 3176
    # permissions
    forbidden: list[str] = field(default_factory=list)  # messages such as BillAdd that the user may not send: 3260
    personal_data: bool = False  # the application may see and send VendorTaxIdent
    disabled: list[str] = field(default_factory=list)  # messages that this edition does not have: 3250
    # message sets
    repeated_reply: Literal["ret", "error_recovery"] = "ret"
    repeated_when_gone: Literal["remembered", "bare", "3120"] = "remembered"  # the object was deleted meanwhile
    checksum_of: Literal["document", "requests"] = "document"
    unseen_status: str = "9002"  # messageSetStatusCode of a status check for an ID that was never used
    message_set_id_limit: int = 24
    message_sets_kept: int = 0  # per application; the oldest are forgotten; 0: all are kept
    cannot_store_responses: bool = False  # sets are executed with 9005, and not remembered
    # troubles
    die_after: int | None = None  # QuickBooks ends after so many requests of the next writing document
    dead_set_known: bool = False  # the ID of that document's set is remembered, without a response: 9002

    def change(self, **switches: Any) -> None:
        """Sets the named switches; the others keep their values.

        Raises:
            ValueError: there is no switch of that name.
        """
        unknown = sorted(set(switches) - {each.name for each in fields(self)})
        if unknown:
            raise ValueError(f"no such switch: {', '.join(unknown)}")
        for name, value in switches.items():
            setattr(self, name, value)

    def shown(self) -> dict[str, Any]:
        """Returns every switch with its value."""
        return asdict(self)
