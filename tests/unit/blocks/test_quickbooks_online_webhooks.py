"""The signature vectors, and the events of both formats in their odd forms."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from blocks.quickbooks_online.signature import verify
from blocks.quickbooks_online.webhooks import Event, parse

TOKEN = "7f3c1b9a-5d2e-4c8f-9a61-0e4d2b7c8f55"
CURRENT = (
    b'[{"specversion":"1.0","id":"0b6c2f3e-7a41-4d0d-9a63-5b1f0c9e2a10","source":"intuit.dGVzdC1zb3VyY2U=",'
    b'"type":"qbo.purchaseorder.updated.v1","datacontenttype":"application/json","time":"2026-07-01T17:04:05.000Z",'
    b'"intuitentityid":"162","intuitaccountid":"9341450000000001","data":{}}]'
)
CURRENT_SIGNED = "hJLMMSPZkqNODxZMM9rg7GChVXELMUg/DFltrHGGQRc="
WITH_NEWLINE_SIGNED = "vMEDrhSM4HVVGdeT72vjITQnW3w+5ExRSZx6Q80LN9c="
LEGACY = (
    b'{"eventNotifications":[{"realmId":"9341450000000001","dataChangeEvent":{"entities":[{"name":"PurchaseOrder",'
    b'"id":"162","operation":"Update","lastUpdated":"2026-07-01T17:04:05.000Z"}]}}]}'
)
LEGACY_SIGNED = "unzfh1FnPWm4l/m+matz9srHiN4oZRmGxGdMOLvQ7GI="
AT = datetime(2026, 7, 1, 17, 4, 5, tzinfo=UTC)


def current(**changed: Any) -> bytes:
    """Returns the worked example with some values changed, or left out if None."""
    [event] = json.loads(CURRENT)
    return json.dumps([{name: held for name, held in (event | changed).items() if held is not None}]).encode()


def legacy(*entities: Any, realm: Any = "9341450000000001") -> bytes:
    """Returns a notification in the legacy format."""
    company = {"realmId": realm, "dataChangeEvent": {"entities": list(entities)}}
    return json.dumps({"eventNotifications": [company]}).encode()


def change(name: str = "PurchaseOrder", operation: str = "Update", **more: Any) -> dict[str, Any]:
    """Returns one change of a legacy notification."""
    return {"name": name, "id": "162", "operation": operation, "lastUpdated": "2026-07-01T17:04:05.000Z"} | more


def one(raw: bytes) -> Event:
    """Returns the only event."""
    [event] = parse(raw)
    return event


def test_the_worked_examples_hold() -> None:
    assert (len(CURRENT), len(LEGACY)) == (281, 186)
    assert verify(CURRENT, CURRENT_SIGNED, [TOKEN])
    assert verify(LEGACY, LEGACY_SIGNED, [TOKEN])
    assert verify(CURRENT + b"\n", WITH_NEWLINE_SIGNED, [TOKEN])
    assert not verify(CURRENT + b"\n", CURRENT_SIGNED, [TOKEN])
    assert not verify(CURRENT, WITH_NEWLINE_SIGNED, [TOKEN])


def test_every_byte_counts() -> None:
    for at in range(0, len(CURRENT), 7):
        changed = CURRENT[:at] + bytes([CURRENT[at] ^ 1]) + CURRENT[at + 1 :]
        assert not verify(changed, CURRENT_SIGNED, [TOKEN])
    assert not verify(json.dumps(json.loads(CURRENT), indent=1).encode(), CURRENT_SIGNED, [TOKEN])


def test_the_old_token_is_good_beside_the_new_one_and_blanks_around_the_header_do_no_harm() -> None:
    assert verify(CURRENT, f" {CURRENT_SIGNED} ", ["new", TOKEN])


@pytest.mark.parametrize("tokens", [[], [""], ["another"], [TOKEN.upper()]])
def test_without_the_token_nothing_is_good(tokens: list[str]) -> None:
    assert not verify(CURRENT, CURRENT_SIGNED, tokens)


@pytest.mark.parametrize("signature", ["", "é", "\ud800", CURRENT_SIGNED[:-1], CURRENT_SIGNED.lower(), "="])
def test_other_signatures_are_refused_without_a_crash(signature: str) -> None:
    assert not verify(CURRENT, signature, [TOKEN])


def test_both_formats_say_the_same() -> None:
    new, old = one(CURRENT), one(LEGACY)
    assert new[1:5] == old[1:5] == ("purchaseorder.updated", "162", "9341450000000001", AT)
    assert new.event_id == "0b6c2f3e-7a41-4d0d-9a63-5b1f0c9e2a10"
    assert json.loads(new.said) == json.loads(CURRENT)[0]


@pytest.mark.parametrize(
    ("kind", "operation", "wanted"),
    [
        ("qbo.billpayment.void.v1", "Void", "billpayment.void"),
        ("qbo.billpayment.voided.v1", "Voided", "billpayment.void"),
        ("qbo.billpayment.created.v1", "Create", "billpayment.created"),
        ("qbo.billpayment.deleted.v2", "Delete", "billpayment.deleted"),
        ("QBO.BillPayment.Emailed.v1", "Emailed", "billpayment.emailed"),
        ("billpayment.merged", "Merge", "billpayment.merged"),
        ("qbo.billpayment.invented.v1", "Invented", "billpayment.invented"),
    ],
)
def test_one_spelling_for_each_kind_of_event(kind: str, operation: str, wanted: str) -> None:
    assert one(current(type=kind)).event_type == wanted
    assert one(legacy(change("BillPayment", operation))).event_type == wanted


def test_a_legacy_event_has_an_id_that_is_the_same_each_time_and_its_own() -> None:
    several = [
        change(),
        change(id="163"),
        change(operation="Delete"),
        change("Vendor"),
        change(lastUpdated="2026-07-01T17:04:06.000Z"),
    ]
    ids = [event.event_id for event in [*parse(legacy(*several)), one(legacy(change(), realm="2"))]]
    assert len(set(ids)) == 6
    assert one(LEGACY).event_id == ids[0]


def test_a_merge_is_told_of_both_records() -> None:
    kept, lost = parse(legacy(change("Vendor", "Merge", id="56", deletedId="71")))
    assert (kept.event_type, kept.record_id) == ("vendor.merged", "56")
    assert (lost.event_type, lost.record_id) == ("vendor.merged", "71")
    assert kept.event_id != lost.event_id and kept.changed_at == lost.changed_at == AT


@pytest.mark.parametrize(
    "where", [{"data": {"deletedId": "71"}}, {"intuitdeletedid": "71"}, {"data": {"merged_id": 71}}]
)
def test_a_merge_in_the_current_format_is_told_of_both_records(where: dict[str, Any]) -> None:
    events = parse(current(type="qbo.vendor.merged.v1", intuitentityid="56", **where))
    assert [event.record_id for event in events] == ["56", "71"]
    assert len({event.event_id for event in events}) == 2
    assert len(parse(current(type="qbo.vendor.updated.v1", **where))) == 1


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-07-01T17:04:05Z", AT),
        ("2026-07-01T17:04:05.123456789Z", AT + timedelta(microseconds=123456)),
        ("2026-07-01T10:04:05-07:00", AT.astimezone(timezone(timedelta(hours=-7)))),
        ("2026-07-01T10:04:05-0700", AT),
        ("2026-07-01T17:04:05", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        ("", None),
        (None, None),
        (1782925445, None),
        ({}, None),
    ],
)
def test_the_moment_of_the_change_is_aware_or_none(text: Any, at: datetime | None) -> None:
    for event in (one(current(time=text)), one(legacy(change(lastUpdated=text)))):
        assert event.changed_at == at
        assert at is None or (event.changed_at and event.changed_at.tzinfo is UTC)


def test_what_may_be_missing_may_be_missing() -> None:
    event = one(current(data=None, datacontenttype=None, source=None, time=None))
    assert (event.event_type, event.record_id, event.changed_at) == ("purchaseorder.updated", "162", None)
    assert one(current(data=[1], intuitentityid=162)).record_id == "162"
    assert one(CURRENT[1:-1]).record_id == "162"  # an event without its array
    assert parse(b"[]") == []


def test_one_bad_event_is_no_harm_to_its_neighbours() -> None:
    [good] = json.loads(CURRENT)
    events = parse(json.dumps([1, good, None, [], {"id": "x"}, good | {"id": None}]).encode())
    assert [event.event_id for event in events] == ["", good["id"], "", "", "x", ""]
    assert events[4].realm_id == ""
    old = parse(legacy(change(), "odd", {"name": "Vendor"}, change(id=None), change(id="7")))
    assert [event.record_id for event in old] == ["162", "", "", "", "7"]
    mixed = {"eventNotifications": [None, {"realmId": "1"}, json.loads(LEGACY)["eventNotifications"][0]]}
    assert [event.record_id for event in parse(json.dumps(mixed))] == ["", "", "162"]


@pytest.mark.parametrize(
    "raw", [b"", b"\xff", b"null", b"1", b'"text"', b"{}", b"{", b'{"eventNotifications":{}}', b'[{"a":NaN}]', b"<x/>"]
)
def test_what_is_no_notification_is_a_value_error(raw: bytes) -> None:
    with pytest.raises(ValueError):
        parse(raw)
