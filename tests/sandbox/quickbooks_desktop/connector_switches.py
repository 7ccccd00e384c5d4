"""What QBWC does where its vendor says nothing; the defaults are the likeliest."""

from dataclasses import dataclass
from typing import Literal


@dataclass
class ConnectorSwitches:
    """What a test may change about a Web Connector and its PC."""

    # calls
    close_after_fault: bool = False  # closeConnection is called although a call has failed
    close_when_postponed: bool = True  # closeConnection is called when the service postpones an update with work
    close_after_connection_error: bool = False  # closeConnection is called after connectionError was answered `done`
    greeting_until_work: bool = False  # the company's greeting is sent again while the service answers NoOp
    literal_noop: Literal["fault", "wait"] = "fault"  # what the text NoOp from sendRequestXML does
    missing_text: Literal["fault", "empty"] = "fault"  # what a missing or nil string does, except in clientVersion
    accept_warning: bool = True  # the user goes on after a `W:` of clientVersion
    most_rounds: int = 10_000  # how many documents and waits an update may have before a test fails
    # QuickBooks
    processing_seconds: float = 0.0  # how long QuickBooks takes for each document
    death: Literal["silent", "reported"] = "silent"  # whether receiveResponseXML tells that QuickBooks has died
    death_hresult: str = "0x80040402"
    death_message: str = "Unexpected error. Check the qbsdklog.txt file for possible, additional information."
    restarts: bool = True  # the user starts QuickBooks again before the next update
    unattended: bool = True  # QuickBooks may be started for a path while it is closed
    lock_hresult: str = "0x80040402"  # what connectionError tells while another machine holds the company file
    # adding an application
    probe_support: bool = True  # AppSupport is asked for, and must answer 200 or 202
    stamped_pair_refused: bool = True  # a pair that the company file bears is refused, whichever machine stamped it
    same_name: Literal["replace", "clone"] = "replace"  # the user's answer when an application of the name is there
