"""What QuickBooks' codes mean for us: who must act, and whether the same may go later."""

from blocks.errors import AwayError, VendorError
from blocks.quickbooks_desktop.channel import SYSTEM, UnreadableError

UNREADABLE = "0x80040400"
REMEDIES = {
    "0x80040403": "Open the company file in QuickBooks; the next cycle goes on.",
}


def failure(hresult: str, message: str) -> VendorError:
    """Returns the error that a failure of QuickBooks as a whole stands for."""
    said = f"QuickBooks answered {hresult}: {message}".rstrip(": ")
    if hresult.lower() == UNREADABLE:
        return UnreadableError(said, system=SYSTEM, code=hresult)
    return AwayError(said, system=SYSTEM, code=hresult, remedy=REMEDIES.get(hresult.lower(), "The next cycle goes on."))
