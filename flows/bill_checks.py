"""What is asked of BILL before a connection runs, whatever the other system is; reads only."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from blocks.bill.client import BillClient, Kind
from blocks.bill.filters import clause
from blocks.bill.models import Subscription
from blocks.bill.pages import Page
from blocks.exact import Record
from flows.bill_pages import each, entry_of
from flows.checks import SIGN_IN, Asked, Findings
from tasks.state.mirrors import Mirrored

IDS_AT_ONCE = 100


class Needs(NamedTuple):
    """What a pair needs of BILL."""

    records: Callable[[BillClient], Mapping[str, AsyncIterator[Page]]]  # what it reads, by the name for people
    lists: Callable[[Any], Sequence[Kind]]  # whose reference data it matches, by the connection's rules
    vendors: Callable[[Any], Iterable[str]]  # BILL's ids of the vendors that the rules name


class BillLists(NamedTuple):
    """BILL's reference data, and those vendors that the rules name, by id; None where not readable."""

    lists: Mapping[Kind, Sequence[Record] | None]
    vendors: Mapping[str, Mirrored] | None

    def entries(self, kind: Kind) -> dict[str, Mirrored] | None:
        """Returns the entries of one kind by id, archived ones included."""
        records = self.lists.get(kind)
        return None if records is None else {entry.id: entry for entry in map(entry_of, records)}


NOT_LISTED = BillLists({}, None)


def examination(needs: Needs) -> Callable[[BillClient, Asked, Findings], Awaitable[BillLists]]:
    """Returns the examination of BILL for a pair with these needs."""

    async def examine_bill(bill: BillClient, asked: Asked, found: Findings) -> BillLists:
        """Returns BILL's reference data; sign-in, rights and notifications have their verdicts.

        Raises:
            VendorError: the sign-in fails, so that nothing else can be asked.
        """
        session = await bill.session_info()
        found.add(SIGN_IN, "ok", await bill.ready())
        _judge_session(bill, session, found)
        for what, pages in needs.records(bill).items():
            if await found.ask(f"read {what}", anext(pages, Page([], None))) is not None:
                found.add(f"read {what}", "ok", "allowed")
        lists = {kind: await _list(bill, kind, found) for kind in needs.lists(asked.rules)}
        if asked.public_url:
            await _examine_webhooks(bill, asked, found)
        return BillLists(
            lists, await found.ask("mapped vendors", _vendors(bill, sorted(set(needs.vendors(asked.rules)))))
        )

    return examine_bill


def _judge_session(bill: BillClient, session: Mapping[str, Any], found: Findings) -> None:
    account = bill.account
    opened = str(session.get("organizationId") or "")
    same = opened == account.organization_id
    said = opened if same else f"the session is for {opened or 'none'}, not for {account.organization_id}"
    found.add("organization", "ok" if same else "error", said)
    real = ": payments made there move real money" if account.environment == "production" else ""
    found.add("environment", "ok", f"{account.environment}{real}")
    mfa = session.get("mfaStatus") or "not told"
    found.add("MFA status", "ok", f"{mfa}; this pair needs no trusted session, for it makes no payments")


async def _list(bill: BillClient, kind: Kind, found: Findings) -> list[Record] | None:
    what = f"read {kind.replace('-', ' ')}"
    records = await found.ask(what, _gathered(bill.classifications(kind)))
    if records is not None:
        found.add(what, "ok", f"allowed, {len(records):,} records")
    return records


async def _gathered(pages: AsyncIterator[Page]) -> list[Record]:
    return [record async for record in each(pages)]


async def _vendors(bill: BillClient, ids: Sequence[str]) -> dict[str, Mirrored]:
    found: dict[str, Mirrored] = {}
    for start in range(0, len(ids), IDS_AT_ONCE):
        async for one in each(bill.vendors(filters=clause("id", "in", ids[start : start + IDS_AT_ONCE]))):
            found[str(one["id"])] = Mirrored(
                str(one["id"]), "", str(one.get("name") or ""), not one.get("archived"), {}
            )
    return found


async def _examine_webhooks(bill: BillClient, asked: Asked, found: Findings) -> None:
    what, address = "notifications", f"{asked.public_url}/webhooks/bill/{asked.name}"
    known = await found.ask(what, _subscriptions(bill, address))
    if known is None:
        return
    sending = [one for one in known if one.status.enabled is not False]
    told = [event.type for one in sending for event in one.events]
    silent = [prefix for prefix in asked.announces if not any(event.startswith(prefix) for event in told)]
    if not known:
        found.add(what, "warning", f"BILL sends nothing to {address}: changes wait for the next scheduled run")
    elif not sending:
        found.add(what, "warning", f"BILL has switched off subscription {known[0].id}, which sends to {address}")
    elif silent:
        found.add(what, "warning", f"BILL sends to {address}, but no events {' or '.join(f'{one}*' for one in silent)}")
    elif not bill.account.webhook_security_keys:
        said = "the BILL credentials hold no webhook security key: every notification is turned away"
        found.add(what, "warning", said)
    else:
        found.add(what, "ok", f"subscription {sending[0].id} sends to {address}")


async def _subscriptions(bill: BillClient, address: str) -> list[Subscription]:
    listed = [Subscription.model_validate(one) async for one in each(bill.webhooks.subscriptions())]
    return [one for one in listed if (one.notification_url or "").rstrip("/") == address]
