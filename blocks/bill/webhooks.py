"""BILL's webhook management API: which events are sent where, and which were missed."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import uuid4

from blocks.bill.account import SYSTEM
from blocks.bill.models import Notification
from blocks.bill.pages import Ask, Page, pages
from blocks.errors import ConfigurationError, NotFoundError, TransientError
from blocks.exact import Record, decode, moment


class BillWebhooks:
    """Manages the webhook subscriptions of one organization.

    BILL allows ten subscriptions per organization, and no two with the same events and address: look for one to
    adopt before creating another.
    """

    def __init__(self, ask: Ask, base_url: str) -> None:
        """Keeps how calls are made, and the API's own base address, which ends in /connect-events."""
        self._ask = ask
        self._base = base_url

    async def catalog(self) -> list[Record]:
        """Returns the event types on offer to this organization, with their versions."""
        answer = await self._ask("GET", f"{self._base}/v3/events/catalog")
        rows = answer if isinstance(answer, list) else (answer or {}).get("results", [])
        return [row for row in rows if isinstance(row, dict)]

    def subscriptions(self) -> AsyncIterator[Page]:
        """Yields the subscriptions, without their security keys."""
        return pages(self._ask, f"{self._base}/v3/subscriptions", key="subscriptions")

    async def create_subscription(self, body: Record, idempotent_key: str | None = None) -> Record:
        """Creates a subscription and returns it with its security key, which BILL shows this once.

        Args:
            body: name, status, events and notificationUrl.
            idempotent_key: a random UUID (version 4); with the same one, BILL repeats its answer for a day.
        """
        path = f"{self._base}/v3/subscriptions"
        return _record(await self._ask("POST", path, body=body, headers=_once(idempotent_key), repeatable=True), path)

    async def update_subscription(self, subscription_id: str, body: Record) -> Record:
        """Changes the name, the status or the address; also switches a disabled subscription on again."""
        path = f"{self._base}/v3/subscriptions/{subscription_id}"
        return _record(await self._ask("PATCH", path, body=body, repeatable=True), path)

    async def replace_subscription(self, subscription_id: str, body: Record) -> None:
        """Makes the subscription equal to the body: events, name, status and address."""
        path = f"{self._base}/v3/subscriptions/{subscription_id}"
        await self._ask("PUT", path, body=body, repeatable=True)

    async def delete_subscription(self, subscription_id: str) -> None:
        """Removes the subscription."""
        await self._ask("DELETE", f"{self._base}/v3/subscriptions/{subscription_id}", repeatable=True)

    async def rotate_security_key(self, subscription_id: str, idempotent_key: str | None = None) -> str:
        """Replaces the security key and returns the new one; keep the old one as well until it is out of use.

        Source: BILL v3 API spells the path's last part in two ways.
        """
        path = f"{self._base}/v3/subscriptions/{subscription_id}"
        once = _once(idempotent_key)
        try:
            answer = await self._ask("POST", f"{path}/security_key", headers=once, repeatable=True)
        except (NotFoundError, ConfigurationError):
            answer = await self._ask("POST", f"{path}/security-key", headers=once, repeatable=True)
        key = _record(answer, path).get("securityKey")
        if not isinstance(key, str) or not key:
            raise TransientError("BILL made a security key and did not show it; rotate it again", system=SYSTEM)
        return key

    async def missed_events(self, subscription_id: str, since: datetime) -> AsyncIterator[Notification]:
        """Yields the notifications since a moment (aware) that the address did not answer with HTTP 200.

        BILL keeps them for 180 days. The order is BILL's; apply them by the record's own `updatedTime`.
        """
        path = f"{self._base}/v3/events/subscription/{subscription_id}"
        async for page in pages(self._ask, path, key="events", more={"createdTimeFrom": moment(since)}):
            for event in page.results:
                if str(event.get("statusCode")) != "200":
                    yield _notification(event)


def _notification(event: Record) -> Notification:
    inner = _payload(event.get("payload"))
    entity = str(event.get("type", "")).split(".")[0]
    body = {entity: inner} if "id" in inner else {entity: {}, **inner}
    names = {"eventId": "id", "eventType": "type", "version": "version", "subscriptionId": "subscriptionId"}
    metadata = {ours: event.get(theirs) for ours, theirs in names.items()}
    return Notification.of({**body, "metadata": {**metadata, **(inner.get("metadata") or {})}})


def _payload(payload: Any) -> Record:
    """Returns the notification's body; nothing if it cannot be read, for the event's own fields tell enough."""
    try:
        while isinstance(payload, str):
            payload = decode(payload)
    except ValueError:
        return {}
    return payload if isinstance(payload, dict) else {}


def _once(idempotent_key: str | None) -> dict[str, str]:
    return {"X-Idempotent-Key": idempotent_key or str(uuid4())}


def _record(answer: Any, path: str) -> Record:
    if not isinstance(answer, dict):
        raise TransientError(f"BILL's answer to {path} is not a record", system=SYSTEM)
    return answer
