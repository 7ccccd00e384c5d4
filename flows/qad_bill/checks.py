"""What is found out about a connection of QAD and BILL before it runs; reads only."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from blocks.bill.account import SYSTEM
from blocks.bill.client import BillClient, Kind
from blocks.bill.pages import Page
from blocks.errors import CredentialsError, TransientError, VendorError
from blocks.qad.client import QadClient
from blocks.qad.models import Account, CostCenter
from blocks.qad.validation import validate
from blocks.source import Row
from flows.bill_checks import NOT_LISTED, BillLists, Needs, examination
from flows.charts import Matching
from flows.checks import SIGN_IN, Asked, Checks, Findings
from flows.matches import Compared, judge_mapping, judge_matches
from flows.qad_bill.reference import coded
from flows.qad_bill.rules import QadBillConnection
from flows.qad_bill.vendors import NEW

USED = ("workspace", "supplier", "account", "cost_center", "supplier_invoice", "supplier_payment")
HELD = "invoices that use them are held"
Numbered = TypeVar("Numbered", Account, CostCenter)


class QadLists(NamedTuple):
    """QAD's active accounts and cost centers; None where they could not be read."""

    accounts: Sequence[Account] | None
    cost_centers: Sequence[CostCenter] | None


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


def _active(records: Iterable[Numbered]) -> list[Numbered]:
    return [one for one in records if one.is_active is not False]


async def _rows_of(qad: QadClient, entity: str) -> list[dict[str, Any]]:
    return [row async for page in qad.browse(entity) for row in page.rows]


def _records(bill: BillClient) -> dict[str, AsyncIterator[Page]]:
    return {
        "vendors": bill.vendors(),
        "bills": bill.bills(),
        "vendor credits": bill.vendor_credits(),
        "payments": bill.payments(),
    }


def _lists(_rules: QadBillConnection) -> Sequence[Kind]:
    return ("chart-of-accounts", "departments")


def _mapped_vendors(rules: QadBillConnection) -> dict[str, str]:
    return {code: one for code, one in rules.vendors.items() if one != NEW}


def judge_rules(rules: QadBillConnection, seen: Mapping[str, Any], found: Findings) -> None:
    """The reference data of both systems and the connection's rules have their verdicts."""
    qad: QadLists = seen["qad"] or QadLists(None, None)
    bill: BillLists = seen["bill"] or NOT_LISTED
    accounts, departments = bill.entries("chart-of-accounts"), bill.entries("departments")
    codes = Compared("accounts", "QAD codes", _coded(qad.accounts), SYSTEM, accounts)
    judge_matches(codes, Matching("account", rules.accounts, coded), found, HELD, essential=True)
    centers = Compared("departments", "QAD codes", _coded(qad.cost_centers), SYSTEM, departments)
    otherwise = "a bill that needs one makes it" if rules.create_departments else HELD
    matching = Matching("department", rules.departments, coded)
    judge_matches(centers, matching, found, otherwise, harmless=rules.create_departments)
    judge_mapping("accounts", rules.accounts, SYSTEM, accounts, found)
    judge_mapping("departments", rules.departments, SYSTEM, departments, found)
    judge_mapping("vendors", _mapped_vendors(rules), SYSTEM, bill.vendors, found)
    if rules.payment_bank_account:
        found.add("payment_bank_account", "ok", f"payments made in BILL belong to QAD's {rules.payment_bank_account}")
    else:
        found.add("payment_bank_account", "warning", "is not set: payments made in BILL are held until it is")


def _coded(records: Sequence[Account | CostCenter] | None) -> list[Row] | None:
    return None if records is None else [Row(one.code, one.code, "", one) for one in records]


BILL = Needs(_records, _lists, lambda rules: _mapped_vendors(rules).values())
CHECKS = Checks(alone={"qad": examine_qad, "bill": examination(BILL)}, together=judge_rules)
