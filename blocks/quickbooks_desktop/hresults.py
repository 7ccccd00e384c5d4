"""What it means that QuickBooks Desktop as a whole could not work: who must act, and how."""

from blocks.errors import AwayError, ConfigurationError, ForbiddenError, VendorError
from blocks.quickbooks_desktop.channel import SYSTEM, UnreadableError

UNREADABLE = "0x80040400"
_ITSELF = "Nobody needs to act: the Web Connector's next cycle tries again."
_ADMIN = (
    "The QuickBooks Admin must open the company file in single-user mode, run the Web Connector once, and allow it:"
    ' "Yes, always; allow access even if QuickBooks is not running".'
)
_GOES_ON = "the next cycle goes on."
_OPEN = f"Open the company file in QuickBooks on that machine, or name its path in the credentials; {_GOES_ON}"
REMEDIES: dict[str, str] = {
    "0x80040401": f"Start QuickBooks on that machine, as the Windows user of the Web Connector; {_GOES_ON}",
    "0x80040402": _ITSELF,
    "0x80040403": f"Open the company file in QuickBooks; {_GOES_ON}",
    "0x80040406": "Correct the company file's path in the credentials, or leave it empty for the file that is open.",
    "0x80040408": f"Start QuickBooks on that machine; {_GOES_ON}",
    "0x8004040a": f"Close the other company file in QuickBooks, and open the one of this connection; {_GOES_ON}",
    "0x8004040d": _ITSELF,
    "0x80040410": f"Open the company file in the other mode (File, Switch to Single-user or Multi-user); {_GOES_ON}",
    "0x80040413": "Report it to whoever runs this program: QuickBooks cannot roll back.",
    "0x80040414": f"Answer or close the dialog that is open in QuickBooks on that machine; {_GOES_ON}",
    "0x80040416": _OPEN,
    "0x80040417": _OPEN,
    "0x80040418": _ADMIN,
    "0x8004041a": _ADMIN,
    "0x8004041d": _ADMIN,
    "0x8004041f": "The company needs another edition of QuickBooks: Pro, Premier or Enterprise.",
    "0x80040420": _ADMIN,
    "0x80040422": f"Open the company file in the other mode (File, Switch to Single-user or Multi-user); {_GOES_ON}",
    "0x80040423": "Install QuickBooks 2014 or newer, which reads qbXML 13.0.",
    "0x80040424": f"Wait until QuickBooks has started on that machine; {_GOES_ON}",
    "0x80040438": f"Close all but one QuickBooks on that machine; {_GOES_ON}",
}
_FORBIDDEN = frozenset({"0x80040418", "0x8004041a", "0x8004041d", "0x8004041f", "0x80040420"})
_WRONG = frozenset({"0x80040413", "0x80040423"})


def failure(hresult: str, message: str) -> VendorError:
    """Returns the error that a failure of QuickBooks as a whole stands for; its code may be spelled in any case."""
    said = f"QuickBooks answered {hresult}: {message}".rstrip(": ")
    code = hresult.strip().lower()
    if code == UNREADABLE:
        return UnreadableError(said, system=SYSTEM, code=hresult, remedy="Report it to whoever runs this program.")
    kind = ForbiddenError if code in _FORBIDDEN else ConfigurationError if code in _WRONG else AwayError
    return kind(said, system=SYSTEM, code=hresult, remedy=REMEDIES.get(code, _ITSELF))
