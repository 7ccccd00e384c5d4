"""Intuit's faults: the shape of the accounting service, and the lower-case one of the gateway before it.

Source: developer.intuit.com, error codes and common errors. Texts that no source shows are free wording.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.sandbox.quickbooks_online import times
from tests.sandbox.quickbooks_online.wire import Record


class Refusal(Exception):
    """Carries one reason for which the accounting service refuses a request."""

    def __init__(
        self,
        code: int,
        message: str,
        detail: str = "",
        element: str = "",
        status: int = 400,
        kind: str = "ValidationFault",
    ) -> None:
        """Keeps the reason; the detail is the message unless it is given."""
        super().__init__(f"{code} {message}: {detail}")
        self.status = status
        self._error = {"Message": message, "Detail": detail or message, "code": str(code), "element": element}
        self._kind = kind

    def fault(self) -> Record:
        """Returns the value of the key `Fault`."""
        return {"Error": [dict(self._error)], "type": self._kind}


class Turned(Exception):
    """Carries what the gateway says, before the accounting service has seen the request."""

    def __init__(self, status: int, code: int, name: str, kind: str, detail: str | None = None) -> None:
        """Keeps the parts of the lower-case shape."""
        super().__init__(f"{code} {name}")
        self.status = status
        self._error = {
            "message": f"message={name}; errorCode={code:06d}; statusCode={status}",
            "detail": detail,
            "code": str(code),
            "element": None,
        }
        self._kind = kind

    def body(self, now: datetime) -> Record:
        """Returns the whole body."""
        return {
            "warnings": None,
            "intuitObject": None,
            "fault": {"error": [self._error], "type": self._kind},
            "report": None,
            "queryResponse": None,
            "batchItemResponse": [],
            "attachableResponse": [],
            "syncErrorResponse": None,
            "requestId": None,
            "time": int(now.timestamp() * 1000),
            "status": None,
            "cdcresponse": [],
        }


def faulted(refusal: Refusal, now: datetime) -> Record:
    """Returns the whole body of a fault."""
    return {"Fault": refusal.fault(), "time": times.milliseconds(now)}


def not_signed_in(token: str) -> Turned:
    """Returns the answer to a missing, ended or unknown access token; its detail repeats the token."""
    detail = f"Token expired: {token}" if len(token) > 20 else "Malformed bearer token: too short or too long"
    return Turned(401, 3200, "AuthenticationFailed", "AUTHENTICATION", detail)


def not_this_company() -> Turned:
    """Returns the answer to a token of another company or environment."""
    return Turned(403, 3100, "ApplicationAuthorizationFailed", "SERVICE")


def throttled() -> Turned:
    """Returns the gateway's answer to one request too many."""
    detail = "The request limit was reached.  Try again later"
    return Turned(429, 3001, "ThrottleExceeded", "SERVICE", detail)


def throttled_by_service() -> Refusal:
    """Returns the same as a fault of the accounting service."""
    message = "message=ThrottleExceeded; errorCode=003001; statusCode=429"
    return Refusal(3001, message, "The request limit was reached.  Try again later", status=429, kind="SystemFault")


def unsupported(detail: str) -> Refusal:
    """Returns 500: there is no such operation."""
    return Refusal(500, "Unsupported Operation", detail)


def crashed(status: int = 500) -> Refusal:
    """Returns 10000: the service itself failed; it comes with HTTP 200 too."""
    message = "An application error has occurred while processing your request"
    return Refusal(10000, message, "System Failure Error", status=status, kind="SystemFault")


def not_found() -> Refusal:
    """Returns 610 for an id that nothing has."""
    return Refusal(610, "Object Not Found", "Object Not Found : There is no object with this id.")


def was_deleted() -> Refusal:
    """Returns 610 for a transaction that somebody has deleted."""
    return Refusal(610, "Object Not Found", "Object Not Found : Another user has deleted this transaction.")


def made_inactive(element: str) -> Refusal:
    """Returns 610 for a reference to an inactive record."""
    why = "Something you're trying to use has been made inactive. Check the fields with accounts, customers or vendors."
    return Refusal(610, "Object Not Found", f"Object Not Found : {why}", element)


def cannot_link(why: str) -> Refusal:
    """Returns 620: a link between transactions stands in the way, or cannot be made."""
    return Refusal(620, "Transaction cannot be linked", why)


def bad_property(name: str) -> Refusal:
    """Returns 2010 for a key that the entity does not have."""
    detail = f'Property Name:Unrecognized field "{name}" specified is unsupported or invalid'
    return Refusal(2010, "Request has invalid or unsupported property", detail)


def bad_value(name: str, value: Any) -> Refusal:
    """Returns 2010 for a value of the wrong kind."""
    detail = f"Property Name:failed to parse json object; a property specified is unsupported or invalid: {name}"
    return Refusal(2010, "Request has invalid or unsupported property", f"{detail} ({type(value).__name__})")


def missing(name: str) -> Refusal:
    """Returns 2020 for a required property that was not sent."""
    message = "Required param missing, need to supply the required value for the API"
    return Refusal(2020, message, f"Required parameter {name} is missing in the request", name)


def illegal_characters(name: str, text: str) -> Refusal:
    """Returns 2040 for a name with a colon, tab or newline."""
    message = "Invalid String. The String may contain unsupported or illegal chars"
    return Refusal(2040, message, f"Element contains invalid characters. {text}", name)


def bad_length(name: str, limit: int) -> Refusal:
    """Returns 2050 for a text that is too long."""
    message = "String length is either shorter or longer than supported by specification"
    return Refusal(2050, message, f"{message} : {name} Max:{limit}", name)


def bad_choice(name: str, value: str) -> Refusal:
    """Returns 2170 for a value outside an enumeration."""
    return Refusal(2170, "Invalid Enumeration", f"Invalid Enumeration : {value}", name)


def bad_email(text: str) -> Refusal:
    """Returns 2210 for an address without @ or dot."""
    return Refusal(2210, "Invalid Email Address format", f"Invalid Email Address format : {text}")


def bad_reference(name: str, kind: str, identifier: str) -> Refusal:
    """Returns 2500 for a reference that leads nowhere."""
    detail = f"Invalid Reference Id : {kind} element id {identifier} not found"
    return Refusal(2500, "Invalid Reference Id", detail, name)


def not_parsed(why: str) -> Refusal:
    """Returns 4000 for a statement that is not in the query language."""
    return Refusal(4000, "Error parsing query", f"QueryParserError: {why}")


def bad_query(why: str) -> Refusal:
    """Returns 4001 for a statement that asks what cannot be asked."""
    return Refusal(4001, "Invalid query", why)


def stale() -> Refusal:
    """Returns 5010: somebody else has written meanwhile."""
    why = "You and Dana Field were working on this at the same time."
    done = "Dana Field finished before you did, so your work was not saved."
    return Refusal(5010, "Stale Object Error", f"Stale Object Error : {why} {done}")


def not_included(what: str) -> Refusal:
    """Returns 5020: the edition or a switch of the company does not allow it."""
    return Refusal(5020, "Permission Denied Error", f"Permission Denied Error : {what} is not available here.")


def business(why: str) -> Refusal:
    """Returns 6000: a rule of the books forbids it."""
    message = "A business validation error has occurred while processing your request"
    return Refusal(6000, message, f"Business Validation Error: {why}")


def bad_amount() -> Refusal:
    """Returns 6070: a line's Amount is not Qty times UnitPrice."""
    return Refusal(6070, "Amount calculation incorrect in the request", "Amount is not equal to UnitPrice * Qty.")


def unnamed() -> Refusal:
    """Returns 6080: no name was given."""
    return Refusal(6080, "At least one of the name fields is required", element="DisplayName")


def number_taken(number: str) -> Refusal:
    """Returns 6140: another document has this number."""
    message = "Duplicate Document Number Error"
    why = f"You must specify a different number. This number has already been used. DocNumber={number} is assigned."
    return Refusal(6140, message, f"{message} : {why}")


def period_closed() -> Refusal:
    """Returns 6210: the date lies before the closing of the books."""
    return Refusal(
        6210, "Account Period Closed", "The account period has closed and the account books cannot be updated."
    )


def name_taken(whose: str = "customer, vendor or employee") -> Refusal:
    """Returns 6240: names are unique, whatever the case of their letters."""
    why = f"Another {whose} is already using this name. Please use a different name."
    return Refusal(6240, "Duplicate Name Exists Error", f"The name supplied already exists. : {why}")


EVERY_CALL: dict[str, Callable[[], Refusal]] = {
    "120": lambda: Refusal(
        120,
        "Authorization Failure",
        "AuthorizationFailure: -11014-You do not have access to use QuickBooks Online.",
        status=403,
        kind="AuthorizationFault",
    ),
    "5020": lambda: not_included("This company"),
    "6190": lambda: Refusal(6190, "Invalid Company Status", "Subscription period has ended or canceled."),
    "10000": crashed,
}
