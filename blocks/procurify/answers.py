"""What Procurify's answers mean: its errors are not documented, so the HTTP status decides, and texts only explain."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import httpx

from blocks.calls import READS, BusyError
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
from blocks.exact import decode
from blocks.procurify.account import SYSTEM
from blocks.procurify.brake import Brake
from blocks.redact import redacted


class TooSlowError(VendorError):
    """Procurify took too long over a read: the same again will not help, asking for less may."""


class Problem(NamedTuple):
    """One error of an answer."""

    message: str
    code: str = ""
    field: str = ""


_CHECK_USER = (
    "Check the client id and the client secret, and in Procurify that the user who made the application is active."
)
_GRANT = "An administrator of Procurify must give the API user's role this permission."
_CHECK_ADDRESS = "Check the subdomain; if it is right, Procurify has changed its API: tell whoever maintains this."
_CORRECT = "Correct the record, or the mapping that made it."
_MEANT: dict[int, tuple[type[VendorError], str, str]] = {
    400: (RefusedError, "refuses it", _CORRECT),
    409: (ConflictError, "says that the record has changed meanwhile", ""),
    422: (RefusedError, "refuses it", _CORRECT),
}
_ID = re.compile(r"(?<=/)(\d+|[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f-]{27})(?=/)")
_JWT = re.compile(r"\beyJ[\w.~+/=-]{8,}")
_TRACE = re.compile(r"[\w.:-]{1,80}")
_GENERAL = frozenset({"null", "detail", "non_field_errors"})  # keys that are not names of fields


class Judge:
    """Lets a success pass; raises what any other answer stands for, without any secret in its text."""

    def __init__(self, secrets: Sequence[str], brake: Brake) -> None:
        """Keeps these values out of texts, and tells the brake how it went."""
        self._secrets, self._brake = secrets, brake

    def __call__(self, response: httpx.Response) -> None:
        """Returns for a success.

        Raises:
            BusyError: Procurify turned the call away before doing anything.
            CapReachedError: it did so too often.
            TooSlowError: a read took too long.
            TransientError: its servers are in trouble, or something other than its API answered.
            VendorError: any other kind, by the HTTP status.
        """
        status, reading = response.status_code, response.request.method in READS
        body, is_json = _parsed(response)
        problem = self._problem(body, status)
        said = f"({problem.message}){_trace(response)}"
        if status in {429, 503, 504}:
            self._turned_away(response, said, reading)
        self._brake.release()
        if response.is_success and is_json:
            return
        if response.is_success or status >= 500 or status == 408:
            what = "answered with something other than JSON" if response.is_success else "has trouble with its servers"
            raise TransientError(f"{SYSTEM} {what} {said}", system=SYSTEM, code=problem.code)
        raise self._meant(response, problem, said, is_json)

    def _turned_away(self, response: httpx.Response, said: str, reading: bool) -> None:
        status = response.status_code
        wait = self._brake.pull(
            response.headers.get("Retry-After", ""),
            maintenance=status == 503,
            unsure=status != 429 and not reading,
        )
        if status == 504 and reading:
            raise TooSlowError(f"{SYSTEM} took too long over {response.request.url.path} {said}", system=SYSTEM)
        if status == 429 or reading:
            raise BusyError(f"{SYSTEM} turns calls away {said}", retry_after=wait, system=SYSTEM, code=str(status))
        # A gateway's page does not tell whether the write behind it was done.
        raise TransientError(f"{SYSTEM} has trouble with its servers {said}", system=SYSTEM, code=str(status))

    def _meant(self, response: httpx.Response, problem: Problem, said: str, is_json: bool) -> VendorError:
        status, request = response.status_code, response.request
        where = f"{request.method} {endpoint(request.url.path)}"
        if status == 401:
            return CredentialsError(f"{SYSTEM} refuses the sign-in {said}", system=SYSTEM, remedy=_CHECK_USER)
        if status == 403:
            text = f"{SYSTEM} does not let the API user do {where} {said}"
            return ForbiddenError(text, system=SYSTEM, code=problem.code, field=where, remedy=_GRANT)
        if status == 404 and is_json:
            return NotFoundError(f"{SYSTEM} has no such record {said}", system=SYSTEM, code=problem.code)
        kind, says, remedy = _MEANT.get(status, (ConfigurationError, f"does not take {where}", _CHECK_ADDRESS))
        if kind is RefusedError and request.method in READS:
            kind, says, remedy = ConfigurationError, f"does not understand {where}", _CHECK_ADDRESS
        if kind is RefusedError:
            said = f"({problem.message})"  # a refusal is known again by its text, so the text must be the same
        return kind(f"{SYSTEM} {says} {said}", system=SYSTEM, code=problem.code, field=problem.field, remedy=remedy)

    def _problem(self, body: Any, status: int) -> Problem:
        """Returns the answer's errors as one, scrubbed; the echo of the request beside them is never looked at."""
        found = list(problems(body))
        text = "; ".join(dict.fromkeys(f"{one.field}: {one.message}" if one.field else one.message for one in found))
        shown = _JWT.sub("***", redacted(text, *self._secrets)) or f"HTTP {status}"
        return Problem(
            shown,
            next((one.code for one in found if one.code), ""),
            next((redacted(one.field, *self._secrets) for one in found if one.field), ""),
        )


def problems(body: Any) -> Iterator[Problem]:
    """Yields the errors of an answer, in each of the shapes that Procurify has been seen to use."""
    if not isinstance(body, dict):
        return
    errors = body.get("errors")
    if isinstance(errors, dict) and errors:
        for name, held in errors.items():
            for one in held if isinstance(held, list) else [held]:
                yield _one(one, "" if name in _GENERAL else str(name))
        return
    said = next((body[key] for key in ("detail", "message", "description", "error") if body.get(key)), None)
    if isinstance(said, str):
        yield Problem(said)


def endpoint(path: str) -> str:
    """Returns the path with the ids in it left out."""
    return _ID.sub("{id}", path)


def _one(held: Any, field: str) -> Problem:
    if not isinstance(held, dict):
        return Problem(str(held), field=field)
    return Problem(str(held.get("message") or held.get("code") or ""), str(held.get("code") or ""), field)


def _parsed(response: httpx.Response) -> tuple[Any, bool]:
    """Returns the body, and whether it is JSON or nothing at all."""
    if not response.content.strip():
        return None, True
    try:
        return decode(response.content), True
    except ValueError:
        return None, False


def _trace(response: httpx.Response) -> str:
    """Returns what names this call to Procurify's support; empty if it has no name."""
    named = response.headers.get("x-request-id") or response.headers.get("x-procurify-request-id") or ""
    return f" [request {named}]" if _TRACE.fullmatch(named) else ""
