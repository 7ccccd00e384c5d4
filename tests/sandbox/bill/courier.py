"""Delivers notifications in the background: signed, repeated, and given up on as BILL does.

Source: BILL v3 API, webhook notification rules and security.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import threading
from dataclasses import dataclass, field

import httpx

from tests.sandbox.bill.switches import Switches
from tests.sandbox.bill.wire import Record

RETRIES = (2.0, 4.0, 8.0, 16.0)
HEADER = "x-bill-sha-signature"
_REORDER_WAIT = 0.5  # how long a notification that lets another pass waits for one


def signature(key: str, body: bytes) -> str:
    """Returns the signature of a body: base64 of HMAC-SHA256 under the key's own characters."""
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()


@dataclass
class Errand:
    """One notification on its way to one subscription."""

    subscription: Record
    key: str
    event: Record  # the history's event object, whose statusCode the delivery fills in
    entity_id: str | None = None


@dataclass
class Courier:
    """Sends notifications from a thread of its own, so that anybody may hand one in without waiting."""

    switches: Switches
    deliveries: list[Record] = field(default_factory=list)  # one row per attempt
    _loop: asyncio.AbstractEventLoop | None = None
    _client: httpx.AsyncClient | None = None
    _held: Errand | None = None

    def take(self, errand: Errand) -> None:
        """Accepts a notification for delivery and returns at once."""
        asyncio.run_coroutine_threadsafe(self._carry(errand), self._running())

    def _running(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            threading.Thread(target=self._loop.run_forever, daemon=True, name="bill-webhooks").start()
        return self._loop

    async def _carry(self, errand: Errand) -> None:
        if self.switches.drop:
            self.switches.drop -= 1 if self.switches.drop > 0 else 0
            return
        await asyncio.sleep(self.switches.delay_seconds)
        if self.switches.reorder and self._held is None:
            self._held = errand
            await asyncio.sleep(_REORDER_WAIT)
            if self._held is not errand:
                return
            self._held = None
            await self._deliver(errand)
            return
        passed, self._held = self._held, None
        await self._deliver(errand)
        if passed is not None:
            await self._deliver(passed)

    async def _deliver(self, errand: Errand) -> None:
        for _copy in range(2 if self.switches.duplicate else 1):
            if not await self._attempts(errand):
                errand.subscription["status"]["enabled"] = False
                return

    async def _attempts(self, errand: Errand) -> bool:
        """Tells whether one of the attempts was answered with 200."""
        for wait in (0.0, *RETRIES):
            await asyncio.sleep(wait * self.switches.webhook_retry_scale)
            status = await self._post(errand)
            errand.event["statusCode"] = status
            if status == httpx.codes.OK:
                return True
        return False

    async def _post(self, errand: Errand) -> int:
        text = errand.event["payload"]
        body = (json.dumps(text) if self.switches.double_encoded else text).encode()
        headers = {"Content-Type": "application/json", HEADER: signature(errand.key, body)}
        row: Record = {
            "eventId": errand.event["id"],
            "subscriptionId": errand.subscription["id"],
            "type": errand.event["type"],
            "entityId": errand.entity_id,
            "body": body.decode(),
            "signature": headers[HEADER],
            "statusCode": 0,
        }
        self.deliveries.append(row)
        if self._client is None:
            self._client = httpx.AsyncClient(trust_env=False)
        try:
            url, limit = errand.subscription["notificationUrl"], self.switches.webhook_timeout_seconds
            row["statusCode"] = (await self._client.post(url, content=body, headers=headers, timeout=limit)).status_code
        except httpx.HTTPError:
            row["statusCode"] = 0
        return int(row["statusCode"])
