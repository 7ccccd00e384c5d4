"""Accounts, cost centers, invoice statuses and domains, and what an account asks of a posting line."""

from collections.abc import Mapping
from typing import Any

from tests.sandbox.qad.books import ACCOUNT_SET, COST_CENTER_SET, PROJECTS, SUB_ACCOUNTS, Books
from tests.sandbox.qad.entity import Browse, Entity
from tests.sandbox.qad.wire import NOT_VALID, RejectedError

BROWSE = "urn:browse:bebrowse:com.qad.erp"
LIMITATIONS = ("NONE", "ATLEASTONE", "BOTHREQUIRED", "EXCLUDINGEACHOTHER")

ACCOUNT = Entity(
    resource="accounts",
    interface="com.qad.base.coa.IAccount",
    keys=("sharedSetCode", "accountCode"),
    fixed={"sharedSetCode": ACCOUNT_SET},
    blank={
        "accountCode": "", "sharedSetCode": "", "description": "", "isActive": True, "isSubAccountAccount": False,
        "isCostCenterAccount": True, "isProjectAccount": False, "analysisLimitation": "NONE", "currencyCode": "",
    },
    mandatory=("accountCode", "description"),
    limits={"accountCode": 8, "currencyCode": 3},
    browses=(Browse(f"{BROWSE}.financials.accounts", prefix="account."),),
)  # fmt: skip

COST_CENTER = Entity(
    resource="costCenters",
    interface="com.qad.base.coa.ICostCenter",
    keys=("sharedSetCode", "costCenterCode"),
    fixed={"sharedSetCode": COST_CENTER_SET},
    blank={"costCenterCode": "", "sharedSetCode": "", "description": "", "isActive": True},
    mandatory=("costCenterCode",),
    limits={"costCenterCode": 8},
    browses=(
        Browse(
            "urn:browse:mfg:gp059",
            columns={
                "cc_mstr.cc_ctr": "costCenterCode", "cc_mstr.cc_desc": "description",
                "cc_mstr.cc_active": "isActive", "cc_mstr.cc_mod_date": "lastModifiedDate",
            },
        ),
    ),
)  # fmt: skip

STATUS = Entity(
    resource="invoiceStatuss",
    interface="com.qad.financials.systemadministration.invoicestatus.IInvoiceStatus",
    keys=("invoiceStatusCode",),
    blank={
        "invoiceStatusCode": "", "description": "", "isActive": True, "isLockPayment": False, "isApproved": False,
        "allocationStatus": "No Allocation", "isInitialStatus": False, "isReceiverMatching": False,
        "statusAfterMatch": "",
    },
    mandatory=("invoiceStatusCode",),
    limits={"invoiceStatusCode": 20, "description": 40},
    browses=(Browse(f"{BROWSE}.financials.invoiceStatuss", prefix="invoiceStatus."),),
)  # fmt: skip

DOMAIN = Entity(
    resource="domainV3s",
    interface="com.qad.base.domain.IDomainV3",
    keys=("domainContext",),
    blank={"domainContext": "", "entityContext": "", "domainName": "", "currencyCode": "", "isActive": True},
    deletable=False,
    browses=(Browse(f"{BROWSE}.base.domainV3s", prefix="domainV3."),),
)

LEDGER = (ACCOUNT, COST_CENTER, STATUS, DOMAIN)


def check_line(books: Books, line: Mapping[str, Any]) -> None:
    """Lets a posting line pass that its account allows.

    Raises:
        RejectedError: a code is unknown or inactive, or the account asks for another analysis.
    """
    accounts, centers = books.tables["accounts"], books.tables["costCenters"]
    books.require(accounts, "accountCode", line["accountCode"], "Account")
    account = accounts[line["accountCode"]]
    if not account["isActive"]:
        raise RejectedError(NOT_VALID, "Account is not active.", "accountCode", line["accountCode"])
    dimensions = (
        ("subAccountCode", "isSubAccountAccount", SUB_ACCOUNTS),
        ("costCenterCode", "isCostCenterAccount", [code for code, row in centers.items() if row["isActive"]]),
        ("projectCode", "isProjectAccount", PROJECTS),
    )
    for name, flag, known in dimensions:
        if line[name] and not account[flag]:
            raise RejectedError(NOT_VALID, f"Account {line['accountCode']} takes no {name}.", name, line[name])
        if line[name]:
            books.require(known, name, line[name], name)
    _check_limitation(account, line)


def _check_limitation(account: Mapping[str, Any], line: Mapping[str, Any]) -> None:
    allowed = [
        bool(line[name])
        for name, flag in (("costCenterCode", "isCostCenterAccount"), ("projectCode", "isProjectAccount"))
        if account[flag]
    ]
    limitation = account["analysisLimitation"]
    if not allowed or limitation not in LIMITATIONS or limitation == "NONE":
        return
    right = {"ATLEASTONE": any(allowed), "BOTHREQUIRED": all(allowed), "EXCLUDINGEACHOTHER": sum(allowed) == 1}
    if not right[limitation]:
        message = f"Account {account['accountCode']} has analysis limitation {limitation}."
        raise RejectedError(NOT_VALID, message, "costCenterCode", line["costCenterCode"])
