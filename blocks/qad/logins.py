"""The requests that open and renew a session at QAD, in each of its ways."""

from collections.abc import Mapping
from typing import Any

import httpx

from blocks.calls import BusyError
from blocks.errors import ConfigurationError, CredentialsError, TransientError, VendorError
from blocks.qad.account import AUTO, QadAccount
from blocks.qad.answers import Judge, body_of
from blocks.qad.profile import SYSTEM
from blocks.redact import redacted
from blocks.sessions import Session

TOKEN, REFRESH, CLIENT = "token", "refresh_token", "client_id"
SECONDS, IDLE_SECONDS = "seconds", "idle_seconds"  # what QAD's security control says
GOOD_FOR = "good_for"  # the smallest known life of the session, in seconds
_CHECK = "Check the username, the password and the client id of the QAD credentials."


class Logins:
    """Opens sessions for one account; nothing is kept here, and no secret is ever in an address."""

    def __init__(self, http: httpx.AsyncClient, account: QadAccount) -> None:
        """Uses this HTTP client, without its signing."""
        self._http = http
        self._account = account
        self._paths = account.profile.paths
        self._judge = Judge(account.profile, account.secrets(), quotes=False)

    async def token(self, old: Session | None) -> Session:
        """Returns a session with a new token: by the old one's refresh token, or else by the password.

        Raises:
            CredentialsError: QAD refuses the user, the password or the client id.
            BusyError: QAD gave no answer for now; whatever waited for the session was not sent.
        """
        if old and old.values.get(REFRESH):
            try:
                return await self._granted({"grant_type": "refresh_token", REFRESH: old.values[REFRESH]}, old.values)
            except CredentialsError:
                pass  # the refresh token has lapsed too; the password is still good
        known = await self._discovered() if self._account.client_id == AUTO else {CLIENT: self._account.client_id}
        form = {"grant_type": "password", "username": self._account.username, "password": self._account.password}
        return await self._granted(form, known)

    async def session(self, old: Session | None) -> Session:
        """Returns a new server session, which goes as a cookie.

        Raises:
            CredentialsError: QAD refuses the user or the password.
            BusyError: QAD gave no answer for now.
        """
        form = {"username": self._account.username, "password": self._account.password}
        reply = await self._send("POST", self._paths.session_login, json=form)
        _refuse(reply, self._account)
        session_id = _text(self._body(reply), "sessionId")
        known = await self._lifetimes({"Cookie": f"JSESSIONID={session_id}"})
        return self._session({TOKEN: session_id, **known}, None)

    async def _granted(self, form: dict[str, str], known: Mapping[str, str]) -> Session:
        reply = await self._send("POST", self._paths.token, data={**form, CLIENT: known[CLIENT]})
        _refuse(reply, self._account)
        body = self._body(reply)
        token = _text(body, "access_token")
        if SECONDS not in known and IDLE_SECONDS not in known:
            known = {**known, **await self._lifetimes({"Authorization": f"Bearer {token}"})}
        refresh = body.get(REFRESH)
        kept = {name: known[name] for name in (CLIENT, SECONDS, IDLE_SECONDS) if name in known}
        return self._session({TOKEN: token, **kept, REFRESH: refresh if isinstance(refresh, str) else ""}, body)

    def _session(self, values: dict[str, str], body: dict[str, Any] | None) -> Session:
        """Returns the session with the smallest known lifetime."""
        lives = [whole for whole in (_whole((body or {}).get("expires_in")), _whole(values.get(SECONDS))) if whole]
        return Session(values={**values, GOOD_FOR: str(min(lives, default=self._account.profile.lifetime.fallback))})

    async def _discovered(self) -> dict[str, str]:
        reply = await self._send("GET", self._paths.security_control, headers={"Authorization": self._account.basic()})
        try:
            self._judge(reply)
        except TransientError as error:
            raise BusyError(str(error), system=SYSTEM, code=error.code) from error
        except VendorError as error:
            remedy = f"{_CHECK} If QAD has Basic sign-in switched off, enter the client id instead of {AUTO!r}."
            raise type(error)(f"QAD does not tell its client id: {error}", system=SYSTEM, remedy=remedy) from error
        found = self._control(reply)
        if CLIENT not in found:
            raise ConfigurationError(
                "QAD's security control names no client id",
                system=SYSTEM,
                field="client_id",
                remedy="Enter the client id from QAD's administration page for client ids.",
            )
        return found

    async def _lifetimes(self, headers: dict[str, str]) -> dict[str, str]:
        """Returns the lifetimes that QAD tells; none if it does not tell them to this user."""
        reply = await self._send("GET", self._paths.security_control, headers=headers)
        try:
            self._judge(reply)
        except VendorError:
            return {}
        return {name: value for name, value in self._control(reply).items() if name != CLIENT}

    def _control(self, reply: httpx.Response) -> dict[str, str]:
        control = pointed(body_of(reply), self._paths.security_pointer)
        control = control if isinstance(control, dict) else {}
        length, idle = _whole(control.get("sessionLength")), _whole(control.get("timeoutMinutes"))
        found = {CLIENT: control.get("clientId"), SECONDS: length * 60, IDLE_SECONDS: idle * 60}
        return {name: str(value) for name, value in found.items() if value}

    async def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            return await self._http.request(method, path, auth=None, **options)
        except httpx.TransportError as error:
            # The request that needed the session was not sent, so that even a write may be repeated.
            raise BusyError(f"QAD's sign-in gave no answer ({type(error).__name__})", system=SYSTEM) from error

    def _body(self, reply: httpx.Response) -> dict[str, Any]:
        body = body_of(reply)
        return body if isinstance(body, dict) else {}


def pointed(body: Any, pointer: str) -> Any:
    """Returns what a JSON pointer leads to; None if it leads nowhere."""
    for part in pointer.strip("/").split("/"):
        if isinstance(body, list):
            body = body[int(part)] if part.isdecimal() and int(part) < len(body) else None
        else:
            body = body.get(part) if isinstance(body, dict) else None
    return body


def _refuse(reply: httpx.Response, account: QadAccount) -> None:
    """Lets a successful login pass; a 400 that says why is about the credentials, for a login holds nothing else."""
    try:
        body = body_of(reply)
    except ValueError:
        body = None
    code = body.get("error") if isinstance(body, dict) else None
    if reply.is_success and isinstance(body, dict) and not code:
        return
    if reply.status_code in {400, 401} and body is not None:
        said = redacted(str((body.get("error_description") if code else "") or ""), *account.secrets())
        why = ": ".join(filter(None, (str(code or f"HTTP {reply.status_code}"), said)))
        raise CredentialsError(f"QAD refuses the sign-in ({why})", system=SYSTEM, code=str(code or ""), remedy=_CHECK)
    try:
        Judge(account.profile, account.secrets(), quotes=False)(reply)
    except TransientError as error:
        wait = getattr(error, "retry_after", None)
        raise BusyError(str(error), retry_after=wait, system=SYSTEM, code=error.code) from error
    except VendorError as error:
        raise type(error)(f"QAD's sign-in: {error}", system=SYSTEM, code=error.code, remedy=error.remedy) from error
    raise CredentialsError(f"QAD refuses the sign-in (HTTP {reply.status_code})", system=SYSTEM, remedy=_CHECK)


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not (value.isascii() and value.isprintable() and value) or " " in value:
        raise BusyError(f"QAD's sign-in answered without {name}", system=SYSTEM)
    return value


def _whole(value: Any) -> int:
    """Returns a count above zero, or 0 for anything else."""
    try:
        return max(int(value), 0)
    except (TypeError, ValueError):
        return 0
