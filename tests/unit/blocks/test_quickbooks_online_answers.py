"""What QuickBooks Online's answers stand for, and that they give nothing away."""

import traceback
from typing import Any

import httpx
import pytest

from blocks.calls import BusyError
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
from blocks.quickbooks_online.answers import fault_of, judge, token_refused

SECRETS = ("client-secret-1", "refresh-token-1", "verifier-1")
REQUEST = httpx.Request(
    "POST", "https://qbo.test/v3/company/1/vendor", headers={"Authorization": "Bearer access-token-1"}
)
TRACE = {"intuit_tid": "1-6650a1b2-3c4d5e6f"}


def fault(code: str, message: str = "said", detail: str = "", kind: str = "ValidationFault", **more: Any) -> Any:
    return {"Fault": {"Error": [{"Message": message, "Detail": detail, "code": code, **more}], "type": kind}}


def gateway(code: str, message: str, detail: str | None = None) -> Any:
    error = {"message": message, "detail": detail, "code": code, "element": None}
    return {"warnings": None, "fault": {"error": [error], "type": "SERVICE"}, "time": 1785429816085}


def judged(status: int, body: Any) -> VendorError:
    with pytest.raises(VendorError) as caught:
        judge(httpx.Response(status, json=body, request=REQUEST, headers=TRACE), SECRETS)
    return caught.value


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, "3200", CredentialsError),
        (403, "3100", CredentialsError),
        (429, "3001", BusyError),
        (403, "3001", BusyError),
        (400, "120", ForbiddenError),
        (403, "5020", ForbiddenError),
        (400, "5030", ForbiddenError),
        (400, "6190", ForbiddenError),
        (400, "610", NotFoundError),
        (400, "5010", ConflictError),
        (400, "6210", RefusedError),
        (400, "6240", RefusedError),
        (400, "6140", RefusedError),
        (400, "2020", RefusedError),
        (400, "4001", RefusedError),
        (400, "500", RefusedError),
        (400, "99999", RefusedError),
        (500, "10000", TransientError),
        (503, "99999", TransientError),
    ],
)
@pytest.mark.parametrize("shape", [fault, gateway])
def test_the_code_decides_before_the_status(status: int, code: str, kind: type[VendorError], shape: Any) -> None:
    error = judged(status, shape(code, "said"))
    assert type(error) is kind
    assert (error.system, error.code) == ("QuickBooks Online", code)


@pytest.mark.parametrize(("code", "kind"), [("10000", TransientError), ("6240", RefusedError), ("610", NotFoundError)])
def test_a_fault_in_a_success_counts(code: str, kind: type[VendorError]) -> None:
    assert type(judged(200, fault(code))) is kind


def test_a_success_that_only_speaks_of_faults_is_one() -> None:
    body = {"BatchItemResponse": [{"bId": "a", **fault("610")}], "Vendor": {"DisplayName": "Fault", "fault": None}}
    judge(httpx.Response(200, json=body, request=REQUEST))
    judge(httpx.Response(200, content=b"", request=REQUEST))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, ConfigurationError),
        (400, RefusedError),
        (401, CredentialsError),
        (403, ForbiddenError),
        (404, ConfigurationError),
        (408, TransientError),
        (413, RefusedError),
        (429, BusyError),
        (500, TransientError),
        (502, TransientError),
        (504, TransientError),
    ],
)
def test_the_status_decides_where_there_is_no_code(status: int, kind: type[VendorError]) -> None:
    assert type(judged(status, None)) is kind


@pytest.mark.parametrize("kind", ["AuthorizationFault", "AuthorizatonFault"])
def test_a_missing_right_is_known_by_either_spelling(kind: str) -> None:
    assert isinstance(judged(200, fault("77", kind=kind)), ForbiddenError)


def test_a_throttled_call_waits_a_minute_and_not_together_with_the_others() -> None:
    errors = [judged(429, gateway("3001", "ThrottleExceeded")) for _ in range(50)]
    waits = [error.retry_after for error in errors if isinstance(error, BusyError) and error.retry_after]
    assert len(set(waits)) > 1
    assert 60 <= min(waits) <= max(waits) <= 75


def test_a_refusal_says_what_intuit_said_once_and_where() -> None:
    detail = "Duplicate Name Exists Error : Another customer, vendor or employee is already using this name."
    error = judged(400, fault("6240", "Duplicate Name Exists Error", detail, element="DisplayName"))
    assert str(error).count("Duplicate Name Exists Error") == 1
    assert "Another customer" in str(error) and error.field == "DisplayName"


def test_all_errors_of_a_fault_are_told_and_the_gravest_decides() -> None:
    body = fault("2020", "Required param missing")
    body["Fault"]["Error"].append({"Message": "Stale Object Error", "code": "5010"})
    error = judged(400, body)
    assert isinstance(error, ConflictError) and error.code == "5010"
    assert "Required param missing; Stale Object Error" in str(error)


def test_each_kind_says_who_must_do_what() -> None:
    assert "edition" in str(judged(403, fault("5020"))) and "switch it on" in judged(403, fault("5020")).remedy
    assert "realm id or the environment" in str(judged(403, gateway("3100", "x")))
    assert "books are closed" in str(judged(400, fault("6210"))) and "accountant" in judged(400, fault("6210")).remedy
    assert "owner" in judged(400, fault("6190")).remedy
    assert "administrator" in judged(400, fault("120")).remedy


def test_the_trace_is_told_where_support_needs_it_and_a_refusal_stays_the_same_each_time() -> None:
    assert TRACE["intuit_tid"] in str(judged(500, fault("10000")))
    assert TRACE["intuit_tid"] in str(judged(403, gateway("3100", "x")))
    assert TRACE["intuit_tid"] not in str(judged(400, fault("6000")))


@pytest.mark.parametrize(
    "body", [{}, [], "text", [1], {"Fault": None}, {"Fault": {"Error": [1, None]}}, {"fault": {"error": "x"}}, None]
)
def test_an_odd_body_never_crashes(body: Any) -> None:
    assert isinstance(judged(400, body), RefusedError)


def test_an_item_of_a_batch_is_judged_by_itself() -> None:
    assert fault_of({"bId": "a", "Vendor": {"Id": "1"}}) is None
    assert fault_of(None) is None
    error = fault_of({"bId": "a", **fault("6000", "said client-secret-1")}, SECRETS)
    assert isinstance(error, RefusedError) and "client-secret-1" not in str(error)


@pytest.mark.parametrize("status", [200, 401, 404, 502])
@pytest.mark.parametrize("page", ["<html>Sign in</html>", '<?xml version="1.0"?><IntuitResponse/>'])
def test_a_page_is_trouble_that_passes(status: int, page: str) -> None:
    with pytest.raises(TransientError, match="page instead"):
        judge(httpx.Response(status, text=page, request=REQUEST))


@pytest.mark.parametrize("body", [b'{"Vendor":', b'{"BatchItemResponse": [{"Fault": {', b"OK"])
def test_half_an_answer_is_no_success(body: bytes) -> None:
    with pytest.raises(TransientError):
        judge(httpx.Response(200, content=body, request=REQUEST))


def test_only_a_refused_token_is_cured_by_new_ones() -> None:
    def answer(status: int, body: Any) -> httpx.Response:
        return httpx.Response(status, json=body, request=REQUEST)

    assert token_refused(answer(401, gateway("3200", "AuthenticationFailed")))
    assert token_refused(answer(401, gateway("003200", "AuthenticationFailed")))
    assert token_refused(httpx.Response(401, request=REQUEST))
    assert not token_refused(answer(401, fault("120")))
    assert not token_refused(answer(403, gateway("3100", "x")))
    assert not token_refused(httpx.Response(401, html="<html>proxy</html>", request=REQUEST))


def test_the_token_that_intuit_repeats_is_not_told_whatever_it_looks_like() -> None:
    error = judged(401, gateway("3200", "AuthenticationFailed", "Token expired: opaque-9"))
    assert "AuthenticationFailed" in str(error) and "opaque-9" not in str(error)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 429, 500])
@pytest.mark.parametrize("code", ["3200", "3100", "3001", "120", "610", "5010", "6000", "10000"])
@pytest.mark.parametrize("shape", [fault, gateway])
def test_no_secret_is_in_any_error(status: int, code: str, shape: Any) -> None:
    others = ("eyJlbmMiOiJBMTI4Q0JDLUhTMjU2", "RT1-39-H3-1785429816abcdef")  # tokens that we have not seen
    leak = " ".join((*SECRETS, "access-token-1", *others))
    error = judged(status, shape(code, leak, f"Token expired: {leak}"))
    told = "".join(traceback.format_exception(error)) + repr(vars(error))
    assert not [secret for secret in (*SECRETS, "access-token-1", *others) if secret in told]
