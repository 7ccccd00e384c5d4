"""BILL's one webhook subscription to an address of ours: found, made, completed, switched on."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, NamedTuple

from blocks.bill.account import SYSTEM
from blocks.bill.models import Subscription
from blocks.bill.webhooks import BillWebhooks
from blocks.errors import NotFoundError, RefusedError
from blocks.exact import Record

AT_MOST = 10  # subscriptions of one organization
CHANGES = ("created", "updated", "archived", "restored")
WANTED = (
    *(f"{entity}.{change}" for entity in ("vendor", "bill") for change in CHANGES),
    "payment.updated",
    "payment.failed",
)
VERSION = "1"


class Subscribed(NamedTuple):
    """What an organization has: the subscriptions to our address, the best first, and the names of all others."""

    ours: list[Subscription]
    others: list[str]


class BillSubscription:
    """Keeps the subscription to one address; security keys are shown to the caller alone, and not kept here.

    Source: BILL v3 API, webhook subscriptions (at most ten, no two alike; PUT replaces, PATCH switches on).
    """

    def __init__(self, webhooks: BillWebhooks, address: str, name: str) -> None:
        """Makes no call yet.

        Args:
            webhooks: of the organization.
            address: where BILL shall send to.
            name: what BILL's list shows to people.
        """
        self.webhooks = webhooks
        self._address, self._name = address, name

    async def found(self, known_id: str = "") -> Subscribed:
        """Returns what the organization has; the one of this id goes first, then one that is switched on."""
        every = [
            Subscription.model_validate(row) async for page in self.webhooks.subscriptions() for row in page.results
        ]
        ours = [one for one in every if (one.notification_url or "").rstrip("/") == self._address]
        ours.sort(key=lambda one: (one.id != known_id, not is_on(one), -len(one.events)))
        return Subscribed(ours, [one.name or one.id for one in every if one not in ours])

    async def created(self, others: Iterable[str]) -> Subscription:
        """Returns the new subscription with its security key; it is off until `awake`, so that the key can be kept.

        Raises:
            RefusedError: the organization has as many as BILL allows; the remedy says who must remove one.
        """
        taken = list(others)
        if len(taken) >= AT_MOST:
            raise RefusedError(
                f"BILL allows {AT_MOST} webhook subscriptions per organization, and others have them all",
                system=SYSTEM,
                remedy="An administrator of the BILL organization must remove one of: "
                f"{', '.join(taken)}. Until then, changes in BILL wait for the next scheduled run.",
            )
        body = self._body(await self._offered(), self._name, enabled=False)
        return Subscription.model_validate(await self.webhooks.create_subscription(body))

    async def awake(self, one: Subscription) -> list[str]:
        """The subscription is on and has every event type on offer; returns what had to be done for it."""
        has = {event.type: event.version or VERSION for event in one.events}
        lacking = {}
        if not has.keys() >= set(WANTED):
            lacking = {kind: version for kind, version in (await self._offered()).items() if kind not in has}
        if lacking:
            body = self._body({**has, **lacking}, one.name or self._name, enabled=True)
            await self.webhooks.replace_subscription(one.id, body)
        elif not is_on(one):
            await self.webhooks.update_subscription(one.id, {"status": {"enabled": True}})
        done = {"completed": bool(lacking), "switched on again": not is_on(one)}
        return [what for what, needed in done.items() if needed]

    async def remove(self, subscription_id: str) -> None:
        """BILL does not have this subscription (any more)."""
        with suppress(NotFoundError):
            await self.webhooks.delete_subscription(subscription_id)

    async def _offered(self) -> dict[str, str]:
        """Returns the wanted event types that this organization may have, each with its version."""
        offered = {str(row.get("type")): _version(row.get("versions")) for row in await self.webhooks.catalog()}
        return {kind: offered[kind] for kind in WANTED if kind in offered}

    def _body(self, events: dict[str, str], name: str, *, enabled: bool) -> Record:
        return {
            "name": name,
            "status": {"enabled": enabled},
            "events": [{"type": kind, "version": version} for kind, version in events.items()],
            "notificationUrl": self._address,
        }


def is_on(one: Subscription) -> bool:
    """Tells whether BILL sends; a subscription that does not say counts as on."""
    return one.status.enabled is not False


def _version(versions: Any) -> str:
    """Returns the version that our reading is written for if there is it, else the newest."""
    listed = [str(one) for one in versions] if isinstance(versions, list) else []
    return VERSION if VERSION in listed or not listed else listed[-1]
