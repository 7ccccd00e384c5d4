"""What can go wrong with a vendor, named by what to do next and who must do it."""

from datetime import datetime
from typing import Any


class VendorError(Exception):
    """A vendor did not do what was asked; `str()` is one sentence for a person, without secrets."""

    def __init__(self, message: str, *, system: str = "", code: str = "", field: str = "", remedy: str = "") -> None:
        """Keeps the sentence, the vendor's own code and field, and what a person may do about it."""
        super().__init__(message)
        self.system = system  # "BILL", "QAD"
        self.code = code  # the vendor's own code
        self.field = field  # the vendor's field that it complains about, if it named one
        self.remedy = remedy  # who must act, and how


class TransientError(VendorError):
    """The same request may succeed later: connection trouble, busy vendor, 5xx, an HTML error page."""


class AnswerLostError(TransientError):
    """A write was sent and no answer came: it may or may not have been done; look it up before repeating it."""


class AwayError(TransientError):
    """The system cannot be called and is not there now: it comes by itself, so nobody waits for it here any longer."""


class CapReachedError(TransientError):
    """A call budget is spent; nothing will succeed before `until`, so stop and come back then."""

    def __init__(self, message: str, until: datetime, *, system: str = "", code: str = "") -> None:
        """Keeps the moment (aware) from which calls may succeed again."""
        super().__init__(message, system=system, code=code, remedy="Nobody needs to act: it goes on by itself.")
        self.until = until

    def __reduce__(self) -> tuple[Any, ...]:
        """Lets the error travel between processes with its moment."""
        return _cap_reached, (str(self), self.until, self.system, self.code)


def _cap_reached(message: str, until: datetime, system: str, code: str) -> CapReachedError:
    return CapReachedError(message, until, system=system, code=code)


class RefusedError(VendorError):
    """The vendor refuses this record; sending the same again is useless, a person must change something."""


class BusyRecordError(RefusedError):
    """The vendor does not take this record now, because somebody works on it there; the next run tries again."""


class ConflictError(VendorError):
    """The record changed since it was read; read it again and repeat."""


class NotFoundError(VendorError):
    """The vendor has no record with that id."""


class CredentialsError(VendorError):
    """The vendor refuses the credentials; the connection stops until a person renews them."""


class ConsentNeededError(CredentialsError):
    """A person must give consent again in the browser; nothing else helps."""


class ForbiddenError(VendorError):
    """The credentials are good but lack a right; an administrator of that system must grant it."""


class ConfigurationError(VendorError):
    """An address, path or name is wrong for this instance; whoever set the connection up must correct it."""
