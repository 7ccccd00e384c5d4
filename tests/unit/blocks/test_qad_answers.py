"""What QAD's answers lead to: success only by the envelope, both shapes of error, pages that are no JSON."""

from typing import Any

import httpx
import pytest

from blocks.calls import BusyError
from blocks.errors import (
    ConfigurationError,
    ConflictError,
    CredentialsError,
    ForbiddenError,
    RefusedError,
    TransientError,
    VendorError,
)
from blocks.qad.answers import Judge
from blocks.qad.profile import Profile

URL = "https://acme.qad.example/clouderp/api/erp/supplierV2s?viewUri=urn:be:com.qad.base.supplier.ISupplierV2"
JUDGE = Judge(Profile.default(), ["hunter-2"])


def rejection(code: str, message: str = "no", field: str = "") -> dict[str, Any]:
    error = {"severity": 1, "code": code, "message": message, "fieldName": field, "fieldValue": "x"}
    return {"submitResult": {"success": False, "errorSeverity": 1, "errors": [error]}}


def bare(code: str) -> dict[str, Any]:
    return {"errors": [{"severity": 1, "code": code, "message": "said so", "fieldName": ""}]}


def judged(
    status: int = 200, *, method: str = "POST", headers: dict[str, str] | None = None, **body: Any
) -> VendorError:
    request = httpx.Request(method, URL, headers={"Authorization": "Bearer 5b0c77aa11223344"})
    with pytest.raises(VendorError) as raised:
        JUDGE(httpx.Response(status, headers=headers, request=request, **body))
    return raised.value


def passes(method: str, body: Any) -> None:
    JUDGE(httpx.Response(200, json=body, request=httpx.Request(method, URL)))


@pytest.mark.parametrize(
    "body",
    [
        {"submitResult": {"success": True, "errorSeverity": 0, "errors": []}, "data": {}},
        {"submitResult": {"success": True}, "data": {}},
    ],
)
def test_a_write_succeeds_by_its_submit_result(body: dict[str, Any]) -> None:
    passes("POST", body)


@pytest.mark.parametrize("body", [{}, {"data": {}}, {"data": [], "errors": []}])
def test_a_read_needs_no_submit_result(body: dict[str, Any]) -> None:
    passes("GET", body)


def test_http_200_without_success_refuses_the_record_and_names_the_field() -> None:
    error = judged(json=rejection("47", "Value is too long: at most 28 characters.", "CreditTermsCode"))
    assert type(error) is RefusedError
    assert (error.code, error.field) == ("47", "credit_terms")
    assert "at most 28 characters" in str(error)


def test_an_unknown_field_name_is_kept_as_it_came() -> None:
    assert judged(json=rejection("47", "no", "AddressSearchName")).field == "AddressSearchName"


def test_the_stale_code_is_the_tenants() -> None:
    assert type(judged(json=rejection("88"))) is ConflictError
    tenant = Judge(Profile.default().merged({"error_codes": {"stale": ["4711"]}}))
    with pytest.raises(ConflictError):
        tenant(httpx.Response(200, json=rejection("4711"), request=httpx.Request("POST", URL)))
    with pytest.raises(RefusedError):
        tenant(httpx.Response(200, json=rejection("88"), request=httpx.Request("POST", URL)))


@pytest.mark.parametrize("status", [200, 400, 403])
def test_a_bare_403_names_the_right_that_is_missing(status: int) -> None:
    error = judged(status, json=bare("403"))
    assert type(error) is ForbiddenError
    assert "urn:be:com.qad.base.supplier.ISupplierV2" in str(error)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, {"json": bare("401")}, CredentialsError),
        (401, {"html": "<html>Sign in</html>"}, CredentialsError),
        (403, {"html": "<html>Blocked</html>"}, ForbiddenError),
        (404, {"html": "<html>Not Found</html>"}, ConfigurationError),
        (405, {"json": bare("405")}, ConfigurationError),
        (302, {"text": ""}, ConfigurationError),
        (429, {"json": bare("429")}, BusyError),
        (200, {"json": bare("429")}, BusyError),
        (503, {"html": "<html>Down</html>"}, TransientError),
        (500, {"json": bare("500")}, TransientError),
        (502, {"html": "<html>Bad gateway</html>"}, TransientError),
        (200, {"html": "<html>Sign in</html>"}, TransientError),
        (200, {"text": '{"submitResult": {"succ'}, TransientError),
        (400, {"text": "Bad Request"}, ConfigurationError),
        (400, {"json": bare("61")}, RefusedError),
        (200, {"json": bare("61")}, RefusedError),
        (200, {"json": {"data": {}}}, TransientError),
        (200, {"text": ""}, TransientError),
        (200, {"json": "ok"}, TransientError),
        (200, {"json": {"submitResult": {"success": "true"}}}, RefusedError),
        (200, {"json": {"submitResult": {"success": True, "errorSeverity": 1}}}, TransientError),
        (200, {"json": {"submitResult": {"success": True, "errors": [{"message": "hm"}]}}}, TransientError),
    ],
)
def test_each_answer_to_a_write_has_its_kind(status: int, body: dict[str, Any], kind: type[VendorError]) -> None:
    assert type(judged(status, **body)) is kind


def test_an_error_about_a_read_is_about_the_profile() -> None:
    assert type(judged(400, method="GET", json=bare("5"))) is ConfigurationError


def test_html_is_named_as_such() -> None:
    for status in (200, 404, 502):
        assert "HTML" in str(judged(status, html="<html>hello</html>"))


def test_the_wait_that_qad_asks_for_is_kept() -> None:
    error = judged(429, json=bare("429"), headers={"Retry-After": "7"})
    assert isinstance(error, BusyError)
    assert error.retry_after == 7


@pytest.mark.parametrize("status", [200, 400, 500])
def test_no_text_holds_a_secret(status: int) -> None:
    said = "hunter-2 and Bearer 5b0c77aa11223344, token=5b0c77aa11223344, 5b0c77aa11223344"
    for body in ({"json": rejection("1", said)}, {"text": said}, {"html": f"<html>{said}</html>"}):
        text = str(judged(status, **body))
        assert "hunter-2" not in text
        assert "5b0c77aa" not in text


def test_a_long_page_is_cut() -> None:
    assert len(str(judged(200, text="x" * 100_000))) < 400
