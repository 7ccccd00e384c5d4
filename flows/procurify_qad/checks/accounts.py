"""How QAD's accounts and cost centers fit Procurify's codes, departments and locations; pure."""

from collections.abc import Iterable, Mapping

from blocks.procurify.account import SYSTEM
from blocks.qad.models import Account, CostCenter
from blocks.qad.profile import SYSTEM as QAD
from flows.charts import named
from flows.checks import Findings
from flows.matches import judge_keys, judge_mapping, listed
from flows.procurify_qad.checks.parties import NOT_LISTED
from flows.procurify_qad.checks.procurify import ProcurifyLists
from flows.procurify_qad.checks.qad import QadLists
from flows.procurify_qad.gl_accounts import is_wanted
from flows.procurify_qad.rules import EVERY, ProcurifyQadConnection
from tasks.state.mirrors import Mirrored


def judge_accounts(rules: ProcurifyQadConnection, procurify: ProcurifyLists, qad: QadLists, found: Findings) -> None:
    """How many accounts are codes already, which codes QAD lacks, and what the rules name have their rows."""
    known = None if qad.accounts is None else {one.code for one in qad.accounts}
    exact = [one for one in rules.accounts if not one.endswith(EVERY)]
    judge_keys("accounts", [*exact, *rules.account_departments], QAD, known, found)
    _judge_own("tax account", rules.tax_account, qad.accounts, found)
    _judge_own("shipping account", rules.shipping_account, qad.accounts, found)
    if procurify.codes is None or qad.accounts is None:
        found.add("accounts in both", "unverified", NOT_LISTED)
        return
    active = {one.code for one in qad.accounts if one.is_active is not False}
    wanted = sorted(code for code in active if is_wanted(code, rules.accounts))
    there = {one.code for one in procurify.codes if one.active is not False}
    lacking = [code for code in wanted if code not in there]
    said = f"{len(wanted) - len(lacking):,} of {len(wanted):,} QAD accounts are codes in Procurify"
    found.add("accounts in both", "ok", f"{said}; made by a run: {listed(lacking)}" if lacking else said)
    if strays := sorted(there - active):
        said = f"QAD does not have in use: {listed(strays)} (orders and bills that use them are held)"
        found.add("account codes without an account", "warning", said)


def _judge_own(what: str, code: str, accounts: Iterable[Account] | None, found: Findings) -> None:
    if not code:
        return
    if accounts is None:
        found.add(what, "unverified", f"{QAD} did not list its accounts")
    elif any(one.code == code and one.is_active is not False for one in accounts):
        found.add(what, "ok", code)
    else:
        found.add(what, "error", f"{what.replace(' ', '_')} is {code}, which QAD does not have in use")


def judge_departments(rules: ProcurifyQadConnection, procurify: ProcurifyLists, qad: QadLists, found: Findings) -> None:
    """What the rules say of departments, cost centers and sites has its rows."""
    departments = None
    if procurify.departments is not None:
        departments = {
            one.id: Mirrored(one.id, one.external_id, one.name, one.active is not False, {})
            for one in procurify.departments
        }
    said = [*rules.default_departments, *(one for some in rules.account_departments.values() for one in some)]
    _judge_users(sorted(set(said) - {EVERY}), departments, found)
    known = None if departments is None else _names(departments.values())
    judge_keys("departments", rules.cost_centers, SYSTEM, known, found)
    centers = None
    if qad.cost_centers is not None:
        centers = {one.code: _center(one) for one in qad.cost_centers}
    judge_mapping("cost centers", rules.cost_centers, QAD, centers, found)
    places = None
    if procurify.locations is not None:
        places = {name for one in procurify.locations for name in (one.id, one.name)}
    judge_keys("sites", rules.sites, SYSTEM, places, found)
    if departments is not None and centers is not None:
        _judge_centers(rules, departments, centers, found)


def _judge_users(said: list[str], departments: Mapping[str, Mirrored] | None, found: Findings) -> None:
    """Departments that may use accounts, by rule, are one row more if Procurify does not have them."""
    lacking = [one for one in said if departments is not None and named(departments, one) is None]
    if lacking:
        text = f"Procurify does not have, or has several of, {listed(lacking)}: accounts that are for them are held"
        found.add("departments of accounts", "error", text)


def _judge_centers(
    rules: ProcurifyQadConnection,
    departments: Mapping[str, Mirrored],
    centers: Mapping[str, Mirrored],
    found: Findings,
) -> None:
    """Departments without a cost center are one row more: postings that need one are refused by QAD."""
    active = [one for one in departments.values() if one.active]
    lacking = [
        one.name
        for one in active
        if not {one.number, one.name, one.id} & rules.cost_centers.keys() and one.number not in centers
    ]
    text = f"{len(active) - len(lacking):,} of {len(active):,} departments have a cost center"
    if lacking:
        text += f"; without one: {listed(lacking)} (QAD refuses lines on accounts that need one)"
    found.add("cost centers", "warning" if lacking else "ok", text)


def _names(departments: Iterable[Mirrored]) -> set[str]:
    return {name for one in departments for name in (one.id, one.number, one.name) if name}


def _center(center: CostCenter) -> Mirrored:
    return Mirrored(center.code, center.code, center.description, center.is_active is not False, {})
