"""What QuickBooks Desktop's codes mean for us: who must act, and whether the same may go later."""

from typing import NamedTuple

from blocks.errors import (
    BusyRecordError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    RefusedError,
    TransientError,
    VendorError,
)
from blocks.quickbooks_desktop.answers import UNSAID, Answer
from blocks.quickbooks_desktop.channel import SYSTEM
from blocks.quickbooks_desktop.hresults import REMEDIES, UNREADABLE, failure

OK, NOTHING, SOME_MISSING, MISSING, FEATURE_OFF = 0, 1, 500, 3120, 3250
UNREAD = 3999  # our own code: QuickBooks could not read this one message, and did nothing of it
NAME_TAKEN, STALE = 3100, 3200
NO_RIGHT = frozenset({3260, 3261})
OTHER_CONTENT, NO_ANSWER_KEPT, SET_ID_TOO_LONG, NOT_KEPT = 9001, 9002, 9004, 9005  # of a message set as a whole
UNSURE = frozenset({1000, 1010, OTHER_CONTENT, NO_ANSWER_KEPT})  # whether it was done is not said
_LOCKED = ("another user", "other user", "locked", "in use", "being used", "is open", "currently being")


class Meaning(NamedTuple):
    """What a code stands for: the kind of error, the sentence, and who may do what."""

    kind: type[VendorError]
    says: str
    remedy: str = ""


_CORRECT = "Correct the record, or the mapping that made it."
_AGAIN = "Nobody: it is tried again in the next run."
_REMAP = f"Look it up in {SYSTEM}: it was deleted, merged or renamed; correct the mapping, then replay the record."
_REPORT = "Report it to whoever runs this program, with the code; the record can be replayed after a correction."
_ACCOUNTANT = "An accountant of the company must move the closing date in QuickBooks, or the record needs a later date."
_CLOSED = f"the books are closed for this date in {SYSTEM}"
_LOOK = f"Look in {SYSTEM} whether the record is there; only if it is not, enter it there, or replay the record."
_FORMAT = f"{SYSTEM} cannot take a value of it"

MEANINGS: dict[int, Meaning] = {
    1000: Meaning(TransientError, f"{SYSTEM} had an internal error", _AGAIN),
    1010: Meaning(TransientError, f"{SYSTEM} was not available", _AGAIN),
    1030: Meaning(RefusedError, f"this {SYSTEM} does not know such a message", "Install a newer QuickBooks."),
    1060: Meaning(RefusedError, f"{SYSTEM} refuses the request's own number", _REPORT),
    3000: Meaning(RefusedError, f"{SYSTEM} does not take an id in it", _REMAP),
    3040: Meaning(RefusedError, f"{SYSTEM} does not take an amount in it", _CORRECT),
    3070: Meaning(RefusedError, f"a text of it is too long for {SYSTEM}", "Shorten it in the source system."),
    3090: Meaning(RefusedError, f"{SYSTEM} cannot store a value of it", "Remove colons and signs from its names."),
    NAME_TAKEN: Meaning(RefusedError, f"{SYSTEM} has this name already", "Change one of the two names."),
    MISSING: Meaning(RefusedError, f"{SYSTEM} has not (any more) what it names", _REMAP),
    3130: Meaning(RefusedError, f"{SYSTEM} has not the entry above it", _REMAP),
    3140: Meaning(RefusedError, f"{SYSTEM} has not a vendor, account, class or term that it names", _REMAP),
    3150: Meaning(RefusedError, f"{SYSTEM} misses something in it", _CORRECT),
    3160: Meaning(RefusedError, f"{SYSTEM} does not let it be deleted", "Remove in QuickBooks what depends on it."),
    3161: Meaning(RefusedError, _CLOSED, _ACCOUNTANT),
    3170: Meaning(RefusedError, f"{SYSTEM} could not change it", "See in QuickBooks what keeps it from being changed."),
    3171: Meaning(RefusedError, _CLOSED, _ACCOUNTANT),
    3175: Meaning(BusyRecordError, f"somebody works on it in {SYSTEM}", f"Close its window in {SYSTEM}. {_AGAIN}"),
    3176: Meaning(
        BusyRecordError, f"somebody works in {SYSTEM} on what it refers to", f"Close the window in {SYSTEM}. {_AGAIN}"
    ),
    3180: Meaning(RefusedError, f"{SYSTEM} could not save it", "See what QuickBooks says, and correct that there."),
    STALE: Meaning(ConflictError, f"it was changed in {SYSTEM} since it was read", _AGAIN),
    3210: Meaning(RefusedError, f"a rule of {SYSTEM} is against it", _CORRECT),
    3231: Meaning(BusyRecordError, f"{SYSTEM} did not come to it, because of another one", _AGAIN),
    FEATURE_OFF: Meaning(
        RefusedError,
        f"a feature that it needs is off in {SYSTEM}, or not in this edition",
        "An administrator must switch it on in QuickBooks (Edit, Preferences), or the rules must not use it.",
    ),
    3260: Meaning(
        RefusedError,
        f"the QuickBooks user of the Web Connector may not do this in {SYSTEM}",
        "The QuickBooks Admin must give that user the right: Company, Users, Set Up Users and Roles.",
    ),
    3261: Meaning(
        RefusedError,
        f"this program may not see such data in {SYSTEM}",
        "The QuickBooks Admin must allow it: Edit, Preferences, Integrated Applications, Company Preferences,"
        " Properties, access to personal data.",
    ),
    3270: Meaning(RefusedError, f"{SYSTEM} misses an account to post it to", _CORRECT),
    3290: Meaning(RefusedError, f"{SYSTEM} has its lines in another order", "Replay the record."),
    UNREAD: Meaning(RefusedError, f"{SYSTEM} cannot read it", _REPORT),
    OTHER_CONTENT: Meaning(
        RefusedError,
        f"{SYSTEM} has done something else under the same message set, and the record was not found there",
        _LOOK,
    ),
    NO_ANSWER_KEPT: Meaning(
        RefusedError,
        f"{SYSTEM} knows the message set and has kept no answer to it, and the record was not found there",
        _LOOK,
    ),
    SET_ID_TOO_LONG: Meaning(RefusedError, f"{SYSTEM} does not take the id of the message set", _REPORT),
    UNSAID: Meaning(RefusedError, f"{SYSTEM} gave no code", _REPORT),
}


def problem(answer: Answer) -> VendorError | None:
    """Returns the error that an answer to a write stands for; None if the record was written."""
    if 0 <= answer.code < 1000:
        return None  # below 500 all is well; from there on it was written, and something of it was passed over
    meaning = _meaning(answer)
    because = f"{answer.code}: {answer.text}".rstrip(": ")
    return meaning.kind(f"{meaning.says} ({because})", system=SYSTEM, code=str(answer.code), remedy=meaning.remedy)


def query_problem(answer: Answer) -> VendorError | None:
    """Returns the error that an answer to a query stands for; none if it is only that something is not there.

    What a company does not use, such as classes, it has none of.
    """
    if answer.code in (MISSING, FEATURE_OFF):
        return None
    error = problem(answer)
    if error is None or answer.code not in NO_RIGHT:
        return error
    return ForbiddenError(str(error), system=SYSTEM, code=error.code, remedy=error.remedy)


def refusal(error: VendorError) -> RefusedError:
    """Returns the error as one of its record alone; what may go later is tried again in the next run.

    Raises:
        VendorError: it is of another kind, which other records would meet too.
    """
    if isinstance(error, RefusedError):
        return error
    kind: type[RefusedError] = BusyRecordError
    if isinstance(error, NotFoundError):
        kind = RefusedError
    elif not isinstance(error, ConflictError | TransientError):
        raise error
    return kind(str(error), system=error.system, code=error.code, field=error.field, remedy=error.remedy)


def _meaning(answer: Answer) -> Meaning:
    if answer.code in (3170, 3180) and any(word in answer.text.lower() for word in _LOCKED):
        return MEANINGS[3175]
    return MEANINGS.get(answer.code) or _by_range(answer.code)


def _by_range(code: int) -> Meaning:
    if 2000 <= code < 3000:
        return Meaning(RefusedError, f"this version of {SYSTEM} does not take it", "Install a newer QuickBooks.")
    if 3000 <= code < 3100:
        return Meaning(RefusedError, _FORMAT, _CORRECT)
    return Meaning(RefusedError, f"{SYSTEM} refuses it", _CORRECT)


__all__ = ["MEANINGS", "REMEDIES", "UNREADABLE", "Meaning", "failure", "problem", "query_problem", "refusal"]
