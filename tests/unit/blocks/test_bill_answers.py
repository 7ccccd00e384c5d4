"""What BILL's answers stand for, and that they give nothing away."""

import traceback
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from blocks.bill.answers import judge, next_hour
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

SECRETS = ("pass-word-1", "dev-key-1", "remember-1")
REQUEST = httpx.Request(
    "POST", "https://bill.test/connect/v3/bills/bulk", headers={"sessionId": "session-1", "devKey": "dev-key-1"}
)


def judged(status: int, rows: Any) -> VendorError:
    with pytest.raises(VendorError) as caught:
        judge(httpx.Response(status, json=rows, request=REQUEST), SECRETS)
    return caught.value


def row(code: str, message: str = "said", **more: Any) -> dict[str, Any]:
    return {"code": code, "message": message, "severity": "ERROR", "category": "REQUEST", **more}


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (422, "BDC_1144", CapReachedError),
        (429, "BDC_1144", CapReachedError),
        (422, "BDC_1322", BusyError),
        (429, "BDC_1322", BusyError),
        (401, "BDC_1109", CredentialsError),
        (400, "BDC_1101", CredentialsError),
        (401, "BDC_1102", CredentialsError),
        (401, "BDC_1103", CredentialsError),
        (423, "BDC_1110", CredentialsError),
        (403, "BDC_1361", ForbiddenError),
        (422, "BDC_1145", ForbiddenError),
        (404, "BDC_1205", NotFoundError),
        (400, "BDC_1120", NotFoundError),
        (404, "BDC_1121", ConfigurationError),
        (400, "BDC_1143", RefusedError),
        (422, "BDC_1159", RefusedError),
        (400, "BDC_9999", RefusedError),
        (409, "BDC_9999", ConflictError),
        (500, "BDC_1001", TransientError),
    ],
)
def test_the_code_decides_before_the_status(status: int, code: str, kind: type[VendorError]) -> None:
    error = judged(status, [row(code)])
    assert type(error) is kind
    assert (error.system, error.code) == ("BILL", code)


def test_a_cap_lasts_until_the_next_clock_hour() -> None:
    assert next_hour(datetime(2026, 12, 31, 23, 59, tzinfo=UTC)) == datetime(2027, 1, 1, 0, 0, 5, tzinfo=UTC)
    error = judged(422, [row("BDC_1144")])
    assert isinstance(error, CapReachedError) and error.until > datetime.now(UTC)


def test_wrong_credentials_hint_at_the_other_environment() -> None:
    assert "sandbox and production" in judged(401, [row("BDC_1102")]).remedy


def test_an_untrusted_session_says_mfa() -> None:
    assert "MFA" in str(judged(403, [row("BDC_1361", "session expired")]))


def test_all_reasons_are_told_once_and_the_neighbours_are_left_out() -> None:
    rows = [
        row("BDC_1246", "rolled back"),
        row("BDC_1143", "00n02EMUBILLAAAAA001: too long"),
        row("BDC_1143", "00n02EMUBILLAAAAA002: too long"),
        row("BDC_1129", "address.country must not be null"),
    ]
    error = judged(400, rows)
    assert str(error).count("too long") == 1
    assert "must not be null" in str(error) and "rolled back" not in str(error)
    assert (error.code, error.field) == ("BDC_1143", "address.country")


def test_a_placeholder_is_filled_from_the_params() -> None:
    params = [{"name": "paramName0", "value": "dueDate"}]
    assert "dueDate is missing" in str(judged(400, [row("BDC_1117", "${paramName0} is missing", params=params)]))


@pytest.mark.parametrize("body", [{}, [], "text", [1], {"code": None}, [{"message": None, "params": [1]}], None])
def test_an_odd_body_never_crashes(body: Any) -> None:
    assert isinstance(judged(400, body), RefusedError)


@pytest.mark.parametrize("status", [200, 401, 404, 502])
def test_a_page_for_browsers_is_trouble_that_passes(status: int) -> None:
    page = httpx.Response(status, html="<html>Sign in</html>", request=REQUEST)
    with pytest.raises(TransientError, match="HTML"):
        judge(page)


def test_half_an_answer_is_no_success() -> None:
    with pytest.raises(TransientError):
        judge(httpx.Response(200, content=b'{"id":', request=REQUEST))
    judge(httpx.Response(200, content=b"", request=REQUEST))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 500])
@pytest.mark.parametrize("code", ["BDC_1101", "BDC_1109", "BDC_1143", "BDC_1144", "BDC_1205", "BDC_1322", "BDC_1361"])
def test_no_secret_is_in_any_error(status: int, code: str) -> None:
    leak = f"password {SECRETS[0]} key {SECRETS[1]} id {SECRETS[2]} sessionId=session-1 session-1"
    error = judged(status, [row(code, leak, detail=leak, params=[{"name": leak, "value": leak}])])
    told = "".join(traceback.format_exception(error)) + repr(vars(error))
    assert not [secret for secret in (*SECRETS, "session-1") if secret in told]
