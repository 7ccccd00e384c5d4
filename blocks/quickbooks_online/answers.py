"""What QuickBooks Online's answers mean: each fault by its code first, and by the HTTP status where it has none."""

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import httpx

from blocks.calls import BusyError
from blocks.errors import (
    ConfigurationError,
    CredentialsError,
    ForbiddenError,
    TransientError,
    VendorError,
)
from blocks.exact import decode
from blocks.quickbooks_online.account import SYSTEM
from blocks.quickbooks_online.meanings import MEANINGS, TOKEN_REFUSED, meaning_of
from blocks.redact import redacted

THROTTLED = "3001"
MINUTE = 60.0  # Intuit's own advice after a 429; it names no other time


class Problem(NamedTuple):
    """One error of a fault."""

    code: str
    message: str
    field: str


_TRACED = (TransientError, CredentialsError, ForbiddenError, ConfigurationError)
_FAULT = re.compile(rb'"fault"', re.IGNORECASE)
_TRACE = re.compile(r"[\w.-]{1,80}")
_TOKEN = re.compile(r"\b(?:eyJ|RT1-|AB1)[\w.~+/=-]{8,}")


def judge(response: httpx.Response, secrets: Sequence[str] = ()) -> None:
    """Returns for a success; raises what the answer stands for otherwise, without any secret in its text.

    HTTP 200 with a fault is no success.

    Source: QuickBooks Online Accounting API, error codes, limits and throttles.

    Raises:
        BusyError: too many calls; nothing was done.
        TransientError: Intuit's servers are in trouble, or something other than the API answered.
        VendorError: any other kind, by the codes in `blocks.quickbooks_online.meanings`.
    """
    if is_page(response):
        raise TransientError(
            f"{SYSTEM} answered with a page instead of its API's JSON (HTTP {response.status_code}){trace(response)}",
            system=SYSTEM,
        )
    if response.is_success:
        _refuse_other_content(response)
        if not _FAULT.search(response.content):
            return
    hidden = [*secrets, response.request.headers.get("Authorization", "").removeprefix("Bearer ")]
    status = 0 if response.is_success else response.status_code
    if error := fault_of(_body(response), hidden, status, trace(response)):
        raise error


def fault_of(body: Any, secrets: Sequence[str] = (), status: int = 0, traced: str = "") -> VendorError | None:
    """Returns the error that an answer, or an item of a batch, stands for; None if there is no fault in it.

    Args:
        body: parsed JSON, in either of the two spellings of a fault.
        secrets: values that must not appear in the error.
        status: the HTTP status, unless it says success; an error is returned then, whatever the body holds.
        traced: what names the call to Intuit's support.
    """
    fault = _entry(body, "fault")
    if not status and not isinstance(fault, Mapping):
        return None
    found = [_scrubbed(problem, secrets) for problem in problems(body)]
    codes = [problem.code for problem in found if problem.code]
    text = "; ".join(dict.fromkeys(problem.message for problem in found if problem.message))
    code = next((known for known in MEANINGS if known in codes), next(iter(codes), ""))
    because = redacted(": ".join(filter(None, (code, text)))) or (f"HTTP {status}" if status else "no reason given")
    if THROTTLED in codes or status == httpx.codes.TOO_MANY_REQUESTS:
        return busy(f"{SYSTEM} has too many calls ({because})", code)
    kind = str(_entry(fault, "type") or "").lower()
    meaning = meaning_of(code, status, kind)
    return meaning.kind(
        # A refusal is known again by its text, so the text must be the same each time.
        f"{meaning.says} ({because}){traced if issubclass(meaning.kind, _TRACED) else ''}",
        system=SYSTEM,
        code=code,
        field=next((problem.field for problem in found if problem.field), ""),
        remedy=meaning.remedy,
    )


def busy(said: str, code: str = "") -> BusyError:
    """Returns the error of a call that was turned away; those turned away together do not come back together."""
    return BusyError(said, retry_after=MINUTE * random.uniform(1, 1.25), system=SYSTEM, code=code)


def problems(body: Any) -> list[Problem]:
    """Returns the errors of a fault in either spelling; none when there is no fault."""
    rows = _entry(_entry(body, "fault"), "error")
    return [_problem(row) for row in _mappings(rows if isinstance(rows, list) else [rows])]


def token_refused(response: httpx.Response) -> bool:
    """Tells whether new tokens may help: HTTP 401 for the token, or for no reason given by Intuit itself."""
    if response.status_code != httpx.codes.UNAUTHORIZED or is_page(response):
        return False
    codes = {problem.code for problem in problems(_body(response))} - {""}
    return TOKEN_REFUSED in codes or not codes


def is_page(response: httpx.Response) -> bool:
    """Tells whether it is HTML or XML, which the API's JSON never is."""
    return "html" in response.headers.get("Content-Type", "") or response.content[:64].lstrip().startswith(b"<")


def trace(response: httpx.Response) -> str:
    """Returns what names this call to Intuit's support, to be put behind a sentence; empty if it has no name."""
    named: str = response.headers.get("intuit_tid", "")
    return f" [intuit_tid {named}]" if _TRACE.fullmatch(named) else ""


def _problem(row: Mapping[str, Any]) -> Problem:
    code = str(_entry(row, "code") or "").strip().lstrip("0")
    message, detail = (str(_entry(row, name) or "").strip() for name in ("message", "detail"))
    if code == TOKEN_REFUSED:
        detail = ""  # holds the token
    if detail.lower().startswith(message.lower()):
        message = ""
    return Problem(code, ": ".join(filter(None, (message, detail))), str(_entry(row, "element") or ""))


def _scrubbed(problem: Problem, secrets: Sequence[str]) -> Problem:
    return Problem(*(_TOKEN.sub("***", redacted(part, *secrets)) for part in problem))


def _entry(held: Any, name: str) -> Any:
    """Returns what is held under a name, however its letters are cased."""
    if not isinstance(held, Mapping):
        return None
    return next((value for key, value in held.items() if str(key).lower() == name), None)


def _mappings(rows: Iterable[Any]) -> list[Mapping[str, Any]]:
    return [row for row in rows if isinstance(row, Mapping)]


def _body(response: httpx.Response) -> Any:
    try:
        return decode(response.content)
    except ValueError:
        return None


def _refuse_other_content(response: httpx.Response) -> None:
    body = response.content.strip()
    if body and (body[:1], body[-1:]) not in {(b"{", b"}"), (b"[", b"]")}:
        raise TransientError(f"{SYSTEM} answered with something other than whole JSON{trace(response)}", system=SYSTEM)
