"""BILL's subscription to our address: made once, adopted, healed, looked at once an hour; its key stays secret."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from prefect import flow
from pydantic import SecretStr
from sqlmodel import SQLModel, select

from blocks.bill.credentials import BillCredentials
from blocks.bill.subscription import WANTED
from blocks.errors import CapReachedError
from blocks.hosts import ALLOW_PRIVATE
from deployments.applying import apply
from deployments.config import ConnectionFile
from flows.qad_bill.flow import ANNOUNCES
from flows.registry import PAIRS
from tasks import subscribe as subscribing
from tasks.run import Request, open_run
from tasks.state import inbox
from tasks.state.models import Watermark
from tasks.state.store import Store
from tasks.subscribe import fingerprint, subscribe
from tests.sandbox.bill import BillSandbox
from tests.sandbox.faults import Fault
from tests.sandbox.serving import served

NOWHERE = "http://127.0.0.1:9"  # nobody listens there
OURS = f"{NOWHERE}/webhooks/bill/acme"


pytestmark = pytest.mark.usefixtures("with_prefect")


class Office:
    """One BILL organization, a credentials block for it, and runs that look after its subscription."""

    def __init__(self, bill: BillSandbox, url: str, store: Store) -> None:
        self.bill, self.url, self.store = bill, url, store
        self.block = f"bill-{uuid4().hex[:8]}"
        self.named: list[str] = []

    def credentials(self, *keys: str) -> BillCredentials:
        return BillCredentials(
            username=self.bill.username,
            password=SecretStr(self.bill.password),
            organization_id=self.bill.organization_id,
            developer_key=SecretStr(self.bill.developer_key),
            base_url=f"{self.url}/connect",
            webhook_security_keys=[SecretStr(key) for key in keys],
        )

    async def keys(self, block: str = "") -> list[str]:
        loaded: BillCredentials = await BillCredentials.aload(block or self.block)
        return [key.get_secret_value() for key in loaded.webhook_security_keys]

    async def look(self, block: str = "", pair: str = "qad-bill", connection: str = "acme", **asked: Any) -> str:
        """Looks within a flow run, and returns what its task run is called; nothing if there was none."""
        self.named.clear()

        @flow(name="looking")
        async def looking() -> None:
            credentials: BillCredentials = await BillCredentials.aload(block or self.block)
            async with self._run(pair, connection, asked) as run, credentials.get_client(run.slots) as client:
                await subscribe(run, client, block or self.block, ANNOUNCES)

        await looking()
        return "".join(self.named)

    def _run(self, pair: str, connection: str, asked: dict[str, Any]) -> Any:
        return open_run(
            pair, connection, Request(**asked), run_id=uuid4().hex, retried=False, identities=("q", "b"),
            rules_hash="r", settle_seconds=0, store=self.store,
        )  # fmt: skip

    def an_hour_later(self) -> None:
        """Our looks so far are over an hour old."""
        with self.store.session() as session:
            for mark in session.exec(select(Watermark)):
                mark.until -= timedelta(minutes=61)

    def subscription(self, *events: str, url: str = OURS, enabled: bool = True) -> dict[str, Any]:
        """Makes a subscription as somebody else would, and returns it."""
        kinds = events or WANTED
        body = {"name": "by hand", "status": {"enabled": enabled}, "notificationUrl": url}
        checked = self.bill._webhooks._checked(
            body | {"events": [{"type": one, "version": "1"} for one in kinds]}, None
        )
        made: dict[str, Any] = {"id": str(uuid4()), **checked}
        self.bill.subscriptions[made["id"]] = made
        self.bill._webhooks.keys[made["id"]] = f"unknown-{made['id']}"
        return made

    def key_of(self, subscription: dict[str, Any]) -> str:
        return self.bill._webhooks.keys[subscription["id"]]

    @property
    def calls(self) -> list[str]:
        """What was asked of the webhook management."""
        return [f"{row.method} {row.path.split('/v3/')[1]}" for row in self.bill.frame.calls("connect-events")]

    def only(self) -> dict[str, Any]:
        """Returns the one subscription to our address; fails unless it is on and complete."""
        [ours] = [one for one in self.bill.subscriptions.values() if one["notificationUrl"] == OURS]
        assert ours["status"]["enabled"]
        assert {row["type"] for row in ours["events"]} >= set(WANTED)
        return ours


@pytest.fixture
async def office(store: Store, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    monkeypatch.setenv("ML_CONNECTOR_PUBLIC_URL", f"{NOWHERE}/")
    monkeypatch.setenv(ALLOW_PRIVATE, "1")
    bill = BillSandbox()
    bill.options(webhook_retry_scale=0)
    with served(bill.app) as url:
        opened = Office(bill, url, store)
        monkeypatch.setattr(subscribing, "renamed", opened.named.append)
        await opened.credentials().asave(opened.block)
        yield opened


async def test_a_subscription_is_made_once_and_looked_at_once_an_hour(office: Office) -> None:
    assert await office.look() == "webhooks BILL: created"
    ours = office.only()
    assert await office.keys() == [office.key_of(ours)]
    assert (ours["name"], len(ours["events"])) == ("ml-connector acme", len(WANTED))
    before = office.calls
    assert before == [
        "GET subscriptions",
        "GET events/catalog",
        "POST subscriptions",
        f"PATCH subscriptions/{ours['id']}",
    ]
    assert await office.look() == ""
    assert office.calls == before
    office.an_hour_later()
    assert await office.look() == "webhooks BILL: in order"
    assert office.calls == [*before, "GET subscriptions"]


async def test_a_dry_run_and_an_installation_without_an_address_do_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await office.look(dry_run=True) == ""
    monkeypatch.setenv("ML_CONNECTOR_PUBLIC_URL", "")
    assert await office.look() == ""
    assert office.calls == []


async def test_plain_http_is_for_private_hosts_alone(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ALLOW_PRIVATE)
    credentials = BillCredentials.get_client

    def allowed(self: BillCredentials, *given: Any) -> Any:
        with monkeypatch.context() as inside:
            inside.setenv(ALLOW_PRIVATE, "1")
            return credentials(self, *given)

    monkeypatch.setattr(BillCredentials, "get_client", allowed)
    assert await office.look() == (
        "webhooks BILL: warning: ML_CONNECTOR_PUBLIC_URL: 127.0.0.1 is addressed by plain http; use https"
    )
    assert office.calls == []


async def test_one_with_our_address_is_adopted_with_the_key_that_the_block_has(office: Office) -> None:
    ours = office.subscription()
    await office.credentials(office.key_of(ours)).asave(office.block, overwrite=True)
    assert await office.look() == "webhooks BILL: adopted"
    assert office.only()["id"] == ours["id"]
    assert await office.keys() == [office.key_of(ours)]
    assert not any(call.startswith(("POST", "PUT", "PATCH")) for call in office.calls)


async def test_one_whose_key_nobody_has_is_adopted_with_a_new_key(office: Office) -> None:
    ours = office.subscription()
    unknown = office.key_of(ours)
    assert await office.look() == "webhooks BILL: adopted, key renewed"
    assert office.key_of(office.only()) != unknown
    assert await office.keys() == [office.key_of(ours)]


async def test_one_that_bill_switched_off_is_on_again_and_what_it_missed_is_in_the_inbox(office: Office) -> None:
    await office.look()
    ours = office.only()
    ours["status"]["enabled"] = False
    vendor = office.bill.seed_vendor()
    bills = [office.bill.seed_bill(vendorId=vendor["id"]) for _ in range(2)]
    payment = office.bill.pay([{"billId": bills[0]["id"], "amount": bills[0]["amount"]}], status="CLEARED")
    office.an_hour_later()
    assert await office.look() == "webhooks BILL: key renewed, switched on again, 4 missed events"
    assert office.only() is ours
    assert set(inbox.announced(office.store, "qad-bill", "acme", "payments")) == {payment["id"]}
    assert set(inbox.announced(office.store, "qad-bill", "acme", "bill_status")) == {one["id"] for one in bills}
    assert office.key_of(ours) in await office.keys()
    office.an_hour_later()
    assert await office.look() == "webhooks BILL: in order"


async def test_missed_events_are_not_forgotten_when_the_look_breaks_off(office: Office) -> None:
    await office.look()
    office.only()["status"]["enabled"] = False
    vendor = office.bill.seed_vendor()
    office.bill.seed_bill(vendorId=vendor["id"])
    office.an_hour_later()
    office.bill.frame.faults.add(Fault("status", "GET .*/v3/events/subscription/", status=403, body=[]))
    assert "warning: BILL does not allow this" in await office.look()
    assert office.only()
    office.an_hour_later()
    assert (await office.look()).endswith("2 missed events")


async def test_one_that_lacks_events_is_completed_as_far_as_the_catalog_goes(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = office.subscription("bill.updated", "bank-account.created")
    assert await office.look() == "webhooks BILL: adopted, key renewed, completed"
    assert {row["type"] for row in office.only()["events"]} == {*WANTED, "bank-account.created"}
    assert ours["name"] == "by hand"
    few = [{"type": "bill.updated", "versions": ["2", "1"]}, {"type": "payment.updated"}]
    office.bill.subscriptions.clear()
    office.bill.frame.faults.add(Fault("status", "GET .*/catalog", status=200, body=few, times=-1))
    office.an_hour_later()
    assert await office.look() == "webhooks BILL: created"
    [made] = office.bill.subscriptions.values()
    assert [(row["type"], row["version"]) for row in made["events"]] == [
        ("bill.updated", "1"),
        ("payment.updated", "1"),
    ]


async def test_a_double_is_removed_and_other_addresses_are_left_alone(office: Office) -> None:
    other = office.subscription(url="https://elsewhere.example/hook")
    off, on = office.subscription("bill.created", enabled=False), office.subscription("bill.updated")
    assert f"double {off['id']} removed" in await office.look()
    assert set(office.bill.subscriptions) == {other["id"], on["id"]}
    assert office.only() is on


async def test_with_ten_of_others_a_warning_says_who_must_remove_one(office: Office) -> None:
    for number in range(10):
        office.subscription("bill.created", url=f"https://elsewhere.example/{number}")
    said = await office.look()
    assert said.startswith("webhooks BILL: warning: BILL allows 10 webhook subscriptions")
    assert "An administrator of the BILL organization must remove one of: by hand" in said
    assert not any(call.startswith("POST") for call in office.calls)
    assert await office.look() == ""


async def test_a_key_that_was_lost_on_its_way_to_the_block_is_renewed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.credentials("of-another-address").asave(office.block, overwrite=True)
    with monkeypatch.context() as broken:
        broken.setattr(subscribing.Keys, "add", dies)
        with pytest.raises(Died):
            await office.look()
    [ours] = office.bill.subscriptions.values()
    assert not ours["status"]["enabled"]  # nothing is sent that nobody could verify
    assert "key renewed" in await office.look()
    assert (await office.keys())[-1] == office.key_of(office.only())


class Died(BaseException):
    """The process is gone."""


async def dies(*_given: Any) -> None:
    raise Died


async def test_a_key_that_a_person_took_out_of_the_block_is_renewed(office: Office) -> None:
    await office.look()
    await office.credentials().asave(office.block, overwrite=True)
    office.an_hour_later()
    assert await office.look() == "webhooks BILL: key renewed"
    assert await office.keys() == [office.key_of(office.only())]


async def test_pairs_and_blocks_of_one_organization_share_the_subscription_and_its_key(office: Office) -> None:
    await office.look()
    await office.credentials().asave("the-other-block", overwrite=True)
    assert await office.look(pair="other-pair") == "webhooks BILL: in order"
    office.an_hour_later()
    assert await office.look("the-other-block") == "webhooks BILL: in order"
    assert await office.keys("the-other-block") == await office.keys() == [office.key_of(office.only())]
    assert len(office.bill.subscriptions) == 1


async def test_two_at_once_make_one_subscription(office: Office) -> None:
    office.bill.frame.latency = 0.02
    await asyncio.gather(office.look(), office.look(pair="other-pair"))
    assert sorted(office.named) == ["webhooks BILL: created", "webhooks BILL: in order"]
    assert await office.keys() == [office.key_of(office.only())]


async def test_three_keys_stay_besides_those_that_other_addresses_use(office: Office) -> None:
    await office.look(connection="beta")
    in_use = await office.keys()
    await office.credentials(*in_use, "k1", "k2", "k3").asave(office.block, overwrite=True)
    await office.look()
    assert await office.keys() == [*in_use, "k2", "k3", office.key_of(office.only())]


async def test_trouble_at_bill_is_a_warning_and_a_spent_cap_goes_up(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.bill.frame.faults.add(Fault("status", "connect-events", status=403, body=[], times=1))
    assert (await office.look()).startswith("webhooks BILL: warning: BILL does not allow this")
    assert "BILL's notifications for" in caplog.text
    office.an_hour_later()
    office.bill.options(request_cap=0)
    with pytest.raises(CapReachedError):
        await office.look()


async def test_the_key_is_nowhere_but_in_the_block(
    office: Office, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    office.subscription("bill.updated")
    await office.look()
    key = office.key_of(office.only())
    assert await office.keys() == [key]
    assert key not in caplog.text
    assert key not in "".join(capsys.readouterr())
    dumped = everything(office.store)
    assert key not in dumped
    assert fingerprint(key) not in dumped


def everything(store: Store) -> str:
    """Returns every row of every table of ours, as the database holds it."""
    with store.reading() as session:
        return "".join(
            str(row)
            for table in SQLModel.metadata.sorted_tables
            for row in session.connection().execute(table.select())
        )


async def test_the_key_stays_when_the_connection_file_is_applied_again(office: Office) -> None:
    await office.look()
    entry = office.credentials().model_dump(
        exclude={"webhook_security_keys"}, include=set(BillCredentials.model_fields)
    )
    plain = {name: value.get_secret_value() if isinstance(value, SecretStr) else value for name, value in entry.items()}
    file = ConnectionFile(credentials=[{"type": "bill-credentials", "name": office.block, **plain}])
    await apply(file)
    assert await office.keys() == [office.key_of(office.only())]


def test_the_flow_and_the_web_app_agree_about_the_events() -> None:
    assert PAIRS["qad-bill"].announces["bill"] == ANNOUNCES
