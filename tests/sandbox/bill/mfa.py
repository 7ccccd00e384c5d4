"""The second factor, session information, sign-out, and small read-only endpoints."""

from uuid import uuid4

from tests.sandbox.bill.books import Books
from tests.sandbox.bill.endpoints import Call, Endpoint, Reply
from tests.sandbox.bill.fields import Fields, Findings
from tests.sandbox.bill.listings import BANKS
from tests.sandbox.bill.lists import listed
from tests.sandbox.bill.sessions import CODE, Sessions
from tests.sandbox.bill.wire import refusal


class Account:
    """Answers what concerns the session itself."""

    def __init__(self, books: Books, sessions: Sessions) -> None:
        """Starts without challenges."""
        self.books = books
        self.sessions = sessions
        self._challenges: set[str] = set()

    def endpoints(self) -> list[Endpoint]:
        """Returns the endpoints of session, second factor, bank accounts and health."""
        return [
            ("GET", "/v3/login/session", self._info),
            ("POST", "/v3/logout", self._logout),
            ("POST", "/v3/mfa/challenge", self._challenge),
            ("POST", "/v3/mfa/challenge/validate", self._validate),
            ("POST", "/v3/mfa/step-up", self._step_up),
            ("GET", "/v3/mfa/phones", self._phones),
            ("GET", "/v3/funding-accounts/banks", self._banks),
            ("GET", "/v3/health", lambda _call: (200, {"appId": "connect", "appEnv": "loopback"})),
        ]

    def _info(self, call: Call) -> Reply:
        session = call.session
        return 200, {
            "organizationId": session.organization_id,
            "userId": session.user_id,
            "mfaStatus": "PHONE_VERIFICATION",
            "mfaBypass": False,
        }

    def _logout(self, call: Call) -> Reply:
        self.sessions.open.pop(call.session.id, None)
        return 200, None

    def _challenge(self, call: Call) -> Reply:
        self._no_token(call)
        identifier = uuid4().hex
        self._challenges.add(identifier)
        return 200, {"challengeId": identifier}

    def _validate(self, call: Call) -> Reply:
        self._no_token(call)
        findings = Findings()
        fields = Fields(call.body, findings)
        identifier = fields.text("challengeId", required=True)
        token = fields.text("token", required=True)
        device = fields.text("device", required=True, limit=40)
        findings.settle()
        if identifier not in self._challenges or token != CODE:
            raise refusal("BDC_1356", "The code is not valid or has expired")
        self._challenges.discard(identifier)
        call.session.trusted = True
        return 200, {"rememberMeId": self.sessions.remember(device or "")}

    def _step_up(self, call: Call) -> Reply:
        self._no_token(call)
        findings = Findings()
        fields = Fields(call.body, findings)
        remember, device = fields.text("rememberMeId", required=True), fields.text("device", required=True)
        findings.settle()
        if not self.sessions.is_remembered(remember, device):
            raise refusal("BDC_1374", "The remembered device has expired")
        call.session.trusted = True
        return 200, {"trusted": True}

    def _phones(self, _call: Call) -> Reply:
        return 200, {"results": [{"type": "TEXT", "last4digits": "0100", "primary": True}]}

    def _banks(self, call: Call) -> Reply:
        return 200, listed(self.books.banks.values(), call.query, BANKS)

    def _no_token(self, call: Call) -> None:
        if call.session.by_token:
            raise refusal("BDC_1145", "A sync token has no permission for the second factor", 403)
