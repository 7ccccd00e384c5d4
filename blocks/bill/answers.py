"""What BILL's answers mean: each refusal by its code first, and by the HTTP status only where the code says nothing."""

import json
import random
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import httpx

from blocks.bill.account import SYSTEM
from blocks.calls import BusyError
from blocks.errors import (
    CapReachedError,
    ConfigurationError,
    ConflictError,
    CredentialsError,
    ForbiddenError,
    NotFoundError,
    RefusedError,
    TransientError,
    VendorError,
)
from blocks.redact import redacted

SESSION_REFUSED = "BDC_1109"
CAP_REACHED = "BDC_1144"
TOO_MANY_AT_ONCE = "BDC_1322"
ROLLED_BACK = "BDC_1246"  # an innocent neighbour of the record that failed a bulk request


class Problem(NamedTuple):
    """One row of an error answer."""

    code: str
    message: str
    field: str


class Meaning(NamedTuple):
    """What a code stands for: the kind of error, the sentence, and what a person may do."""

    kind: type[VendorError]
    says: str
    remedy: str = ""


_OTHER_SIDE = (
    "Check the credentials, and that they belong to the environment chosen: sandbox and production have separate ones."
)
_ASK_BILL = "Ask BILL's support, or an administrator of the BILL organization."
_GRANT = "An administrator of the BILL organization must give the API user's role this permission."

# Rows of one answer are weighed in this order, so that a dead session is never reported as a bad record.
MEANINGS: dict[str, Meaning] = {
    SESSION_REFUSED: Meaning(CredentialsError, "BILL refuses the session that it has just issued", _ASK_BILL),
    "BDC_1101": Meaning(CredentialsError, "BILL refuses the username or the password", _OTHER_SIDE),
    "BDC_1102": Meaning(CredentialsError, "BILL does not know the developer key", _OTHER_SIDE),
    "BDC_1103": Meaning(CredentialsError, "the BILL developer key is not active", _OTHER_SIDE),
    "BDC_1104": Meaning(CredentialsError, "the BILL developer terms are not accepted", _ASK_BILL),
    "BDC_1105": Meaning(CredentialsError, "the BILL organization has no API access", _ASK_BILL),
    "BDC_1107": Meaning(CredentialsError, "the BILL organization is locked", _ASK_BILL),
    "BDC_1110": Meaning(CredentialsError, "the BILL login is locked", _ASK_BILL),
    "BDC_1361": Meaning(
        ForbiddenError,
        "BILL wants a session that is trusted by multi-factor authentication (MFA) for this",
        "Give the credentials a remembered MFA id with its device; signing in again does not help.",
    ),
    "BDC_1145": Meaning(ForbiddenError, "the BILL user's role does not allow this", _GRANT),
    "BDC_1150": Meaning(ForbiddenError, "the BILL user may not make online payments", _GRANT),
    "BDC_1205": Meaning(NotFoundError, "BILL has no such record"),
    "BDC_1120": Meaning(NotFoundError, "BILL has no such record"),
    "BDC_1121": Meaning(ConfigurationError, "BILL does not know this address", "Check the base address."),
}

_BY_STATUS: dict[int, Meaning] = {
    401: Meaning(CredentialsError, "BILL refuses the credentials", _OTHER_SIDE),
    403: Meaning(ForbiddenError, "BILL does not allow this", _GRANT),
    404: Meaning(NotFoundError, "BILL has no such record"),
    408: Meaning(TransientError, "BILL gave up waiting for the request"),
    409: Meaning(ConflictError, "BILL says that the record is being changed"),
    423: Meaning(CredentialsError, "the BILL login is locked", _ASK_BILL),
}
_FIELD = re.compile(r"\s*([A-Za-z]\w*(?:\[\d+\])?(?:\.\w+(?:\[\d+\])?)+|[a-z]+[A-Z]\w*)[\s:]")
_NAME = re.compile(r"(?!param)[A-Za-z][\w.]*(?:\[\d+\])?[\w.]*")
_RECORD_ID = re.compile(r"^\s*[0-9a-z]{3}\d{2}[0-9A-Za-z]{15}\W+")
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


def judge(response: httpx.Response, secrets: Sequence[str] = ()) -> None:
    """Returns for a success; raises what the answer stands for otherwise, without any secret in its text.

    Source: BILL v3 API, error codes and rate limits.

    Raises:
        CapReachedError: the hourly cap is spent; it clears at the top of the next clock hour.
        BusyError: too many calls at once; nothing was done.
        TransientError: BILL's servers are in trouble, or something other than BILL's API answered.
        VendorError: any other kind, by the codes above.
    """
    if _is_html(response):
        raise TransientError(
            f"BILL answered with an HTML page instead of its API's JSON (HTTP {response.status_code})", system=SYSTEM
        )
    if response.is_success:
        _refuse_other_content(response)
        return
    request = response.request
    hidden = [*secrets, request.headers.get("sessionId", ""), request.headers.get("devKey", "")]
    found = [Problem(*(redacted(part, *hidden) for part in problem)) for problem in problems(response)]
    text = redacted("; ".join(_sentences(found)))
    error = _limited(response, found, text) or _meant(response, found, text)
    raise error


def problems(response: httpx.Response) -> list[Problem]:
    """Returns the rows of an error answer; none when the body is not BILL's error JSON."""
    try:
        body = json.loads(response.content)
    except ValueError:
        return []
    rows = body if isinstance(body, list) else [body]
    return [_problem(row) for row in rows if isinstance(row, dict) and ("code" in row or "message" in row)]


def session_refused(response: httpx.Response) -> bool:
    """Tells whether a new login may help: HTTP 401 for the session, or for no reason given by BILL itself."""
    if response.status_code != httpx.codes.UNAUTHORIZED or _is_html(response):
        return False
    codes = {problem.code for problem in problems(response)} - {""}
    return SESSION_REFUSED in codes or not codes


def next_hour(now: datetime) -> datetime:
    """Returns the top of the next clock hour, and five seconds for clocks that disagree."""
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1, seconds=5)


def _limited(response: httpx.Response, found: Sequence[Problem], text: str) -> TransientError | None:
    codes = {problem.code for problem in found}
    if CAP_REACHED in codes:
        until = next_hour(datetime.now(UTC))
        said = f"BILL's hourly cap is spent; it opens again at {until:%H:%M} UTC ({CAP_REACHED}: {text})"
        return CapReachedError(said, until, system=SYSTEM, code=CAP_REACHED)
    if TOO_MANY_AT_ONCE in codes or response.status_code == httpx.codes.TOO_MANY_REQUESTS:
        code = TOO_MANY_AT_ONCE if TOO_MANY_AT_ONCE in codes else ""
        # Calls that were turned away together must not come back together.
        wait = _seconds(response.headers.get("Retry-After")) or random.uniform(0.5, 1.5)
        return BusyError(f"BILL has too many calls at once ({text or 429})", retry_after=wait, system=SYSTEM, code=code)
    return None


def _meant(response: httpx.Response, found: Sequence[Problem], text: str) -> VendorError:
    codes = [problem.code for problem in found if problem.code and problem.code != ROLLED_BACK]
    known = next((code for code in MEANINGS if code in codes), "")
    meaning = MEANINGS.get(known) or _BY_STATUS.get(response.status_code) or _by_class(response.status_code)
    code = known or next(iter(codes), found[0].code if found else "")
    because = ": ".join(filter(None, (code, text))) or f"HTTP {response.status_code}"
    return meaning.kind(
        f"{meaning.says} ({because})",
        system=SYSTEM,
        code=code,
        field=next((problem.field for problem in _culprits(found) if problem.field), ""),
        remedy=meaning.remedy,
    )


def _by_class(status: int) -> Meaning:
    if status >= 500:
        return Meaning(TransientError, f"BILL's servers are in trouble, HTTP {status}")
    if status < 400:
        return Meaning(ConfigurationError, "BILL's address leads elsewhere", "Check the base address.")
    return Meaning(RefusedError, "BILL refuses it", "Correct the record, or the mapping that made it.")


def _culprits(found: Sequence[Problem]) -> list[Problem]:
    return [problem for problem in found if problem.code != ROLLED_BACK] or list(found)


def _sentences(found: Sequence[Problem]) -> list[str]:
    """Returns the culprits' messages, each once, whichever record's id it begins with."""
    once: dict[str, str] = {}
    for problem in _culprits(found):
        once.setdefault(_RECORD_ID.sub("", problem.message), problem.message)
    return [message for message in once.values() if message]


def _problem(row: dict[str, Any]) -> Problem:
    params = [param for param in row.get("params") or () if isinstance(param, dict)]
    by_name = {str(param.get("name")): str(param.get("value")) for param in params}
    said = ": ".join(str(row[key]) for key in ("message", "detail") if row.get(key))
    message = _PLACEHOLDER.sub(lambda hole: by_name.get(hole[1], hole[0]), said)
    path = _FIELD.match(f"{_RECORD_ID.sub('', message)} ")
    named = next(filter(_NAME.fullmatch, by_name), "")
    return Problem(str(row.get("code") or ""), message, path[1] if path else named)


def _is_html(response: httpx.Response) -> bool:
    return "html" in response.headers.get("Content-Type", "") or response.content[:64].lstrip().startswith(b"<")


def _refuse_other_content(response: httpx.Response) -> None:
    body = response.content.strip()
    if body and (body[:1], body[-1:]) not in {(b"{", b"}"), (b"[", b"]")}:
        raise TransientError("BILL answered with something other than whole JSON", system=SYSTEM)


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isdecimal() else None
