"""Records that cannot go: each is named with its own reason, blocks nothing, and goes when its cause is gone."""

import json
from collections import defaultdict
from typing import Any

from tests.e2e.installation import CONNECTION, Installation
from tests.e2e.patience import http, until
from tests.sandbox.qad.visitor import key_of

GOOD, FLAWED = 200, 40
SAID = {  # by flaw, what the record of the invoice says
    "unknown_account": "waits for account 7999 in BILL",
    "no_address": "waits for supplier",
    "long_reference": "characters; BILL takes at most 21",
    "lines_off_by_a_cent": "but its lines add up to",
    "locked": "is locked for payment in QAD",
    "closed": "is closed in QAD: nothing is left to pay",
}
Flaws = dict[str, list[dict[str, Any]]]


def test_forty_that_cannot_go_are_named_with_their_reasons_and_go_when_their_causes_are_gone(
    installation: Installation,
) -> None:
    it = installation
    flaws = by_flaw(it.seed(suppliers=45, invoices=GOOD, flawed=FLAWED))
    it.apply()

    first = it.run(expect=1)

    assert len(it.bill.bills) == GOOD, "one bad record blocked a good one"
    assert_named(it, flaws)
    refused = [row for row in first["exceptions"] if row["outcome"] == "refused"]
    assert len(refused) == len(flaws["long_reference"]) + len(flaws["no_address"])
    assert_red(it, {f"{row['stream']} {row['record']}" for row in refused})

    clear_logs(it)
    second = it.run()
    assert (second["state"], [row for row in second["exceptions"] if row["outcome"] == "refused"]) == ("Completed", [])
    assert_red(it, set())
    calls = [*it.bill.frame.log, *it.qad.frame.log]
    assert {row.method for row in calls} == {"GET"}
    assert not [row for row in calls if "/supplierV2s" in row.path or "/supplierInvoices" in row.path], "tried again"

    it.bill.seed_chart([{"number": "7999", "name": "Suspense, plant 2"}])
    assert arrivals(it) == numbers(flaws["unknown_account"])

    repair(it, flaws)
    assert arrivals(it) == numbers(flaws["no_address"] + flaws["lines_off_by_a_cent"] + flaws["locked"])

    long = flaws["long_reference"]
    again = it.command("replay", CONNECTION, "--record-id", long[0]["reference"], expect=1)
    assert "bills: 1 refused" in again.stdout, "what a person asked for is told, though it is known"

    it.rules = {"long_invoice_numbers": "keep_start"}
    it.apply()
    assert arrivals(it) == {one["reference"][:21] for one in long}
    left = {(row["source_ref"], row["reason"]) for row in it.records() if row["outcome"] in ("held", "refused")}
    assert left == {(one["reference"], SAID["closed"]) for one in flaws["closed"]}


def test_doubtful_vendors_wait_for_a_person_and_an_archived_account_for_its_return(installation: Installation) -> None:
    it = installation
    it.seed(suppliers=0, invoices=0)
    mapped, known = (
        it.qad.add_supplier(businessRelationName=name, street1="9 Dock Rd", city="Erie", zipCode="16501", EMail=mail)
        for name, mail in (("Twin Castings LLC", "ar@twin.example"), ("Known Plating Inc", "ar@known.example"))
    )
    twins = [it.bill.seed_vendor(name="Twin Castings LLC") for _ in range(2)]
    theirs = it.bill.seed_vendor(name="KNOWN Plating  Inc", email="AR@known.example")
    rent = account(it, "6100")
    it.bill.archive("chart-of-accounts", rent)
    for supplier, number, code in ((mapped, "T-1", "6030"), (known, "K-1", "6030"), (known, "K-2", "6100")):
        line = {"accountCode": code, "costCenterCode": "100", "debitTC": "75.10"}
        it.qad.add_invoice(supplierCode=supplier["supplierCode"], reference=number, postingLines=[line])
    it.apply()

    it.run()

    assert {bill["invoice"]["invoiceNumber"] for bill in it.bill.bills.values()} == {"K-1"}
    assert [bill["vendorId"] for bill in it.bill.bills.values()] == [theirs["id"]]
    waiting = {row["source_ref"]: row["reason"] for row in it.records("held")}
    assert all(twin["id"] in waiting[mapped["supplierCode"]] for twin in twins)
    assert waiting["T-1"] == f"waits for supplier {mapped['supplierCode']} in BILL"
    assert waiting["K-2"] == "waits for account 6100 in BILL"
    said = audit_of(it, known["supplierCode"])
    assert f"BILL vendor {theirs['id']} has the same name and the same e-mail" in said

    it.bill.restore("chart-of-accounts", rent)
    it.rules = {"vendors": {mapped["supplierCode"]: twins[1]["id"]}}
    it.apply()
    assert arrivals(it) == {"T-1", "K-2"}
    assert len(it.bill.vendors) == 3
    assert "mapped in the connection file" in audit_of(it, mapped["supplierCode"])


def by_flaw(flawed: list[dict[str, Any]]) -> Flaws:
    """Returns the flawed invoices by their flaw."""
    found: Flaws = defaultdict(list)
    for one in flawed:
        found[one["flaw"]].append(one)
    assert found.keys() == SAID.keys()
    return found


def numbers(invoices: list[dict[str, Any]]) -> set[str]:
    """Returns the invoices' numbers."""
    return {one["reference"] for one in invoices}


def repair(it: Installation, flaws: Flaws) -> None:
    """Does in QAD what the remedies say: an address, a corrected line, a status that lets it be paid."""
    invoices = {invoice["reference"]: invoice for invoice in it.qad.invoices.values()}
    for one in flaws["no_address"]:
        code = invoices[one["reference"]]["supplierCode"]
        it.qad.edit_supplier(code, street1="12 Mill Lane", city="Toledo", zipCode="43604", countryCode="US")
    for one in flaws["lines_off_by_a_cent"]:
        invoice = invoices[one["reference"]]
        first, *rest = invoice["postingLines"]
        apart = sum(line["debitTC"] - line["creditTC"] for line in (first, *rest)) - invoice["originalCreditTC"]
        first = {**first, "debitTC": first["debitTC"] - apart}
        it.qad.edit_invoice(**key_of(invoice), postingLines=[first, *rest])
    for one in flaws["locked"]:
        it.qad.set_status(**key_of(one), invoiceStatusCode="AP-GLALLOC")


def arrivals(it: Installation) -> set[str]:
    """Runs the pair, which must end in agreement, and returns the numbers of the bills that came to BILL by it."""
    before = set(it.bill.bills)
    it.run()
    return {it.bill.bills[one]["invoice"]["invoiceNumber"] for one in it.bill.bills.keys() - before}


def assert_named(it: Installation, flaws: Flaws) -> None:
    """Fails unless the list of records names each flawed invoice with the reason of its flaw."""
    rows = {row["source_ref"]: row for row in it.records()}
    for flaw, invoices in flaws.items():
        for one in invoices:
            row = rows[one["reference"]]
            assert row["outcome"] == ("refused" if flaw == "long_reference" else "held"), row
            assert SAID[flaw] in row["reason"], row
            if flaw == "no_address":
                supplier = rows[row["reason"].split()[3]]
                assert supplier["outcome"] == "refused"
                assert "has no line1, city, zipOrPostalCode, country in its address" in supplier["reason"]


def assert_red(it: Installation, names: set[str]) -> None:
    """Fails unless just these records are red on Prefect's page of the newest run, and the run with them."""
    newest = {"sort": "START_TIME_DESC", "limit": 1, "flow_runs": {"id": {"any_": [newest_run(it)]}}}
    (run,) = http.post(f"{it.prefect_api}/flow_runs/filter", json=newest).json()
    assert run["state"]["type"] == ("FAILED" if names else "COMPLETED")
    asked = {"flow_runs": newest["flow_runs"], "task_runs": {"state": {"type": {"any_": ["FAILED"]}}}}

    def red() -> set[str]:
        return {str(one["name"]) for one in http.post(f"{it.prefect_api}/task_runs/filter", json=asked).json()}

    until(lambda: red() >= names)  # the server records task runs a moment later
    assert red() == names


def newest_run(it: Installation) -> str:
    """Returns the id of the pair's newest flow run; one run at a time works on this server in tests."""
    newest = {"flows": {"name": {"any_": ["qad-bill"]}}, "sort": "START_TIME_DESC", "limit": 1}
    (run,) = http.post(f"{it.prefect_api}/flow_runs/filter", json=newest).json()
    return str(run["id"])


def clear_logs(it: Installation) -> None:
    """The vendors' request logs are empty."""
    it.bill.frame.log.clear()
    it.qad.frame.log.clear()


def account(it: Installation, number: str) -> str:
    """Returns BILL's id of the account with this number."""
    rows = it.bill.classifications["chart-of-accounts"].values()
    return next(str(one["id"]) for one in rows if one["account"]["number"] == number)


def audit_of(it: Installation, number: str) -> str:
    """Returns the sentences of a record's audit."""
    rows = json.loads(it.command("audit", CONNECTION, number, "--json").stdout)
    return "\n".join(row["summary"] for row in rows)
