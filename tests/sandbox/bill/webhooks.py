"""The webhook management API: catalog, subscriptions, keys, history, resend, test.

Source: BILL v3 API, webhook management.
"""

import copy
import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from tests.sandbox.bill.books import Books
from tests.sandbox.bill.courier import Courier, Errand
from tests.sandbox.bill.endpoints import Call, Endpoint, Handler, Reply
from tests.sandbox.bill.fields import Fields, Findings
from tests.sandbox.bill.lists import Listing, listed, moment
from tests.sandbox.bill.notices import EVENTS, notice
from tests.sandbox.bill.wire import Record, encoded, refusal

SUBSCRIPTION_LIMIT = 10
_KEPT = timedelta(days=180)
_REPLAYED = timedelta(hours=24)
_PLAIN = Listing(filters={})


class Webhooks:
    """Answers everything under /connect-events, and turns events into deliveries."""

    def __init__(self, books: Books, courier: Courier) -> None:
        """Starts without subscriptions."""
        self.books = books
        self.courier = courier
        self.subscriptions: dict[str, Record] = {}
        self.keys: dict[str, str] = {}  # security key by subscription
        self.history: dict[str, list[Record]] = {}  # event objects by subscription, oldest first
        self._entities: dict[str, str | None] = {}  # entity id by event
        self._replies: dict[str, tuple[Any, Reply]] = {}  # time and answer by idempotent key

    def endpoints(self) -> list[Endpoint]:
        """Returns the webhook management endpoints; every success is a 200."""
        all_of, one = "/v3/subscriptions", "/v3/subscriptions/{id}"
        history = "/v3/events/subscription/{id}"
        return [
            ("GET", "/v3/events/catalog", lambda _call: (200, [{"type": e, "versions": ["1"]} for e in EVENTS])),
            ("GET", all_of, self._list),
            ("POST", all_of, self._once(self._create)),
            ("GET", one, lambda call: (200, self._of(call))),
            ("PUT", one, self._replace),
            ("PATCH", one, self._patch),
            ("DELETE", one, self._delete),
            ("POST", f"{one}/security_key", self._once(self._rotate)),
            ("POST", f"{one}/security-key", self._once(self._rotate)),
            ("POST", f"{one}/test", self._test),
            ("GET", history, self._events),
            ("POST", f"{history}/event/{{event}}", self._resend),
        ]

    def notify(self, event: str, record: Record) -> None:
        """Tells every subscription to this event what happened; returns before anything is sent."""
        if self.books.switches.silent:
            return
        for subscription in list(self.subscriptions.values()):
            enabled = subscription["status"]["enabled"]
            wanted = any(row["type"] == event for row in subscription["events"])
            if wanted and (enabled or self.books.switches.history_while_disabled):
                self._send(subscription, self._event(subscription, event, notice(self.books, event, record)), enabled)

    def _event(self, subscription: Record, kind: str, body: Record) -> Record:
        event: Record = {"id": str(uuid4()), "type": kind, "version": "1", "subscriptionId": subscription["id"]}
        metadata = {
            "eventId": event["id"],
            "subscriptionId": subscription["id"],
            "organizationId": self.books.organization_id,
            "eventType": kind,
            "version": "1",
        }
        event["payload"] = encoded({"metadata": metadata, **body}, trim=True)
        event["createdTime"] = self.books.now()
        entity = next((part for part in body.values() if isinstance(part, dict)), {})
        self._entities[event["id"]] = entity.get("id")
        self.history.setdefault(subscription["id"], []).append(event)
        return event

    def _send(self, subscription: Record, event: Record, enabled: bool = True) -> None:
        if enabled:
            key = self.keys[subscription["id"]]
            self.courier.take(Errand(subscription, key, event, self._entities.get(event["id"])))

    def _once(self, handler: Handler) -> Handler:
        """Returns the handler made safe to repeat: one answer per idempotent key for 24 hours."""

        def once(call: Call) -> Reply:
            key, now = call.idempotent_key, self.books.frame.clock.now()
            if not _is_uuid4(key):
                raise refusal("BDC_1108", "The header X-Idempotent-Key must be a UUID of version 4")
            before = self._replies.get(key or "")
            if before is not None and now - before[0] <= _REPLAYED:
                return before[1]
            reply = copy.deepcopy(handler(call))
            self._replies[key or ""] = (now, reply)
            return reply

        return once

    def _list(self, call: Call) -> Reply:
        page = listed(self.subscriptions.values(), call.query, _PLAIN)
        page.pop("prevPage", None)
        return 200, page

    def _create(self, call: Call) -> Reply:
        checked = self._checked(call.body, None)
        if len(self.subscriptions) >= SUBSCRIPTION_LIMIT:
            raise refusal("BDC_1143", f"An organization has at most {SUBSCRIPTION_LIMIT} subscriptions")
        now, identifier = self.books.stamp(), str(uuid4())
        self.subscriptions[identifier] = {
            "id": identifier,
            **checked,
            "organizationId": self.books.organization_id,
            "createdTime": now,
            "updatedTime": now,
        }
        self.keys[identifier] = secrets.token_urlsafe(24)
        return 200, {**self.subscriptions[identifier], "securityKey": self.keys[identifier]}

    def _replace(self, call: Call) -> Reply:
        return self._changed(self._of(call), call.body)

    def _patch(self, call: Call) -> Reply:
        subscription = self._of(call)
        given = call.body if isinstance(call.body, dict) else {}
        patch = {name: given[name] for name in ("name", "status", "notificationUrl") if name in given}
        return self._changed(subscription, {**subscription, **patch})

    def _changed(self, subscription: Record, body: Any) -> Reply:
        subscription.update(self._checked(body, subscription["id"]), updatedTime=self.books.stamp())
        return 200, subscription

    def _checked(self, body: Any, identifier: str | None) -> Record:
        findings = Findings()
        fields = Fields(body, findings)
        name = fields.text("name", required=True)
        enabled = fields.flag("status.enabled", required=True)
        url = fields.text("notificationUrl", required=True)
        if url is not None and not url.startswith(("https://", "http://")[: 1 + self.books.switches.allow_http]):
            fields.wrong("notificationUrl", "must be an https URL")
        events = [_event_type(row, findings) for row in fields.rows("events", required=True)]
        for other in self.subscriptions.values():
            same = other["notificationUrl"] == url and _types(other["events"]) == _types(events)
            if same and other["id"] != identifier:
                fields.wrong("events", "another subscription has the same events and URL", "BDC_1143")
        findings.settle()
        return {"name": name, "status": {"enabled": enabled}, "events": events, "notificationUrl": url}

    def _delete(self, call: Call) -> Reply:
        identifier = self._of(call)["id"]
        del self.subscriptions[identifier], self.keys[identifier]
        self.history.pop(identifier, None)
        return 200, None

    def _rotate(self, call: Call) -> Reply:
        identifier = self._of(call)["id"]
        self.keys[identifier] = secrets.token_urlsafe(24)
        return 200, {"securityKey": self.keys[identifier]}

    def _test(self, call: Call) -> Reply:
        subscription = self._of(call)
        given = call.body if isinstance(call.body, dict) else {}
        kind = given.get("eventType", subscription["events"][0]["type"])
        if kind not in EVENTS:
            raise refusal("BDC_1119", "eventType: is not in the catalog")
        entity = kind.split(".")[0]
        event = self._event(subscription, kind, {entity: given.get(entity, {"id": "test", "archived": False})})
        self._send(subscription, event)
        return 200, dict(event)

    def _events(self, call: Call) -> Reply:
        subscription = self._of(call)
        oldest = moment((self.books.frame.clock.now() - _KEPT).isoformat())
        low = max(oldest, moment(call.query.get("createdTimeFrom", oldest)))
        high = moment(call.query["createdTimeTo"]) if "createdTimeTo" in call.query else "9999"
        entity = call.query.get("entityId")
        rows = [
            event
            for event in self.history.get(subscription["id"], [])
            if low <= event["createdTime"] <= high and entity in (None, self._entities.get(event["id"]))
        ]
        page = listed(rows, call.query, _PLAIN, extra=("entityId", "createdTimeFrom", "createdTimeTo"))
        page.pop("prevPage", None)
        return 200, page

    def _resend(self, call: Call) -> Reply:
        subscription = self._of(call)
        rows = self.history.get(subscription["id"], [])
        event = next((row for row in rows if row["id"] == call.path["event"]), None)
        if event is None:
            raise refusal("BDC_1205", f"{call.path['event']}: no object has this id", 404)
        self._send(subscription, event)
        return 200, dict(event)

    def _of(self, call: Call) -> Record:
        subscription = self.subscriptions.get(call.path["id"])
        if subscription is None:
            raise refusal("BDC_1205", f"{call.path['id']}: no object has this id", 404)
        return subscription


def _event_type(row: Any, findings: Findings) -> Record:
    fields = Fields(row, findings, "events.")
    kind = fields.one_of("type", EVENTS, required=True)
    return {"type": kind, "version": fields.one_of("version", ("1",), required=True)}


def _types(events: list[Record]) -> set[str]:
    return {row["type"] for row in events}


def _is_uuid4(text: str | None) -> bool:
    try:
        return UUID(text or "").version == 4
    except ValueError:
        return False
