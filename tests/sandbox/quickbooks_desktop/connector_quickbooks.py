"""The QuickBooks of one PC as the Web Connector reaches it: opened, asked, and sometimes dead."""

from collections.abc import Iterable

from tests.sandbox.quickbooks_desktop.connector_company import Company
from tests.sandbox.quickbooks_desktop.errors import ProcessorError

REFUSALS = {
    "0x80040401": "Could not access QuickBooks.",
    "0x80040402": "Unexpected error. Check the qbsdklog.txt file for possible, additional information.",
    "0x80040403": "Could not open the specified QuickBooks company data file.",
    "0x80040406": "Invalid QuickBooks company data file name.",
    "0x80040408": "Could not start QuickBooks.",
    "0x8004040A": "A QuickBooks company data file is already open and it is different from the one requested.",
    "0x8004040D": "The ticket parameter is invalid.",
    "0x80040414": "A modal dialog box is showing in the QuickBooks user interface.",
    "0x80040416": "If QuickBooks is not running, a call must include the name of the data file.",
    "0x80040417": "There is no company file currently open.",
    "0x80040418": "This application has not accessed this QuickBooks company data file before.",
    "0x8004041A": "This application does not have permission to access this QuickBooks company data file.",
    "0x8004041D": "Automatic login is not allowed for this application.",
    "0x80040420": "The QuickBooks user has denied access.",
    "0x80040422": "This application requires the other file access mode, but the file is open in this one.",
    "0x80040438": "There is more than one instance of QuickBooks running.",
}


class RefusedOpeningError(Exception):
    """QuickBooks or its company file could not be opened."""

    def __init__(self, hresult: str, message: str = "", code: str = "QBWC1013") -> None:
        """Keeps what QuickBooks said, and the code that QBWC shows for it."""
        self.code = code
        self.hresult, self.message = hresult, message or REFUSALS.get(hresult, "QuickBooks found an error.")
        super().__init__(f"{hresult}: {self.message}")


class QuickBooks:
    """What is installed, open and refused on one PC.

    `shown` is the company file that the user has open, or None while QuickBooks is closed. Each attempt to open takes
    one of `refusals` (an HRESULT each) until there are none left; QBWC makes two attempts before it tells the service.
    """

    def __init__(self, company: Company, others: Iterable[Company] = (), unattended: bool = True) -> None:
        """The user has `company` open; the other files are on the disk."""
        self.shown: Company | None = company
        self.files = {one.path.lower(): one for one in (company, *others)}
        self.unattended = unattended
        self.refusals: list[str] = []
        self.attempts = 0
        self._lost: Company | None = None  # what was open when QuickBooks died

    def die(self) -> None:
        """QuickBooks is closed."""
        self.shown, self._lost = None, self.shown

    def restart(self) -> None:
        """The user has opened again what was open when QuickBooks died, if it died."""
        if self._lost is not None:
            self.shown, self._lost = self._lost, None

    def open(self, path: str) -> Company:
        """Returns the company file of that path, or the one that is open for "".

        Raises:
            RefusedOpeningError: neither of two attempts succeeded.
        """
        try:
            return self._attempt(path)
        except RefusedOpeningError:
            return self._attempt(path)

    def _attempt(self, path: str) -> Company:
        self.attempts += 1
        if self.refusals:
            raise RefusedOpeningError(self.refusals.pop(0))
        if not path:
            if self.shown is None:
                raise RefusedOpeningError("0x80040416")
            return self.shown
        wanted = self.files.get(path.lower())
        if wanted is None:
            raise RefusedOpeningError("0x80040406")
        if self.shown is not None and self.shown is not wanted:
            raise RefusedOpeningError("0x8004040A")
        if self.shown is None and not self.unattended:
            raise RefusedOpeningError("0x8004041D")
        return wanted


def claim(company: Company, owner_id: str, machine: str, hresult: str) -> None:
    """The company file is locked for an update of this machine.

    Raises:
        RefusedOpeningError: another machine's update is under way, or ended without unlocking; or QuickBooks does
            not answer the first queries.
    """
    try:
        company.greeting(owner_id)
    except ProcessorError as failure:
        raise RefusedOpeningError(failure.hresult, failure.message, "QBWC1014") from failure
    if not company.lock(machine):
        raise RefusedOpeningError(hresult, f"The company file is locked by an update of {company.locked_by}.")
