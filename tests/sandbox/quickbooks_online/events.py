"""The bodies of webhook deliveries, in both formats, and their signature.

Source: developer.intuit.com, Webhooks; blog of 2025-11-12 on CloudEvents; sample payloads of the .NET SDK.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from tests.sandbox.quickbooks_online.company import Event
from tests.sandbox.quickbooks_online.wire import Record, encoded

SOURCE = "intuit.dGVzdC1zb3VyY2U="
OPERATIONS = {
    "vendor": ("created", "updated", "deleted", "merged"),
    "customer": ("created", "updated", "deleted", "merged"),
    "employee": ("created", "updated", "deleted", "merged"),
    "purchaseorder": ("created", "updated", "deleted", "emailed"),
    "bill": ("created", "updated", "deleted"),
    "billpayment": ("created", "updated", "deleted", "void"),
    "account": ("created", "updated", "deleted", "merged"),
    "class": ("created", "updated", "deleted", "merged"),
    "department": ("created", "updated", "merged"),
    "item": ("created", "updated", "deleted", "merged"),
    "term": ("created", "updated"),
    "preferences": ("updated",),
}
_LEGACY = {
    "created": "Create",
    "updated": "Update",
    "deleted": "Delete",
    "merged": "Merge",
    "void": "Void",
    "emailed": "Emailed",
}


def told(event: Event) -> Event | None:
    """Returns the event as subscribers hear of it; None for one that there is no type for."""
    operations = OPERATIONS.get(event.name.lower(), ())
    if event.operation in operations:
        return event
    if event.operation == "deleted" and "updated" in operations:
        return Event(event.realm_id, event.name, event.id, "updated", event.time)
    return None


def signature(verifier_token: str, body: bytes) -> str:
    """Returns base64 of HMAC-SHA256 under the token's own characters."""
    return base64.b64encode(hmac.new(verifier_token.encode(), body, hashlib.sha256).digest()).decode()


def cloud_events(events: Sequence[Event], *, nanoseconds: bool = False, bare: bool = False) -> bytes:
    """Returns the body of today: a list of CloudEvents."""
    return encoded([_cloud_event(event, nanoseconds, bare) for event in events]).encode()


def legacy(events: Sequence[Event]) -> bytes:
    """Returns the body of before: the changes by company."""
    realms: dict[str, list[Record]] = {}
    for event in events:
        entity = {"name": event.name, "id": event.id, "operation": _LEGACY[event.operation]}
        merged = {"deletedId": event.deleted_id} if event.deleted_id else {}
        realms.setdefault(event.realm_id, []).append({**entity, **merged, "lastUpdated": _utc(event.time)})
    notifications = [
        {"realmId": realm, "dataChangeEvent": {"entities": entities}} for realm, entities in realms.items()
    ]
    return encoded({"eventNotifications": notifications}).encode()


def _cloud_event(event: Event, nanoseconds: bool, bare: bool) -> Record:
    time = _utc(event.time)
    body: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": SOURCE,
        "type": f"qbo.{event.name.lower()}.{event.operation}.v1",
        "datacontenttype": "application/json",
        "time": f"{time[:-1]}417902Z" if nanoseconds else time,
        "intuitentityid": event.id,
        "intuitaccountid": event.realm_id,
        "data": {"deletedId": event.deleted_id} if event.deleted_id else {},
    }
    return {name: value for name, value in body.items() if not bare or name not in ("data", "datacontenttype")}


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
