"""What QuickBooks Online's error codes stand for, and who must do what."""

from typing import NamedTuple

from blocks.errors import (
    ConfigurationError,
    ConflictError,
    CredentialsError,
    ForbiddenError,
    NotFoundError,
    RefusedError,
    TransientError,
    VendorError,
)

TOKEN_REFUSED = "3200"  # noqa: S105 - a code


class Meaning(NamedTuple):
    """What a code stands for: the kind of error, the sentence, and who may do what."""

    kind: type[VendorError]
    says: str
    remedy: str = ""


_CONNECT = "An administrator of the QuickBooks Online company must connect it again in the browser."
_CORRECT = "Correct the record, or the mapping that made it."
_EDITION = (
    "The company's owner must choose an edition that has it (Plus or Advanced for purchase orders, classes and"
    " locations), or switch it on in QuickBooks: Account and settings, Expenses or Advanced."
)

# Errors of one answer are weighed in this order, so that a dead token is never reported as a bad record.
MEANINGS: dict[str, Meaning] = {
    TOKEN_REFUSED: Meaning(
        CredentialsError, "QuickBooks Online refuses the access token that it has just issued", _CONNECT
    ),
    "3100": Meaning(
        CredentialsError,
        "QuickBooks Online does not know this app in this company: the realm id or the environment is wrong, or the"
        " company was disconnected",
        f"Check the realm id and the environment of the credentials. {_CONNECT}",
    ),
    "120": Meaning(
        ForbiddenError,
        "the QuickBooks Online user who gave the consent has lost the right to it",
        _CONNECT,
    ),
    "6190": Meaning(
        ForbiddenError,
        "the company's QuickBooks Online subscription has ended or is not valid",
        "The company's owner must renew the subscription at Intuit.",
    ),
    "5020": Meaning(
        ForbiddenError, "the company's QuickBooks Online edition or a switch of it does not allow this", _EDITION
    ),
    "5030": Meaning(
        ForbiddenError, "the company's QuickBooks Online edition or a switch of it does not support this", _EDITION
    ),
    "10000": Meaning(TransientError, "QuickBooks Online's servers are in trouble"),
    "5010": Meaning(ConflictError, "the QuickBooks Online record was changed since it was read"),
    "610": Meaning(
        NotFoundError,
        "QuickBooks Online has no such record, or it was made inactive",
        "Make it active again in QuickBooks, or map to another one.",
    ),
    "6210": Meaning(
        RefusedError,
        "the books are closed for this date in QuickBooks Online",
        "An accountant of the company must move the closing date, or the record needs a later date.",
    ),
    "6140": Meaning(
        RefusedError,
        "QuickBooks Online has this document number already",
        "Change the number on one of the two documents, or allow duplicates.",
    ),
    "6240": Meaning(
        RefusedError,
        "a vendor, customer or employee of this name is in QuickBooks Online already",
        "Change one of the two names.",
    ),
}

_BY_STATUS: dict[int, Meaning] = {
    401: Meaning(CredentialsError, "QuickBooks Online refuses the access token", _CONNECT),
    403: Meaning(ForbiddenError, "QuickBooks Online does not allow this", _CONNECT),
    404: Meaning(ConfigurationError, "QuickBooks Online does not know this address", "Check the base address."),
    408: Meaning(TransientError, "QuickBooks Online gave up waiting for the request"),
}
_BY_TYPE: dict[str, Meaning] = {
    "authenticationfault": _BY_STATUS[401],
    "authorizationfault": _BY_STATUS[403],
    "authorizatonfault": _BY_STATUS[403],  # as the schema spells it
}
_REFUSED = Meaning(RefusedError, "QuickBooks Online refuses it", _CORRECT)


def meaning_of(code: str, status: int, kind: str) -> Meaning:
    """Returns the meaning of a fault: by its code, or the HTTP status (0 for a success), or the fault's own type."""
    return MEANINGS.get(code) or _BY_STATUS.get(status) or _BY_TYPE.get(kind) or _by_class(status)


def _by_class(status: int) -> Meaning:
    if status >= 500:
        return Meaning(TransientError, f"QuickBooks Online's servers are in trouble, HTTP {status}")
    if 300 <= status < 400:
        return Meaning(ConfigurationError, "QuickBooks Online's address leads elsewhere", "Check the base address.")
    return _REFUSED
