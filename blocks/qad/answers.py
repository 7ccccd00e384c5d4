"""What QAD's answers mean: by the envelope first, because a refusal comes with HTTP 200 as well."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import httpx

from blocks.calls import READS, BusyError
from blocks.errors import (
    ConfigurationError,
    ConflictError,
    CredentialsError,
    ForbiddenError,
    RefusedError,
    TransientError,
    VendorError,
)
from blocks.exact import decode
from blocks.qad.profile import SYSTEM, Profile
from blocks.redact import redacted

STORES_NOTHING = "qad.stores_nothing"  # a request with this extension is a question, whatever its method
_PARSED = "qad.body"
_NO_SECRETS = frozenset({"Basic", "Bearer", "JSESSIONID"})
_EXCERPT = 200  # characters of a page that should have been JSON
_CHECK_LOGIN = "Check the username and the password of the QAD credentials, and the authentication mode."
_CHECK_ADDRESS = "Check the base address of the QAD credentials, and the paths in their profile overrides."
_CORRECT = "Correct the record, or the mapping that made it."
_GRANT = "An administrator of QAD must give the service user's role access to it, in this workspace."


class Problem(NamedTuple):
    """One error of an answer."""

    code: str
    message: str
    field: str  # QAD's spelling, which may begin with a capital where the record's field does not


class Answer(NamedTuple):
    """The parts of a body that say how it went; `success` is None where there is no submit result."""

    success: bool | None
    problems: list[Problem]


def body_of(response: httpx.Response) -> Any:
    """Returns the parsed JSON of an answer, reading it only once; None for an empty one.

    Raises:
        ValueError: it is not JSON.
    """
    if _PARSED not in response.extensions:
        response.extensions[_PARSED] = decode(response.content) if response.content.strip() else None
    return response.extensions[_PARSED]


def first_record(body: Any, array: str) -> dict[str, Any] | None:
    """Returns the one record of an answer; None for no container or an empty one, which is how QAD says not found.

    Raises:
        TransientError: the container holds something else.
    """
    held = body.get("data") if isinstance(body, dict) else None
    rows = held.get(array) if isinstance(held, dict) else None
    if rows is None or rows == []:
        return None
    if not isinstance(rows, list) or not isinstance(rows[0], dict):
        raise TransientError(f"QAD's answer for {array} holds no records", system=SYSTEM)
    return rows[0]


def remarks_of(stored: dict[str, Any], body: dict[str, Any], name: str) -> list[Any]:
    """Returns QAD's remarks about a write, wherever it put them: in the record, beside it or at the top."""
    beside = body.get("data")
    places = (stored, beside if isinstance(beside, dict) else {}, body)
    found = [place.get(name) for place in places]
    return [remark for remarks in found if isinstance(remarks, list) for remark in remarks]


@dataclass(frozen=True)
class Judge:
    """Returns for a success; raises what an answer stands for otherwise, without any secret in its text.

    Source: QAD fact, answers to reads and writes and both shapes of error.
    """

    profile: Profile
    secrets: Sequence[str] = field(default=(), repr=False)
    quotes: bool = True  # off where a page that should have been JSON may hold a token

    def __call__(self, response: httpx.Response) -> None:
        """Lets a success pass.

        Raises:
            BusyError: QAD turned the call away before doing anything.
            TransientError: a server is in trouble, or something else than QAD answered.
            VendorError: any other kind, by the tables of this file.
        """
        try:
            body = body_of(response)
        except ValueError:
            raise self._by_status(response, []) or self._not_json(response) from None
        answer = _read(body)
        if error := self._by_status(response, answer.problems) or self._by_envelope(response, body, answer):
            raise error

    def _by_status(self, response: httpx.Response, problems: list[Problem]) -> VendorError | None:
        status = response.status_code
        codes = {problem.code for problem in problems}
        meant, because = self.profile.error_codes, self._because(response, problems)
        # Behind a gateway's own 503 page a write may have been done; QAD's own errors say that it was not.
        clear = bool(problems) or not _writes(response.request)
        if status == 429 or codes & meant.busy or (status == 503 and clear):
            wait = _seconds(response.headers.get("Retry-After"))
            return BusyError(f"QAD is busy ({because})", retry_after=wait, system=SYSTEM, code=_code(problems))
        if status == httpx.codes.UNAUTHORIZED or codes & meant.unauthorized:
            return self._error(CredentialsError, f"QAD refuses the sign-in ({because})", problems, _CHECK_LOGIN)
        if status == httpx.codes.FORBIDDEN or codes & meant.forbidden:
            what = f"QAD does not let the user reach {_resource(response.request)} ({because})"
            return self._error(ForbiddenError, what, problems, _GRANT)
        if status >= 500:
            return self._error(TransientError, f"QAD's servers are in trouble ({because})", problems)
        if status in {404, 405} or response.is_redirect:
            what = f"QAD has nothing at {response.request.url.path} ({because})"
            return self._error(ConfigurationError, what, problems, _CHECK_ADDRESS)
        return None

    def _by_envelope(self, response: httpx.Response, body: Any, answer: Answer) -> VendorError | None:
        problems, because = answer.problems, self._because(response, answer.problems)
        writing = _writes(response.request)
        if answer.success is False:
            return self._refused(response, problems, because)
        if answer.success and (problems or not response.is_success):
            # Whether such a write was done is known only after a look.
            return self._error(TransientError, f"QAD contradicts itself: success, and {because}", problems)
        if problems or not response.is_success:
            if writing:
                return self._error(RefusedError, f"QAD refuses it ({because})", problems, _CORRECT)
            what = f"QAD does not understand the request for {_resource(response.request)} ({because})"
            return self._error(ConfigurationError, what, problems, _CHECK_ADDRESS)
        if not isinstance(body, dict | list | None) or (writing and answer.success is None):
            what = f"QAD's answer to {response.request.method} {response.request.url.path} is no result"
            return self._error(TransientError, what, [])
        return None

    def _refused(self, response: httpx.Response, problems: list[Problem], because: str) -> VendorError:
        if {problem.code for problem in problems} & self.profile.error_codes.stale:
            return self._error(ConflictError, f"the record has changed in QAD since it was read ({because})", problems)
        entity = self.profile.entity_at(response.request.url.path)
        names = {wire.lower(): name for name, wire in entity.names.items()} if entity else {}
        return self._error(RefusedError, f"QAD refuses it ({because})", problems, _CORRECT, names)

    def _error(
        self,
        kind: type[VendorError],
        says: str,
        problems: list[Problem],
        remedy: str = "",
        names: dict[str, str] | None = None,
    ) -> VendorError:
        named = next((problem.field for problem in problems if problem.field), "")
        logical = (names or {}).get(named.lower(), named)
        return kind(says, system=SYSTEM, code=_code(problems), field=logical, remedy=remedy)

    def _not_json(self, response: httpx.Response) -> VendorError:
        what, said = _kind_of_page(response), self._excerpt(response)
        says = f"{what} came instead of QAD's JSON (HTTP {response.status_code}{said})"
        if response.status_code >= 400:
            return ConfigurationError(says, system=SYSTEM, remedy=_CHECK_ADDRESS)
        # A login page or a proxy's notice may be gone next time; behind a write it does not tell what was done.
        return TransientError(says, system=SYSTEM, remedy=f"If it stays so: {_CHECK_ADDRESS}")

    def _because(self, response: httpx.Response, problems: list[Problem]) -> str:
        said = "; ".join(_sentence(problem) for problem in problems)
        if not said and _is_html(response):
            said = f"HTTP {response.status_code}, an HTML page instead of JSON"
        return redacted(said or f"HTTP {response.status_code}", *self._hidden(response.request))

    def _excerpt(self, response: httpx.Response) -> str:
        if not self.quotes:
            return ""
        text = " ".join(response.content[:4000].decode(errors="replace").split())
        return f": {redacted(text, *self._hidden(response.request), limit=_EXCERPT)}"

    def _hidden(self, request: httpx.Request) -> list[str]:
        sent = [request.headers.get("Authorization", ""), request.headers.get("Cookie", "")]
        tokens = {part for text in sent for part in text.replace("=", " ").replace(";", " ").split() if len(part) > 3}
        return [*self.secrets, *(tokens - _NO_SECRETS)]


def _writes(request: httpx.Request) -> bool:
    return request.method not in READS and not request.extensions.get(STORES_NOTHING)


def _read(body: Any) -> Answer:
    if not isinstance(body, dict):
        return Answer(None, [])
    result = body.get("submitResult")
    if not isinstance(result, dict):
        return Answer(None, _problems(body.get("errors")))
    problems = _problems(result.get("errors")) or _problems(body.get("errors"))
    severe = result.get("errorSeverity") not in (None, 0)
    if result.get("success") is True and severe and not problems:
        problems = [Problem("", f"severity {result['errorSeverity']}", "")]
    return Answer(result.get("success") is True, problems)


def _problems(rows: Any) -> list[Problem]:
    listed = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return [Problem(*(str(row.get(name) or "") for name in ("code", "message", "fieldName"))) for row in listed]


def _sentence(problem: Problem) -> str:
    named = [f"code {problem.code}" if problem.code else "", f"field {problem.field}" if problem.field else ""]
    marks = ", ".join(filter(None, named))
    return f"{problem.message} [{marks}]" if marks else problem.message


def _code(problems: list[Problem]) -> str:
    return next((problem.code for problem in problems if problem.code), "")


def _resource(request: httpx.Request) -> str:
    """Returns the URN that QAD grants rights by, or else the path."""
    asked = request.url.params
    return asked.get("viewUri") or asked.get("viewURI") or asked.get("browseId") or request.url.path


def _is_html(response: httpx.Response) -> bool:
    return "html" in response.headers.get("Content-Type", "") or response.content[:64].lstrip().startswith(b"<")


def _kind_of_page(response: httpx.Response) -> str:
    return "an HTML page" if _is_html(response) else "something else"


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isdecimal() else None
