"""Whether BILL holds exactly what QAD says: read from both sandboxes directly, independent of the product."""

from collections import Counter
from decimal import Decimal
from typing import Any

from tests.sandbox import sample
from tests.sandbox.bill import BillSandbox
from tests.sandbox.qad import QadSandbox

Coded = Counter[tuple[str, str, Decimal]]  # account number, department, amount


def wanted(qad: QadSandbox) -> dict[tuple[str, str], tuple[Decimal, Coded]]:
    """Returns what BILL must hold: by supplier name and number, the total and the coded lines."""
    found = {}
    for invoice in qad.invoices.values():
        supplier = qad.suppliers[invoice["supplierCode"]]
        lines = Counter(
            (line["accountCode"], line.get("costCenterCode") or "", line["debitTC"]) for line in invoice["postingLines"]
        )
        key = (supplier["businessRelationName"][:100].strip(), invoice["reference"])
        assert key not in found, f"the sample data has {key} twice"
        found[key] = (invoice["originalCreditTC"], lines)
    return found


def held(bill: BillSandbox) -> dict[tuple[str, str], list[tuple[Decimal, Coded]]]:
    """Returns what BILL holds, in the same terms; more than one entry in a list is a duplicate."""
    numbers = {one["id"]: one["account"]["number"] for one in bill.classifications["chart-of-accounts"].values()}
    names = {one["name"]: one["code"] for one in sample.DEPARTMENTS}
    codes = {one["id"]: names[one["name"]] for one in bill.classifications["departments"].values()}
    found: dict[tuple[str, str], list[tuple[Decimal, Coded]]] = {}
    for one in bill.bills.values():
        if one["archived"]:
            continue
        key = (bill.vendors[one["vendorId"]]["name"], one["invoice"]["invoiceNumber"])
        lines = Counter(_coded(line, numbers, codes) for line in one["billLineItems"])
        found.setdefault(key, []).append((one["amount"], lines))
    return found


def _coded(line: dict[str, Any], numbers: dict[str, str], codes: dict[str, str]) -> tuple[str, str, Decimal]:
    classified = line.get("classifications", {})
    department = codes.get(classified.get("departmentId", ""), "")
    return numbers[classified["chartOfAccountId"]], department, line["amount"]


def assert_agreement(qad: QadSandbox, bill: BillSandbox) -> None:
    """Fails unless every invoice is in BILL exactly once, equal to the cent, the account and the department."""
    ours, theirs = wanted(qad), held(bill)
    missing = ours.keys() - theirs.keys()
    assert not missing, f"{len(missing)} missing in BILL, for example {next(iter(missing))}"
    assert not theirs.keys() - ours.keys(), "BILL has bills that QAD does not know"
    twice = [key for key, entries in theirs.items() if len(entries) != 1]
    assert not twice, f"{len(twice)} bills are there more than once, for example {twice[0]}"
    wrong = [key for key, entry in ours.items() if theirs[key] != [entry]]
    assert not wrong, f"{len(wrong)} bills differ, for example {wrong[0]}: {ours[wrong[0]]} and {theirs[wrong[0]]}"
    made = Counter(vendor["name"] for vendor in bill.vendors.values() if not vendor["archived"])
    sending = {invoice["supplierCode"] for invoice in qad.invoices.values()}
    asked = Counter(qad.suppliers[code]["businessRelationName"][:100].strip() for code in sending)
    assert made == asked, f"vendors made twice or missing: {(made - asked) + (asked - made)}"
