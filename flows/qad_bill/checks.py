"""What is found out about a connection of QAD and BILL before it runs; reads only."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from blocks.bill.client import BillClient, Kind
from blocks.bill.filters import clause
from blocks.bill.models import Subscription
from blocks.bill.pages import Page
from blocks.errors import CredentialsError, TransientError, VendorError
from blocks.qad.client import QadClient
from blocks.qad.models import Account, CostCenter
from blocks.qad.validation import validate
from flows.checks import SIGN_IN, Asked, Checks, Findings
from flows.qad_bill.reference import Chart
from flows.qad_bill.rules import QadBillConnection
from flows.qad_bill.vendors import NEW
from tasks.state.mirrors import Mirrored

USED = ("workspace", "supplier", "account", "cost_center", "supplier_invoice", "supplier_payment")
Coded = TypeVar("Coded", Account, CostCenter)
NAMED = 8  # codes that a sentence names; the rest is counted


class QadLists(NamedTuple):
    """QAD's active accounts and cost centers; None where they could not be read."""

    accounts: Sequence[Account] | None
    cost_centers: Sequence[CostCenter] | None


class BillLists(NamedTuple):
    """BILL's accounts and departments by id, and those vendors that the rules map to; None where not readable."""

    accounts: Mapping[str, Mirrored] | None
    departments: Mapping[str, Mirrored] | None
    vendors: Mapping[str, Mirrored] | None


async def examine_qad(qad: QadClient, _asked: Asked, found: Findings) -> QadLists:
    """Returns QAD's reference data; sign-in, workspace and entities have their verdicts.

    Raises:
        VendorError: the sign-in fails, so that nothing else can be asked.
    """
    place = await qad.ready()
    try:
        control = await qad.discover()
        minutes = [f"{name.replace('_', ' ')} {value}" for name, value in control.items() if name != "client_id"]
        said = ", ".join([place, *minutes])
    except (CredentialsError, TransientError):
        raise
    except VendorError as error:
        said = f"{place}; QAD does not tell how long sessions last ({error})"
    found.add(SIGN_IN, "ok", said)
    for report in await validate(qad):
        if report.entity in USED:
            lacking = f": {', '.join(report.missing)}" if report.missing else ""
            what = report.entity if report.entity == "workspace" else f"entity {report.entity}"
            found.add(what, report.verdict, f"{report.detail}{lacking}")
    accounts = await found.ask("accounts", _rows_of(qad, "account"))
    centers = await found.ask("cost centers", _rows_of(qad, "cost_center"))
    return QadLists(
        None if accounts is None else _active(map(Account.model_validate, accounts)),
        None if centers is None else _active(map(CostCenter.model_validate, centers)),
    )


def _active(records: Iterable[Coded]) -> list[Coded]:
    return [one for one in records if one.is_active is not False]


async def _rows_of(qad: QadClient, entity: str) -> list[dict[str, Any]]:
    return [row async for page in qad.browse(entity) for row in page.rows]


async def examine_bill(bill: BillClient, asked: Asked, found: Findings) -> BillLists:
    """Returns BILL's reference data; sign-in, rights and notifications have their verdicts.

    Raises:
        VendorError: the sign-in fails, so that nothing else can be asked.
    """
    session = await bill.session_info()
    found.add(SIGN_IN, "ok", await bill.ready())
    _judge_session(bill, session, found)
    readable = {
        "vendors": bill.vendors,
        "bills": bill.bills,
        "vendor credits": bill.vendor_credits,
        "payments": bill.payments,
    }
    for what, listed in readable.items():
        if await found.ask(f"read {what}", anext(listed(), Page([], None))) is not None:
            found.add(f"read {what}", "ok", "allowed")
    accounts = await found.ask("read chart of accounts", _classified(bill, "chart-of-accounts"))
    departments = await found.ask("read departments", _classified(bill, "departments"))
    for what, known in (("chart of accounts", accounts), ("departments", departments)):
        if known is not None:
            found.add(f"read {what}", "ok", f"allowed, {len(known):,} records")
    if asked.public_url:
        await _examine_webhooks(bill, asked, found)
    mapped = sorted({one for one in asked.rules.vendors.values() if one != NEW})
    vendors = await found.ask("mapped vendors", _vendors(bill, mapped))
    return BillLists(accounts, departments, vendors)


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


async def _classified(bill: BillClient, kind: Kind) -> dict[str, Mirrored]:
    return {
        str(one["id"]): Mirrored(
            str(one["id"]),
            str((one.get("account") or {}).get("number") or one.get("shortName") or ""),
            str(one.get("name") or ""),
            not one.get("archived"),
            {},
        )
        async for one in _each(bill.classifications(kind))
    }


async def _vendors(bill: BillClient, ids: Sequence[str]) -> dict[str, Mirrored]:
    found: dict[str, Mirrored] = {}
    for start in range(0, len(ids), 100):
        async for one in _each(bill.vendors(filters=clause("id", "in", ids[start : start + 100]))):
            found[str(one["id"])] = Mirrored(
                str(one["id"]), "", str(one.get("name") or ""), not one.get("archived"), {}
            )
    return found


async def _each(pages: AsyncIterator[Page]) -> AsyncIterator[dict[str, Any]]:
    async for page in pages:
        for row in page.results:
            yield row


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
        found.add(
            what,
            "warning",
            "the BILL credentials hold no webhook security key: every notification is turned away",
        )
    else:
        found.add(what, "ok", f"subscription {sending[0].id} sends to {address}")


async def _subscriptions(bill: BillClient, address: str) -> list[Subscription]:
    listed = [Subscription.model_validate(one) async for one in _each(bill.webhooks.subscriptions())]
    return [one for one in listed if (one.notification_url or "").rstrip("/") == address]


def judge_rules(rules: QadBillConnection, seen: Mapping[str, Any], found: Findings) -> None:
    """The reference data of both systems and the connection's rules have their verdicts."""
    qad: QadLists = seen["qad"] or QadLists(None, None)
    bill: BillLists = seen["bill"] or BillLists(None, None, None)
    _judge_matches("accounts", qad.accounts, bill.accounts, rules.accounts, found)
    made = "a bill that needs one makes it" if rules.create_departments else ""
    _judge_matches("departments", qad.cost_centers, bill.departments, rules.departments, found, made)
    _judge_mapping("accounts", rules.accounts, bill.accounts, found)
    _judge_mapping("departments", rules.departments, bill.departments, found)
    _judge_mapping("vendors", {code: one for code, one in rules.vendors.items() if one != NEW}, bill.vendors, found)
    if rules.payment_bank_account:
        found.add("payment_bank_account", "ok", f"payments made in BILL belong to QAD's {rules.payment_bank_account}")
    else:
        found.add("payment_bank_account", "warning", "is not set: payments made in BILL are held until it is")


def _judge_matches(
    what: str,
    codes: Sequence[Account | CostCenter] | None,
    records: Mapping[str, Mirrored] | None,
    mapping: Mapping[str, str],
    found: Findings,
    otherwise: str = "",
) -> None:
    if codes is None or records is None:
        found.add(f"{what} in both", "unverified", "one of the two systems did not list them")
        return
    chart = Chart(records, {}, frozenset())
    pairs = {one.code: chart.match(one.code, one.description, mapping) for one in codes}
    lacking = [code for code, match in pairs.items() if match is None or not match[0].active]
    said = f"{len(pairs) - len(lacking):,} of {len(pairs):,} QAD codes are matched"
    if lacking:
        consequence = otherwise or "invoices that use them are held"
        said += f"; without an active counterpart: {_listed(lacking)} ({consequence})"
    none_at_all = bool(pairs) and len(lacking) == len(pairs) and not otherwise and what == "accounts"
    found.add(f"{what} in both", "error" if none_at_all else "warning" if lacking and not otherwise else "ok", said)


def _judge_mapping(
    what: str, mapping: Mapping[str, str], records: Mapping[str, Mirrored] | None, found: Findings
) -> None:
    if not mapping:
        return
    if records is None:
        found.add(f"{what} mapping", "unverified", "BILL did not list them")
        return
    missing = [f"{code} to {one}" for code, one in mapping.items() if one not in records]
    archived = [f"{code} to {one}" for code, one in mapping.items() if one in records and not records[one].active]
    if missing:
        found.add(f"{what} mapping", "error", f"BILL does not have what the connection file maps {_listed(missing)}")
    if archived:
        found.add(f"{what} mapping", "error", f"archived in BILL is what the connection file maps {_listed(archived)}")
    if not missing and not archived:
        found.add(f"{what} mapping", "ok", f"all {len(mapping):,} mapped records are active in BILL")


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    more = f" and {len(every) - NAMED:,} more" if len(every) > NAMED else ""
    return ", ".join(every[:NAMED]) + more


CHECKS = Checks(alone={"qad": examine_qad, "bill": examine_bill}, together=judge_rules)
