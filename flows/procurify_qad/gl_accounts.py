"""Streams `gl_accounts` and `account_access`: QAD's accounts are codes in Procurify, and buyers may use them.

Procurify cannot retire a code over its API, nor give it to other departments than it was made with; what of that is
needed is listed for a person, and ends by itself when it is done there and the next daily look sees it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from blocks.procurify.client import ProcurifyClient
from blocks.procurify.target import AccountCodeTarget
from blocks.qad.client import QadClient
from blocks.qad.models import Account
from blocks.qad.source import QadSource
from blocks.source import Row
from flows.charts import named
from flows.procurify_qad.lists import account_codes, departments
from flows.procurify_qad.lists import accounts as procurify_accounts
from flows.procurify_qad.rules import EVERY, ProcurifyQadConnection
from tasks.outcomes import Adopt, Decision, Hold, Ignore, Keep, Refuse, Write, in_target
from tasks.run import Run
from tasks.state.mirrors import Mirrored
from tasks.state.models import Link
from tasks.stream import Stream

CODES, ACCESS = "gl_accounts", "account_access"
EXPENSE = 2  # of Procurify's account types
LONGEST_CODE, LONGEST_DESCRIPTION = 50, 200


@dataclass(frozen=True)
class Chart:
    """Procurify's codes and departments, and who may use which code."""

    codes: Mapping[str, Mirrored]  # by code
    departments: Mapping[str, Mirrored]  # by id
    users: Mapping[str, frozenset[str]]  # department ids by code
    links: Mapping[str, Link]

    def __str__(self) -> str:
        """Says how much there is, for a task run's name."""
        return f"{len(self.codes):,} codes in Procurify"


def decide_code(rules: ProcurifyQadConnection) -> Callable[[Row, Chart], Decision]:
    """Returns the decision about an account's code and name."""

    def decided(row: Row, chart: Chart) -> Decision:
        account: Account = row.content
        known, link = chart.codes.get(account.code), chart.links.get(row.id)
        if known is None:
            if account.is_active is False:
                return Ignore("inactive in QAD, and not in Procurify")
            return _new(account, chart, rules)
        if account.is_active is False and (link is None or (link.state != "live" and not known.active)):
            return Ignore("inactive in QAD")  # what is left to do about it is said of who may use it
        if account.is_active is False:
            return Hold("is inactive in QAD", remedy="Activate it in QAD if it shall be used.", suspends=True)
        wanted = _description(account)
        if known.name != wanted:
            body = {**_kept(known), "code": account.code, "description": wanted}
            return Write("update", body, "code", known.id, f"was called {known.name!r}", evidence=_why(link, account))
        return Keep() if link and link.state == "live" else Adopt(known.id, _why(None, account), "code")

    return decided


def _why(link: Link | None, account: Account) -> str:
    return "" if link else f"Procurify has the code {account.code}"


def _kept(known: Mirrored) -> dict[str, object]:
    return {name: known.body.get(name) for name in ("account_type", "parent") if name in known.body}


def _description(account: Account) -> str:
    return account.description.strip()[:LONGEST_DESCRIPTION] or account.code


def _new(account: Account, chart: Chart, rules: ProcurifyQadConnection) -> Decision:
    if not is_wanted(account.code, rules.accounts):
        return Ignore("not among the accounts that buyers may pick, by rule")
    if len(account.code) > LONGEST_CODE:
        return Refuse(f"Account {account.code} is longer than Procurify's {LONGEST_CODE} characters")
    users, unknown = departments_of(account.code, chart.departments, rules)
    if unknown:
        return _unknown(account.code, unknown)
    body = {
        "code": account.code,
        "description": _description(account),
        "account_type": account_type(account.code, rules.account_types),
        "departments": sorted(int(one) for one in users),
    }
    return Write("create", body, "code")


def is_wanted(code: str, patterns: Sequence[str]) -> bool:
    """Tells whether buyers may pick the account, by rule."""
    return not patterns or any(
        code == one or (one.endswith("*") and code.startswith(one.removesuffix("*"))) for one in patterns
    )


def account_type(code: str, types: Mapping[str, int]) -> int:
    """Returns Procurify's type of an account, by the longest beginning that the rules name."""
    beginnings = sorted((one for one in types if code.startswith(one)), key=len)
    return types[beginnings[-1]] if beginnings else EXPENSE


def departments_of(
    code: str, known: Mapping[str, Mirrored], rules: ProcurifyQadConnection
) -> tuple[frozenset[str], list[str]]:
    """Returns the ids of the departments that may use an account, and the names that mean none."""
    said = rules.account_departments.get(code, rules.default_departments)
    if EVERY in said:
        return frozenset(one.id for one in known.values() if one.active), []
    found = {one: named(known, one) for one in said}
    return frozenset(one.id for one in found.values() if one), [name for name, one in found.items() if one is None]


def _unknown(code: str, names: Sequence[str]) -> Hold:
    said = f"the connection file gives account {code} to {', '.join(names)}, which Procurify does not have"
    return Hold(said, in_target(f"departments of {code}"), "Correct the departments, or add them in Procurify.")


def decide_access(rules: ProcurifyQadConnection) -> Callable[[Row, Chart], Decision]:
    """Returns what a person must do about who may use an account, or that nothing is left to do.

    What is listed may stand for long, and to look at it takes all of Procurify's accounts; so the daily look does.
    """

    def decided(row: Row, chart: Chart) -> Decision:
        account: Account = row.content
        known = chart.codes.get(account.code)
        if known is None or not is_wanted(account.code, rules.accounts):
            return Ignore("not in Procurify")
        if account.is_active is False:
            return _retire(account.code) if known.active else Keep("retired on both sides")
        if not known.active:
            said = f"code {account.code} is active in QAD, but retired in Procurify"
            return Hold(said, remedy=f"Activate {account.code} in Procurify by hand.")
        wanted, unknown = departments_of(account.code, chart.departments, rules)
        if unknown:
            return replace(_unknown(account.code, unknown), causes=())
        return _lacking(account.code, wanted - chart.users.get(account.code, frozenset()), chart.departments)

    return decided


def _retire(code: str) -> Hold:
    said = f"account {code} is inactive in QAD, and buyers can still pick it; Procurify's API cannot retire a code"
    return Hold(said, remedy=f"Retire account code {code} in Procurify by hand.")


def _lacking(code: str, lacking: frozenset[str], known: Mapping[str, Mirrored]) -> Decision:
    if not lacking:
        return Keep()
    names = ", ".join(sorted(known[one].name for one in lacking))
    said = f"code {code} cannot be used by {names}; Procurify's API gives departments only to new codes"
    return Hold(said, remedy=f"Add {names} to account code {code} in Procurify by hand.")


def gl_accounts(procurify: ProcurifyClient, qad: QadClient, rules: ProcurifyQadConnection) -> list[Stream]:
    """Returns the two streams of accounts, from QAD to Procurify."""

    def reader() -> QadSource:
        return QadSource(qad, "account", Account, key=("shared_set", "code"), one_by="code")

    async def codes(run: Run, rows: Sequence[Row]) -> Chart:
        """Returns Procurify's codes and departments as they are now."""
        listed = sorted((await account_codes(run, procurify)).values(), key=lambda one: one.active)
        known = {one.number: one for one in listed}  # of two with the same code the active one
        links = run.ledger.links(CODES, [row.id for row in rows])
        return Chart(known, await departments(run, procurify), {}, links)

    async def access(run: Run, rows: Sequence[Row]) -> Chart:
        """Returns the same, and who may use each code."""
        chart = await codes(run, rows)
        users: dict[str, set[str]] = {}
        for one in (await procurify_accounts(run, procurify)).values():
            code = str((one.body.get("account_code") or {}).get("code") or "")
            users.setdefault(code, set()).add(str((one.body.get("department") or {}).get("id") or ""))
        return replace(chart, users={code: frozenset(ids) for code, ids in users.items()})

    return [
        Stream(
            name=CODES,
            reader=reader(),
            align=codes,
            decide=decide_code(rules),
            targets={"code": AccountCodeTarget(procurify)},
            reference=True,
        ),
        Stream(name=ACCESS, reader=reader(), align=access, decide=decide_access(rules)),
    ]
