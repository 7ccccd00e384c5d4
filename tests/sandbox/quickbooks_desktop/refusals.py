"""What one request is told when it fails: statusCode, severity and text, in QuickBooks' own words."""

from decimal import Decimal

_QUICKBOOKS = "  QuickBooks error message: "
_NOT_IN_LIST = f"{_QUICKBOOKS}Invalid argument.  The specified record does not exist in the list."


class Refusal(Exception):
    """A request that is answered with a status other than 0."""

    def __init__(self, code: int, text: str, body: str = "") -> None:
        """Keeps the status; the severity follows from the code's range; `body` is what comes back all the same."""
        super().__init__(f"{code}: {text}")
        self.code, self.text, self.body = code, text, body

    @property
    def severity(self) -> str:
        """Info, Warn or Error."""
        return severity(self.code)


def severity(code: int) -> str:
    """Returns what the range of a statusCode stands for."""
    if code < 500:
        return "Info"
    return "Warn" if code < 1000 else "Error"


def nothing_found() -> Refusal:
    """Returns 1: a filter or range matches nothing."""
    return Refusal(1, "A query request did not find a matching object in QuickBooks")


def bad_request_id(given: str) -> Refusal:
    """Returns 1060."""
    return Refusal(1060, f'The request ID "{given}" is invalid.')


def bad_id(given: str, field: str) -> Refusal:
    """Returns 3000: that cannot be an id of QuickBooks."""
    return Refusal(3000, f'The given object ID "{given}" in the field "{field}" is invalid.')


def unconverted(code: int, what: str, given: str, field: str) -> Refusal:
    """Returns 3010 to 3060: a value is not of its type."""
    return Refusal(code, f'There was an error when converting the {what} value "{given}" in the field "{field}".')


def bad_range(code: int, first: str, last: str) -> Refusal:
    """Returns 3030, 3031 or 3035: a range ends before it begins."""
    return Refusal(code, f'The range from "{first}" to "{last}" is invalid.')


def too_long(given: str, field: str) -> Refusal:
    """Returns 3070."""
    return Refusal(3070, f'The string "{given}" in the field "{field}" is too long.')


def not_storable(given: str, field: str) -> Refusal:
    """Returns 3090."""
    return Refusal(3090, f'There was an error when storing "{given}" in the "{field}" field.')


def name_taken(name: str) -> Refusal:
    """Returns 3100."""
    return Refusal(3100, f'The name "{name}" of the list element is already in use.')


def missing_object(identifier: str) -> Refusal:
    """Returns 3120."""
    return Refusal(3120, f'Object "{identifier}" specified in the request cannot be found.{_NOT_IN_LIST}')


def bad_parent(name: str, of: str) -> Refusal:
    """Returns 3130."""
    return Refusal(3130, f'There is an invalid reference to a parent "{name}" in the {of} list.{_NOT_IN_LIST}')


def bad_reference(to: str, name: str, where: str) -> Refusal:
    """Returns 3140."""
    text = f'There is an invalid reference to QuickBooks {to} "{name}" in the {where}.{_NOT_IN_LIST}'
    return Refusal(3140, text)


def missing_element(field: str) -> Refusal:
    """Returns 3150."""
    return Refusal(3150, f'There is a missing element: "{field}".')


def not_deletable(identifier: str) -> Refusal:
    """Returns 3160."""
    text = f'Cannot delete the object specified by the id = "{identifier}".'
    return Refusal(3160, f"{text}{_QUICKBOOKS}This object is in use.")


def not_modifiable(what: str, why: str) -> Refusal:
    """Returns 3170."""
    return Refusal(3170, f"There was an error when modifying a {what}.{_QUICKBOOKS}{why}")


def period_closed(what: str, code: int = 3171) -> Refusal:
    """Returns 3171, or 3161 for a deletion."""
    text = f"An attempt was made to modify a {what} with a date that is on or before the closing date of the company."
    return Refusal(code, text)


def in_use(identifier: str) -> Refusal:
    """Returns 3175: the object is open in a window."""
    text = f'There was an error adding, modifying or deleting "{identifier}" because it is already in use.'
    return Refusal(3175, text)


def related_in_use(identifier: str) -> Refusal:
    """Returns 3176: an object that would change too is open in a window."""
    text = "There was an error adding, modifying, or deleting an object because a related object"
    return Refusal(3176, f'{text} "{identifier}" is already in use.')


def not_saved(what: str, why: str) -> Refusal:
    """Returns 3180."""
    return Refusal(3180, f"There was an error when saving a {what}.{_QUICKBOOKS}{why}")


def stale(sequence: str, body: str = "") -> Refusal:
    """Returns 3200."""
    return Refusal(3200, f'The provided edit sequence "{sequence}" is out-of-date.', body)


def rule(field: str, value: str | Decimal, why: str) -> Refusal:
    """Returns 3210: a rule of QuickBooks forbids the value."""
    return Refusal(3210, f'The "{field}" field has an invalid value "{value}".{_QUICKBOOKS}{why}')


def overpaid(field: str, value: Decimal) -> Refusal:
    """Returns 3210 for more than what is open."""
    return rule(f"{field} payment amount", value, "You cannot pay more than the amount due.")


def not_processed() -> Refusal:
    """Returns 3231: an earlier request of the set has failed."""
    return Refusal(3231, "The request has not been processed.")


def not_enabled() -> Refusal:
    """Returns 3250."""
    return Refusal(3250, "This feature is not enabled or not available in this version of QuickBooks.")


def not_allowed() -> Refusal:
    """Returns 3260."""
    return Refusal(3260, "Insufficient permission level to perform this action.")


def no_personal_data() -> Refusal:
    """Returns 3261."""
    return Refusal(3261, "The integrated application has no permission to access sensitive data.")


def no_account(what: str) -> Refusal:
    """Returns 3270."""
    return Refusal(3270, f"There is a missing posting account in the {what}.")


def wrong_order(what: str) -> Refusal:
    """Returns 3290."""
    return Refusal(3290, f"The lines of the {what} are not in the order in which they are stored.")


def incomplete(names: list[str], body: str) -> Refusal:
    """Returns 500 with what was found; the text names the first one that was not."""
    text = "The query request has not been fully completed. There was a required element"
    return Refusal(500, f'{text} ("{names[0]}") that could not be found in QuickBooks.', body)
