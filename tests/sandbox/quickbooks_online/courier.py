"""Delivers events in the background: gathered, signed, repeated, and held back behind what is not acknowledged.

Source: developer.intuit.com, Webhooks; retry policy of February 2026.
"""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import httpx

from tests.sandbox.quickbooks_online.company import Event
from tests.sandbox.quickbooks_online.events import cloud_events, legacy, signature, told
from tests.sandbox.quickbooks_online.switches import Switches
from tests.sandbox.quickbooks_online.wire import Record

WAITS = (10.0, 20.0, 30.0, 300.0, 1_200.0, 7_200.0, 14_400.0, 21_600.0)  # then every six hours
_REORDER_WAIT = 0.5  # how long a delivery that lets another pass waits for one


@dataclass
class Courier:
    """Sends deliveries from a thread of its own, so that anybody may hand in an event without waiting."""

    switches: Switches
    verifier_token: str
    deliveries: list[Record] = field(default_factory=list)  # one row per attempt
    _loop: asyncio.AbstractEventLoop | None = None
    _client: httpx.AsyncClient | None = None
    _gathered: list[Event] = field(default_factory=list)
    _held: bytes | None = None
    _made: int = 0
    _turns: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    def take(self, event: Event) -> None:
        """Accepts an event that somebody subscribes to, and returns at once."""
        heard = told(event)
        wanted = self.switches.webhook_entities or [event.name.lower()]
        if self.switches.webhook_urls and heard is not None and event.name.lower() in wanted:
            asyncio.run_coroutine_threadsafe(self._gather(heard), self._running())

    def send(self, events: Sequence[Event]) -> bytes:
        """Delivers these events together and returns the body; nothing need have changed."""
        body = self._body(events)
        asyncio.run_coroutine_threadsafe(self._carry(body), self._running())
        return body

    def resend(self, body: bytes) -> None:
        """Delivers a body once more, as it was."""
        asyncio.run_coroutine_threadsafe(self._carry(body), self._running())

    def _running(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            threading.Thread(target=self._loop.run_forever, daemon=True, name="quickbooks-webhooks").start()
        return self._loop

    async def _gather(self, event: Event) -> None:
        self._gathered.append(event)
        if len(self._gathered) > 1:
            return
        await asyncio.sleep(self.switches.gather_seconds)
        gathered, self._gathered = self._gathered, []
        await asyncio.gather(*(self._carry(self._body(events)) for events in self._parted(gathered)))

    def _parted(self, events: list[Event]) -> Iterable[list[Event]]:
        if self.switches.mixed_realms:
            return [events]
        realms: defaultdict[str, list[Event]] = defaultdict(list)
        for event in events:
            realms[event.realm_id].append(event)
        return realms.values()

    def _body(self, events: Sequence[Event]) -> bytes:
        self._made += 1
        form = self.switches.webhook_format
        if form == "legacy" or (form == "both-alternating" and self._made % 2 == 0):
            return legacy(events)
        return cloud_events(events, nanoseconds=self.switches.nanoseconds, bare=self.switches.bare_events)

    async def _carry(self, body: bytes) -> None:
        if self.switches.drop:
            self.switches.drop -= 1 if self.switches.drop > 0 else 0
            return
        await asyncio.sleep(self.switches.delay_seconds)
        if self.switches.reorder and self._held is None:
            self._held = body
            await asyncio.sleep(_REORDER_WAIT)
            if self._held is body:
                self._held = None
                await self._deliver(body)
            return
        passed, self._held = self._held, None
        await self._deliver(body)
        if passed is not None:
            await self._deliver(passed)

    async def _deliver(self, body: bytes) -> None:
        await asyncio.gather(*(self._to(url, body) for url in list(self.switches.webhook_urls)))

    async def _to(self, url: str, body: bytes) -> None:
        for _copy in range(2 if self.switches.duplicate else 1):
            if self.switches.hold_back:
                async with self._turns[url]:
                    await self._attempts(url, body)
            else:
                await self._attempts(url, body)

    async def _attempts(self, url: str, body: bytes) -> None:
        for attempt in range(self.switches.webhook_attempts):
            if attempt:
                wait = WAITS[min(attempt, len(WAITS)) - 1]
                await asyncio.sleep(wait * self.switches.webhook_retry_scale)
            if await self._post(url, body, attempt + 1) == httpx.codes.OK:
                return

    async def _post(self, url: str, body: bytes, attempt: int) -> int:
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "intuit_notification_server/0.1"}
        signed = signature(self.verifier_token, body)
        if self.switches.webhook_signature != "missing":
            right = self.switches.webhook_signature == "right"
            headers["intuit-signature"] = signed if right else signature("another token", body)
        row: Record = {"url": url, "body": body.decode(), "signature": headers.get("intuit-signature")}
        row |= {"attempt": attempt, "statusCode": 0}
        self.deliveries.append(row)
        if self._client is None:
            self._client = httpx.AsyncClient(trust_env=False)
        try:
            limit = self.switches.webhook_timeout_seconds
            row["statusCode"] = (await self._client.post(url, content=body, headers=headers, timeout=limit)).status_code
        except httpx.HTTPError:
            row["statusCode"] = 0
        return int(row["statusCode"])
