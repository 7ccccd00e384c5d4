"""The signature vectors, rotation, and notifications in their odd forms."""

import json
from decimal import Decimal

import pytest

from blocks.bill.signature import parse, verify

KEY = "Wm9vbS1leGFtcGxlLXNlY3VyaXR5LWtleQ"
GOOD = "O8sd4f1hV/7NiEKawuRiuRBXt2Uhd0SYdpQykvLiF9Q="
PRETTY = "2yncvrwyoxLF8eE/j+fmOazwpkjpGF7PSei7qn7nJNA="
WRAPPED = "z1GU9eoCA3WqMaFTjPrFEmz6s1zmAvKhADrryowIxKI="
BODY = (
    b'{"metadata":{"eventId":"3f0c9a52-6d0e-4b7e-9c57-0d2a4b1f7e11",'
    b'"subscriptionId":"b2a4d6f8-1357-4c9e-8a01-5f6e7d8c9b0a","organizationId":"00802EMUORGAAAAAA001",'
    b'"eventType":"bill.updated","version":"1"},"bill":{"id":"00n02EMUBILLAAAAA001",'
    b'"vendorId":"00902EMUVENDAAAAA001","vendorName":"Northwind Paper Co",'
    b'"invoice":{"invoiceNumber":"NW-1001","invoiceDate":"2026-11-02T00:00:00.000Z"},"amount":412.5,'
    b'"createdTime":"2026-11-02T14:03:11.204+00:00","updatedTime":"2026-11-05T09:41:57.880+00:00",'
    b'"createdBy":"00602EMUUSERAAAAA001","archived":false,"dueDate":"2026-12-02","paymentStatus":"UNPAID",'
    b'"purchaseOrderNumber":"PO-7781"}}'
)
INDENTED = json.dumps(json.loads(BODY), indent=2).encode()
LITERAL = json.dumps(BODY.decode()).encode()


def test_the_worked_examples_hold() -> None:
    assert len(BODY) == 623
    assert verify(BODY, GOOD, [KEY])
    assert verify(b'{"a":1}', "9yAQTa3CbkFsFlRWyq4FX8JsdaiHAsvaHYlVUBjh0RQ=", ["test-security-key"])
    assert not verify(BODY, PRETTY, [KEY])
    assert not verify(BODY, WRAPPED, [KEY])


def test_the_same_json_minified_is_good_as_well() -> None:
    assert verify(INDENTED, PRETTY, [KEY])
    assert verify(INDENTED, GOOD, [KEY])
    assert verify(LITERAL, WRAPPED, [KEY])
    assert verify(LITERAL, GOOD, [KEY])


def test_the_old_key_is_good_while_the_key_is_rotated() -> None:
    assert verify(BODY, GOOD, ["new-key", KEY])
    assert verify(BODY, f" {GOOD}\n", [KEY, "new-key"])


@pytest.mark.parametrize("keys", [[], [""], ["another"]])
def test_without_the_key_nothing_is_good(keys: list[str]) -> None:
    assert not verify(BODY, GOOD, keys)


@pytest.mark.parametrize("raw", [b"", b"\xff", b"not json", b"[" * 100_000, b'"\\ud800"', b'{"a":NaN}'])
@pytest.mark.parametrize("signature", ["", "é", "\ud800", GOOD[:-1], GOOD.lower()])
def test_anything_else_is_refused_without_a_crash(raw: bytes, signature: str) -> None:
    assert not verify(raw, signature, [KEY])


def test_a_changed_body_is_refused() -> None:
    assert not verify(BODY.replace(b"412.5", b"912.5"), GOOD, [KEY])


@pytest.mark.parametrize("raw", [BODY, INDENTED, LITERAL])
def test_a_notification_is_read_in_each_form(raw: bytes) -> None:
    read = parse(raw)
    assert (read.entity, read.record_id) == ("bill", "00n02EMUBILLAAAAA001")
    assert (read.metadata.event_type, read.metadata.event_id[:8]) == ("bill.updated", "3f0c9a52")
    assert read.record["amount"] == Decimal("412.5") and isinstance(read.record["amount"], Decimal)
    assert read.updated_time and read.updated_time.isoformat() == "2026-11-05T09:41:57.880000+00:00"


def test_a_failed_payment_has_no_id() -> None:
    raw = b'{"metadata":{"eventId":"e1","eventType":"payment.failed"},"payment":{"bills":[]},"errors":[{"code":"x"}]}'
    read = parse(raw)
    assert (read.entity, read.record_id, read.updated_time) == ("payment", None, None)
    assert read.errors == ({"code": "x"},)


@pytest.mark.parametrize("raw", [b"[]", b"1", b"{}", b'{"metadata":{}}', b'"text"', b""])
def test_what_is_no_notification_is_a_value_error(raw: bytes) -> None:
    with pytest.raises(ValueError):
        parse(raw)
