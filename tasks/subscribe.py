"""Between steps 1 and 2: BILL tells us what changes, and what it could not tell is made up for."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from prefect import get_run_logger, task
from prefect.client.orchestration import get_client
from pydantic import SecretStr

from blocks.bill.client import BillClient
from blocks.bill.credentials import BillCredentials
from blocks.bill.models import Notification, Subscription
from blocks.bill.subscription import BillSubscription, is_on
from blocks.errors import CapReachedError, TransientError, VendorError
from blocks.hosts import checked_url
from tasks.naming import renamed
from tasks.retry import ONCE
from tasks.run import Run
from tasks.state import inbox, mirrors, progress
from tasks.state.inbox import Notice
from tasks.state.leases import lease
from tasks.state.ledger import Ledger
from tasks.state.mirrors import Mirrored
from tasks.state.models import utc_now
from tasks.state.settings import StateSettings

SYSTEM, KIND = "bill", "subscription"
LOOK_EVERY = timedelta(hours=1)
FIRST_LOOK_BACK = timedelta(days=7)  # for events that were missed before we knew the subscription
CLOCKS_DIFFER = timedelta(minutes=5)
KEYS = 3  # the newest of a block that stay, besides those in use
PATIENCE = 30.0  # seconds for another process that looks after the same organization
BY_HAND = "by hand"  # in place of a fingerprint: a person gave the key, and nothing proves that it is the right one


async def subscribe(run: Run, client: BillClient, block: str, streams: Mapping[str, str]) -> None:
    """BILL sends what concerns this connection to our web app, if that has a public address; looked at once an hour.

    Args:
        run: a dry one does nothing.
        client: of the organization.
        block: the name of its credentials block, which gets the security key.
        streams: prefix of the event type -> stream that reads the event's record.
    """
    public_url = StateSettings().public_url.strip().rstrip("/")
    if run.dry or not public_url:
        return
    address = f"{public_url}/webhooks/bill/{run.ledger.connection}"
    looked = progress.watermark(run.ledger, f"{KIND} {address}")
    if looked is None or looked <= utc_now() - LOOK_EVERY:
        await look(run, client, block, address, streams)


@task(name="webhooks", task_run_name="webhooks BILL", **ONCE)
async def look(run: Run, client: BillClient, block: str, address: str, streams: Mapping[str, str]) -> None:
    """BILL has one subscription to the address, its key is in the block, and missed events are in the inbox.

    Whatever goes wrong is a warning: without notifications, changes wait for the next scheduled run.

    Raises:
        CapReachedError: BILL's call cap is spent, so that the run must wait, too.
    """
    try:
        checked_url(address, system="ML_CONNECTOR_PUBLIC_URL")
        organization = client.account.identity
        async with lease(run.ledger.store, f"webhooks:{organization}", patience=PATIENCE):
            known = Memory(replace(run.ledger, scope=organization), address)
            said = ", ".join(await _look(run, client, Keys(block, known), known, streams)) or "in order"
    except CapReachedError:
        raise
    except Exception as error:  # noqa: BLE001 - see above
        told = f"{error} {error.remedy}".strip() if isinstance(error, VendorError) else _unexpected(error)
        said = f"warning: {told}"
        get_run_logger().warning("BILL's notifications for %s are not in order: %s", address, told)
    progress.move_watermark(run.ledger, f"{KIND} {address}", utc_now())
    renamed(f"webhooks BILL: {said}")


@dataclass(frozen=True)
class Known:
    """What we know of the subscription to one address since the last look."""

    id: str = ""
    key: str = ""  # fingerprint of its security key; empty if that may be lost
    looked: datetime | None = None  # when everything was last in order
    unsettled: bool = False  # a look began to change something, and did not come to its end


class Memory:
    """Remembers the subscription to one address, for all pairs and connections of one organization."""

    def __init__(self, organization: Ledger, address: str) -> None:
        """Remembers in this ledger, whose scope is the organization."""
        self._ledger, self.address = organization, address
        rows = mirrors.mirrored(organization, SYSTEM, KIND)
        self._other_keys = {str(row.body["key"]) for at, row in rows.items() if at != address}
        self.now = _known(rows[address]) if address in rows else None

    def note(self, known: Known) -> None:
        """What is known from now on is committed, before whatever depends on it."""
        body = {"key": known.key, "looked": known.looked.isoformat() if known.looked else ""}
        row = Mirrored(self.address, known.id, "", not known.unsettled, body)
        mirrors.mirror(self._ledger, SYSTEM, KIND, [row])
        self.now = known

    def fingerprints(self) -> set[str]:
        """Returns those of all keys of the organization that BILL signs with now."""
        return self._other_keys | ({self.now.key} if self.now else set())


class Keys:
    """The security keys in a credentials block; nobody else keeps them."""

    def __init__(self, block: str, memory: Memory) -> None:
        """Reads nothing yet."""
        self._block, self._memory = block, memory

    async def add(self, key: str) -> None:
        """The key is the newest in the block; of the old ones, those in use and the newest stay."""
        block = await self._loaded()
        given = [one.get_secret_value() for one in block.webhook_security_keys]
        every = [*(one for one in given if one != key), key]
        used, newest = self._memory.fingerprints(), every[-KEYS:]
        block.webhook_security_keys = [SecretStr(one) for one in every if one in newest or fingerprint(one) in used]
        await block.asave(self._block, overwrite=True)

    async def any(self) -> bool:
        """Tells whether the block holds a key at all."""
        return any(one.get_secret_value().strip() for one in (await self._loaded()).webhook_security_keys)

    async def hold(self, wanted: str) -> bool:
        """Tells whether the block holds the key of this fingerprint; the organization's other blocks may give it."""
        block = await self._loaded()
        if wanted in {fingerprint(one.get_secret_value()) for one in block.webhook_security_keys}:
            return True
        async with get_client() as client:
            others = await client.read_block_documents_by_type(BillCredentials.get_block_type_slug())
        same = [one.data for one in others if one.data.get("organization_id") == block.organization_id]
        found = [key for one in same for key in one.get("webhook_security_keys") or () if fingerprint(key) == wanted]
        if found:
            await self.add(found[0])
        return bool(found)

    async def _loaded(self) -> BillCredentials:
        """Returns the block as it is now: a person may have changed it since the run began."""
        return await BillCredentials.aload(self._block)


async def _look(run: Run, client: BillClient, keys: Keys, memory: Memory, streams: Mapping[str, str]) -> list[str]:
    """Everything is in order; returns what had to be done for it, the key's safety always first."""
    began, before = utc_now(), memory.now or Known()
    hooks = BillSubscription(client.webhooks, memory.address, f"ml-connector {run.ledger.connection}")
    found = await hooks.found(before.id)
    if not found.ours:
        one = await _created(hooks, keys, memory, found.others)
        await hooks.awake(one)
        done, caught_up = ["created"], not before.unsettled
    else:
        one, done = found.ours[0], ["adopted"] if memory.now is None else []
        good = await _key_is_good(one, keys, memory)
        caught_up = good and not before.unsettled and not done
        if not caught_up:
            memory.note(replace(before, id=one.id, key=before.key or BY_HAND if good else "", unsettled=True))
        if not good:
            await _renewed(hooks, keys, memory, one.id)
            done.append("key renewed")
        done += await hooks.awake(one)
    for double in found.ours[1:]:
        await hooks.remove(double.id)
        done.append(f"double {double.id} removed")
    if not caught_up:
        since = before.looked - CLOCKS_DIFFER if before.looked else began - FIRST_LOOK_BACK
        done += await _missed(run, hooks, one.id, since, streams)
    memory.note(replace(memory.now or before, looked=began, unsettled=False))
    return done


async def _key_is_good(one: Subscription, keys: Keys, memory: Memory) -> bool:
    """Tells whether the block holds the subscription's key, as far as that can be known without BILL showing it."""
    if not is_on(one):
        return False  # perhaps because nothing that it signed was accepted; a new key does no harm otherwise
    known = memory.now
    if known is None or (known.key == BY_HAND and known.id == one.id):
        return await keys.any()
    return known.id == one.id and bool(known.key) and await keys.hold(known.key)


async def _created(hooks: BillSubscription, keys: Keys, memory: Memory, others: Collection[str]) -> Subscription:
    memory.note(replace(memory.now or Known(), id="", key="", unsettled=True))
    one = await hooks.created(others)
    if one.security_key is None:
        raise TransientError("BILL made a subscription and did not show its key; the next look renews the key")
    await _kept(keys, memory, one.id, one.security_key.get_secret_value())
    return one


async def _renewed(hooks: BillSubscription, keys: Keys, memory: Memory, subscription_id: str) -> None:
    await _kept(keys, memory, subscription_id, await hooks.webhooks.rotate_security_key(subscription_id))


async def _kept(keys: Keys, memory: Memory, subscription_id: str, key: str) -> None:
    """The key is in the block, and then we count on it; dying in between, the next look finds no key and renews it."""
    await keys.add(key)
    memory.note(replace(memory.now or Known(), id=subscription_id, key=fingerprint(key)))


async def _missed(
    run: Run, hooks: BillSubscription, subscription_id: str, since: datetime, streams: Mapping[str, str]
) -> list[str]:
    """The events that BILL could not deliver are in the inbox, from which this run reads their records."""
    notices = [_notice(event, streams) async for event in hooks.webhooks.missed_events(subscription_id, since)]
    new = inbox.receive(run.ledger.store, run.ledger.pair, run.ledger.connection, SYSTEM, notices)
    return [f"{new:,} missed event{'s' * (new != 1)}"] if new else []


def _notice(event: Notification, streams: Mapping[str, str]) -> Notice:
    kind, record_id = event.metadata.event_type, event.record_id or ""
    stream = next((stream for prefix, stream in streams.items() if record_id and kind.startswith(prefix)), "")
    return Notice(event.metadata.event_id, kind, stream, record_id, event.model_dump())


def _known(row: Mirrored) -> Known:
    looked = str(row.body["looked"])
    return Known(row.number, str(row.body["key"]), datetime.fromisoformat(looked) if looked else None, not row.active)


def fingerprint(key: str) -> str:
    """Returns what tells a key from others without showing it."""
    return hashlib.sha256(key.strip().encode()).hexdigest()[:16]


def _unexpected(error: Exception) -> str:
    """Returns what may be said of an error that is not a vendor's: its text may hold what it was given."""
    if isinstance(error, TimeoutError):
        return "another process has been looking after the same BILL organization for too long"
    return f"{type(error).__name__}; the next look is in an hour"
