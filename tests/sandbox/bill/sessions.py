"""Sign-in: sessions, their idle expiry, the second factor."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from starlette.datastructures import Headers

from tests.sandbox.bill.books import Books
from tests.sandbox.bill.fields import Fields, Findings
from tests.sandbox.bill.wire import Record, refusal

_LOGIN_KEYS = frozenset({"username", "password", "organizationId", "devKey", "rememberMeId", "device"})
_REMEMBERED = timedelta(days=30)
_DEVICE_LIMIT = 40  # BILL refused 49 characters and took 19; the limit itself is not published
CODE = "123456"  # what the text message of the second factor says


@dataclass(frozen=True)
class Accounts:
    """Who may sign in, and to what."""

    username: str
    password: str
    organization_id: str
    developer_key: str
    token_name: str
    token_value: str


@dataclass
class Session:
    """One open session; it works only together with the developer key it was opened with."""

    id: str
    developer_key: str
    organization_id: str
    user_id: str
    by_token: bool
    trusted: bool
    used: datetime


@dataclass
class Sessions:
    """Every open session, and the devices that were remembered."""

    books: Books
    accounts: Accounts
    logins: int = 0  # sign-ins asked for, refused ones included
    open: dict[str, Session] = field(default_factory=dict)
    remembered: dict[tuple[str, str], datetime] = field(default_factory=dict)  # since when, by id and device
    _hour: tuple[int, int] = (0, 0)

    def admitted(self, headers: Headers) -> Session:
        """Returns the session a request belongs to, and restarts its idle time.

        Raises:
            Refusal: BDC_1102 for a wrong developer key, BDC_1109 for everything about the session.
        """
        if headers.get("devKey", self.accounts.developer_key) != self.accounts.developer_key:
            raise refusal("BDC_1102", "The developer key is not valid", 401)
        session = self.open.get(headers.get("sessionId", ""))
        now = self.books.frame.clock.now()
        if session is not None and now - session.used > self._idle_limit(session):
            del self.open[session.id]
            session = None
        if session is None or headers.get("devKey") != session.developer_key:
            raise refusal("BDC_1109", "Session is invalid. Please log in.", 401)
        session.used = now
        return session

    def login(self, body: object) -> Record:
        """Opens a session and returns BILL's answer.

        Raises:
            Refusal: the cap is reached, a field is missing or unknown, the key or the credentials are wrong.
        """
        self._count()
        findings = Findings()
        form = Fields(body, findings)
        for key in sorted(set(form.body) - _LOGIN_KEYS):
            form.wrong(key, "unknown field", "BDC_1001")
        given = [form.text(key, required=True) for key in ("username", "password", "organizationId", "devKey")]
        remember = form.text("rememberMeId")
        device = form.text("device", required=remember is not None, limit=_DEVICE_LIMIT)
        findings.settle()
        user, by_token = self._user(*(text or "" for text in given))
        trusted = not by_token and self.is_remembered(remember, device)
        session = Session(
            id=f"02{uuid4().hex.upper()}",
            developer_key=given[3] or "",
            organization_id=given[2] or "",
            user_id=user,
            by_token=by_token,
            trusted=trusted,
            used=self.books.frame.clock.now(),
        )
        self.open[session.id] = session
        return {
            "sessionId": session.id,
            "organizationId": session.organization_id,
            "userId": session.user_id,
            "trusted": self.trusts(session),
        }

    def trusts(self, session: Session) -> bool:
        """Tells whether a session may move money."""
        return session.trusted or (self.books.switches.payments_trusted and not session.by_token)

    def require_trust(self, session: Session) -> None:
        """Passes when the session may move money.

        Raises:
            Refusal: BDC_1145 for a sync token, BDC_1361 for a session without the second factor.
        """
        if session.by_token:
            raise refusal("BDC_1145", "A sync token has no permission to pay", 403)
        if not self.trusts(session):
            raise refusal("BDC_1361", "The session is untrusted; multi-factor authentication is required", 403)

    def remember(self, device: str) -> str:
        """Remembers a device for thirty days and returns its rememberMeId."""
        identifier = uuid4().hex
        self.remembered[identifier, device] = self.books.frame.clock.now()
        return identifier

    def is_remembered(self, identifier: str | None, device: str | None) -> bool:
        """Tells whether this id was minted for this device within thirty days."""
        since = self.remembered.get((identifier or "", device or ""))
        return since is not None and self.books.frame.clock.now() - since <= _REMEMBERED

    def _user(self, username: str, password: str, organization: str, key: str) -> tuple[str, bool]:
        accounts = self.accounts
        if key != accounts.developer_key:
            raise refusal("BDC_1102", "The developer key is not valid", 401)
        if organization == accounts.organization_id:
            if (username, password) == (accounts.username, accounts.password):
                return self.books.user_id, False
            if (username, password) == (accounts.token_name, accounts.token_value):
                return self.books.ids.new("token-user"), True
        raise refusal("BDC_1101", "The username or password is not valid", 401)

    def _count(self) -> None:
        self.logins += 1
        hour = int(self.books.frame.clock.now().timestamp() // 3600)
        count = self._hour[1] + 1 if self._hour[0] == hour else 1
        self._hour = (hour, count)
        cap = self.books.switches.login_cap
        if count > cap:
            message = f"The hourly login cap is reached: {cap}"
            raise refusal("BDC_1144", message, self.books.switches.cap_status)

    def _idle_limit(self, session: Session) -> timedelta:
        switches = self.books.switches
        return timedelta(seconds=switches.token_idle_seconds if session.by_token else switches.session_idle_seconds)
