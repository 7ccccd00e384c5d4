"""The BILL emulator behaves as BILL does, seen over real HTTP."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.sandbox.bill import BillSandbox
from tests.sandbox.bill.driver import Desk, codes
from tests.sandbox.bill.wire import decoded, encoded
from tests.sandbox.serving import served

ADDRESS = {"line1": "500 Pine St", "city": "San Francisco", "zipOrPostalCode": "94108", "country": "US"}


@pytest.fixture
def desk() -> Iterator[Desk]:
    bill = BillSandbox()
    with served(bill.app) as url:
        opened = Desk(bill, url)
        yield opened
        opened.http.close()


def body_of(vendor: str, number: str = "NW-1", **more: Any) -> dict[str, Any]:
    return {
        "vendorId": vendor,
        "dueDate": "2026-12-02",
        "invoice": {"invoiceNumber": number, "invoiceDate": "2026-11-02"},
        "billLineItems": [{"amount": Decimal("400.00")}, {"quantity": 1, "price": Decimal("12.50")}],
        **more,
    }


def test_login_says_which_part_is_wrong(desk: Desk) -> None:
    assert codes(desk.login(password="x")) == (401, ["BDC_1101"])
    assert codes(desk.login(devKey="x")) == (401, ["BDC_1102"])
    missing = desk.http.post(f"{desk.url}/connect/v3/login", json={"username": "u"})
    assert codes(missing) == (400, ["BDC_1117"] * 3)
    assert codes(desk.login(userName="u")) == (400, ["BDC_1001"])
    assert desk.bill.logins == 5


def test_session_lapses_after_35_idle_minutes_and_each_call_restarts_them(desk: Desk) -> None:
    for _round in range(2):
        desk.bill.frame.clock.advance(2000)
        assert desk.ask("GET", "/v3/login/session").status_code == 200
    desk.bill.frame.clock.advance(2101)
    lapsed = desk.ask("GET", "/v3/vendors")
    assert codes(lapsed) == (401, ["BDC_1109"])
    assert set(lapsed.json()[0]) >= {"timestamp", "severity", "category", "message"}


def test_logout_and_rotation_end_sessions(desk: Desk) -> None:
    done = desk.ask("POST", "/v3/logout")
    assert (done.status_code, done.content) == (200, b"")
    assert desk.ask("GET", "/v3/vendors").status_code == 401
    desk.http.headers["sessionId"] = desk.login().json()["sessionId"]
    desk.bill.rotate_sessions()
    assert desk.ask("GET", "/v3/vendors").status_code == 401


def test_caps_hold_until_the_top_of_the_hour(desk: Desk) -> None:
    desk.bill.options(request_cap=3, cap_status=429)
    answers = [desk.ask("GET", "/v3/health") for _call in range(4)]
    assert codes(answers[-1]) == (429, ["BDC_1144"])
    assert "retry-after" not in answers[-1].headers
    desk.bill.frame.clock.advance(3600)
    desk.bill.options(request_cap=20_000, login_cap=1, cap_status=422)
    assert desk.login().status_code == 200
    assert codes(desk.login()) == (422, ["BDC_1144"])


def test_a_fourth_call_at_once_is_refused_without_waiting(desk: Desk) -> None:
    desk.bill.frame.latency = 0.3
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _n: desk.ask("GET", "/v3/vendors"), range(5)))
    refused = [answer for answer in answers if answer.status_code == 422]
    assert [codes(answer)[1] for answer in refused] == [["BDC_1322"]] * 2
    assert all(answer.elapsed.total_seconds() < 0.2 for answer in refused)
    assert (desk.bill.max_in_flight, desk.bill.refused_in_flight) == (3, 2)


def test_unknown_paths_and_ids(desk: Desk) -> None:
    vendor = desk.bill.seed_vendor()
    assert codes(desk.ask("GET", "/v3/vendor")) == (404, ["BDC_1121"])
    assert codes(desk.ask("PUT", f"/v3/vendors/{vendor['id']}", {})) == (404, ["BDC_1121"])
    assert codes(desk.ask("GET", f"/v3/vendors/{vendor['id'][:-1]}z")) == (404, ["BDC_1205"])
    assert codes(desk.ask("GET", f"/v3/bills/{vendor['id']}")) == (400, ["BDC_1302"])
    assert codes(desk.ask("POST", "/v3/bills", content="{")) == (400, ["BDC_1122"])


def test_vendor_rules(desk: Desk) -> None:
    made = desk.ask("POST", "/v3/vendors", {"name": "Northwind", "address": ADDRESS})
    assert made.status_code == 201
    assert len(made.json()["id"]) == 20 and made.json()["id"].startswith("009")
    bad = {"shortName": "x" * 41, "address": {**ADDRESS, "country": "USA", "city": None}}
    refused = desk.ask("POST", "/v3/vendors", bad)
    assert codes(refused) == (400, ["BDC_1117", "BDC_1143", "BDC_1117", "BDC_1119"])
    assert refused.json()[-1]["message"].startswith("address.country")
    path = f"/v3/vendors/{made.json()['id']}"
    patched = desk.ask("PATCH", path, {"address": {"city": "Oakland"}}).json()
    assert (patched["address"]["city"], patched["address"]["line1"]) == ("Oakland", ADDRESS["line1"])
    bank = {"paymentInformation": {"bankAccount": {"accountNumber": "1"}}}
    assert codes(desk.ask("PATCH", path, bank)) == (400, ["BDC_1143"])
    first, again = (desk.ask("POST", f"{path}/archive").json() for _time in range(2))
    assert first["archived"] and first == again


def test_pages_follow_opaque_tokens_to_the_end(desk: Desk) -> None:
    vendor = desk.bill.seed_vendor()["id"]
    made = [desk.bill.seed_bill(vendorId=vendor)["id"] for _n in range(205)]
    query = {"max": "100", "sort": "updatedTime:asc", "filters": f'vendorId:in:"{vendor}",archived:eq:false'}
    seen, sizes, token = [], [], None
    while True:
        page = desk.ask("GET", "/v3/bills", params=query | ({"page": token} if token else {})).json()
        seen += [row["id"] for row in page["results"]]
        sizes.append(len(page["results"]))
        token = page.get("nextPage")
        if not token:
            break
    assert (seen, sizes) == (made, [100, 100, 5])
    assert "nextPage" not in page and "billLineItems" not in page["results"][0]
    assert [desk.ask("GET", f"/v3/bills?max={n}").status_code for n in (0, 101)] == [400, 400]
    assert len(desk.ask("GET", "/v3/bills").json()["results"]) == 20


def test_filters_know_their_fields_operators_and_quotes(desk: Desk) -> None:
    bills = [desk.bill.seed_bill(amount=n) for n in (1, 2, 3)]

    def listed(filters: str, path: str = "/v3/bills") -> Any:
        answer = desk.ask("GET", path, params={"filters": filters})
        return codes(answer) if answer.is_error else [row["id"] for row in answer.json()["results"]]

    assert listed(f'createdTime:gte:"{bills[1]["createdTime"]}"') == [bills[1]["id"], bills[2]["id"]]
    assert listed(f'createdTime:gte:"{bills[1]["createdTime"].replace("+00:00", "Z")}",archived:eq:true') == []
    assert listed("approvalStatus:eq:ASSIGNED") == []
    assert listed("approvalStatus:eq:WAITING") == (400, ["BDC_1129"])
    assert listed("invoice.invoiceNumber:eq:INV-1") == (400, ["BDC_1130"])
    assert listed("vendorId:ne:x") == (400, ["BDC_1131"])
    assert listed(f"createdTime:gte:{bills[1]['createdTime']}") == (400, ["BDC_1002"])
    assert listed("billId:eq:x", "/v3/payments") == (400, ["BDC_1130"])
    desk.bill.options(invoice_number_filter=True)
    assert listed("invoice.invoiceNumber:eq:INV-2") == [bills[1]["id"]]
    names = [desk.bill.seed_vendor(name=name)["id"] for name in ("Nor, Inc: A", "nor")]
    assert listed('name:sw:"Nor, Inc:"', "/v3/vendors") == names[:1]


def test_bill_fields_and_exact_amounts(desk: Desk) -> None:
    vendor = desk.bill.seed_vendor()["id"]
    made = desk.ask("POST", "/v3/bills", body_of(vendor, purchaseOrderNumber="PO-1"))
    bill = decoded(made.content)
    assert made.status_code == 201 and "vendorName" not in bill
    assert (bill["amount"], bill["dueAmount"], bill["paymentStatus"]) == (
        Decimal("412.50"),
        Decimal("412.50"),
        "UNPAID",
    )
    assert (bill["approvalStatus"], bill["recordStatus"]) == ("UNASSIGNED", "ACTIVE")
    assert codes(desk.ask("POST", "/v3/bills", body_of(vendor, "x" * 22))) == (400, ["BDC_1143"])
    assert codes(desk.ask("POST", "/v3/bills", body_of(vendor, billLineItems=[]))) == (400, ["BDC_1117"])
    text_amount = [{"amount": "1.00"}]
    assert codes(desk.ask("POST", "/v3/bills", body_of(vendor, billLineItems=text_amount)))[1] == ["BDC_1124"]
    unknown = [{"amount": 1, "classifications": {"departmentId": "0de02LOOPBACKEM0000z"}}]
    assert codes(desk.ask("POST", "/v3/bills", body_of(vendor, billLineItems=unknown))) == (404, ["BDC_1205"])
    desk.bill.archive("vendor", vendor)
    assert codes(desk.ask("POST", "/v3/bills", body_of(vendor))) == (400, ["BDC_1143"])
    desk.bill.options(string_numbers=True)
    assert desk.ask("GET", f"/v3/bills/{bill['id']}").json()["amount"] == "412.50"


def test_bulk_is_all_or_nothing_and_hides_the_culprit(desk: Desk) -> None:
    vendor = desk.bill.seed_vendor()["id"]
    rows = [body_of(vendor, f"N-{n}") for n in range(100)]
    rows[41]["vendorId"] = "00902LOOPBACKEM0000z"
    status, found = codes(desk.ask("POST", "/v3/bills/bulk", rows))
    assert (status, found.count("BDC_1246"), found.count("BDC_1205")) == (404, 99, 1)
    assert desk.bill.bills == {}
    rows[41]["vendorId"] = vendor
    made = desk.ask("POST", "/v3/bills/bulk", rows)
    assert made.status_code == 201 and isinstance(made.json(), list)
    assert [row["invoice"]["invoiceNumber"] for row in made.json()] == [f"N-{n}" for n in range(100)]
    stamps = [bill["createdTime"] for bill in desk.bill.bills.values()]
    assert len(set(stamps)) == 100
    assert desk.ask("POST", "/v3/bills/bulk", [*rows, rows[0]]).status_code == 400
    vendors = [{"name": f"V{n}", "address": ADDRESS} for n in range(21)]
    assert desk.ask("POST", "/v3/vendors/bulk", vendors).status_code == 400
    assert len(desk.ask("POST", "/v3/vendors/bulk", vendors[:20]).json()["vendors"]) == 20


def test_put_replaces_lines_and_patch_clears_unrepeated_coding(desk: Desk) -> None:
    account = desk.bill.seed_chart([{"number": "6100", "name": "Paper"}])[0]["id"]
    coded = {"amount": Decimal("10.00"), "classifications": {"chartOfAccountId": account}}
    bill = desk.bill.seed_bill(billLineItems=[coded, {"amount": 5}])
    path, first = f"/v3/bills/{bill['id']}", bill["billLineItems"][0]["id"]
    patched = desk.ask("PATCH", path, {"billLineItems": [{"id": first, "description": "paper"}]}).json()
    assert [line["amount"] for line in patched["billLineItems"]] == [10, 5]
    assert "classifications" not in patched["billLineItems"][0]
    body = body_of(bill["vendorId"], billLineItems=[{"id": first, "amount": 7}, {"amount": 1}])
    replaced = desk.ask("PUT", path, body).json()
    assert [line["amount"] for line in replaced["billLineItems"]] == [7, 1]
    assert replaced["billLineItems"][0]["id"] == first
    assert (
        codes(desk.ask("PUT", path, body_of(bill["vendorId"], billLineItems=[{"id": "bli0", "amount": 1}])))[0] == 404
    )


def test_recorded_payment_settles_the_bill(desk: Desk) -> None:
    bill = desk.bill.seed_bill(amount=Decimal("100.10"))
    other = desk.bill.seed_bill(vendorId=desk.bill.seed_vendor()["id"])

    def record(bill_id: str, amount: str) -> httpx.Response:
        split = {"billId": bill_id, "amount": Decimal(amount)}
        fixed = {"processDate": "2026-12-01", "toPrintCheck": False, "syncReference": "CHK-9"}
        return desk.ask(
            "POST", "/v3/bills/record-payment", {"vendorId": bill["vendorId"], "payments": [split], **fixed}
        )

    paid = record(bill["id"], "40.05").json()
    assert (paid["status"], paid["disbursementType"], paid["onlinePayment"]) == ("PAID", "OFFLINE", False)
    after = desk.bill.bills[bill["id"]]
    assert (after["paidAmount"], after["dueAmount"]) == (Decimal("40.05"), Decimal("60.05"))
    assert after["paymentStatus"] == "PARTIALLY_PAID"
    assert codes(record(bill["id"], "60.06")) == (400, ["BDC_1159"])
    assert codes(record(other["id"], "1")) == (400, ["BDC_1143"])
    assert record(bill["id"], "60.05").status_code == 200
    assert desk.bill.bills[bill["id"]]["paymentStatus"] == "PAID"
    desk.bill.void(paid["id"])
    assert desk.bill.bills[bill["id"]]["dueAmount"] == Decimal("40.05")


def test_paying_needs_the_second_factor_and_a_usable_account(desk: Desk) -> None:
    bill, sandbox = desk.bill.seed_bill(amount=50), desk.bill
    body: dict[str, Any] = {"billId": bill["id"], "amount": 50, "processingOptions": {}, "transactionNumber": "T-1"}
    body["fundingAccount"] = {"type": "BANK_ACCOUNT", "id": sandbox.bank_id}
    assert codes(desk.ask("POST", "/v3/payments", body)) == (403, ["BDC_1361"])
    remembered = {"rememberMeId": sandbox.remember_me_id, "device": sandbox.device}
    assert desk.login(**remembered).json()["trusted"] is True
    assert desk.ask("POST", "/v3/mfa/step-up", remembered).json() == {"trusted": True}
    unusable = next(key for key in sandbox.books.banks if key != sandbox.bank_id)
    bad = {**body, "fundingAccount": {"type": "BANK_ACCOUNT", "id": unusable}}
    assert codes(desk.ask("POST", "/v3/payments", bad)) == (422, ["BDC_1151"])
    assert codes(desk.ask("POST", "/v3/payments", {**body, "processDate": "2020-01-01"})) == (422, ["BDC_1152"])
    assert codes(desk.ask("POST", "/v3/payments", {**body, "processingOptions": None}))[1] == ["BDC_1117"]
    made = desk.ask("POST", "/v3/payments", body).json()
    assert sandbox.bills[bill["id"]]["paymentStatus"] == "SCHEDULED"
    found = desk.ask("GET", "/v3/payments", params={"filters": "transactionNumber:eq:T-1"}).json()
    assert [row["id"] for row in found["results"]] == [made["id"]]
    assert desk.ask("POST", f"/v3/payments/{made['id']}/cancel").json()["singleStatus"] == "CANCELED"
    assert desk.ask("POST", f"/v3/payments/{made['id']}/cancel").status_code == 400
    assert sandbox.bills[bill["id"]]["dueAmount"] == 50
    sandbox.frame.clock.advance(31 * 86400)
    assert desk.login(**remembered).json()["trusted"] is False


def test_bulk_payments_are_combined_35_to_one(desk: Desk) -> None:
    desk.bill.options(payments_trusted=True)
    splits = [{"billId": desk.bill.seed_bill(amount=1)["id"], "amount": 1} for _n in range(40)]
    body = {"fundingAccount": {"type": "BANK_ACCOUNT", "id": desk.bill.bank_id}, "payments": splits}
    made = desk.ask("POST", "/v3/payments/bulk", body).json()["payments"]
    assert [len(payment["billPayments"]) for payment in made] == [35, 5]
    assert "billId" not in made[0]


def test_a_cleared_payment_can_still_fail(desk: Desk) -> None:
    bill = desk.bill.seed_bill(amount=9)
    payment = desk.bill.pay([{"billId": bill["id"], "amount": 9}])
    before = desk.bill.bills[bill["id"]]["updatedTime"]
    assert desk.bill.advance(payment["id"], "CLEARED")["status"] == "PAID"
    assert desk.bill.bills[bill["id"]]["updatedTime"] > before
    failed = desk.bill.advance(payment["id"], "DISBURSEMENT_FAILED_ACTION_NEEDED")
    assert desk.ask("GET", f"/v3/payments/{payment['id']}").json()["singleStatus"] == failed["singleStatus"]


def test_a_policy_holds_a_bill_until_approved(desk: Desk) -> None:
    rule = {"key": "BILL_AMOUNT", "op": "gte", "values": ["1000"]}
    policy = {"policyName": "big", "rules": [rule], "approvers": [desk.bill.user_id, "00602EMUUSERAAAAA002"]}
    desk.bill.options(policies=[policy], payments_trusted=True)
    bill = desk.bill.seed_bill(amount=1000)
    funding = {"type": "BANK_ACCOUNT", "id": desk.bill.bank_id}
    body = {"billId": bill["id"], "amount": 1000, "processingOptions": {}, "fundingAccount": funding}
    assert codes(desk.ask("POST", "/v3/payments", body)) == (400, ["BDC_1143"])
    pending = desk.ask("GET", "/v3/bill-approvals/pending-user-approvals").json()["bills"]
    assert [row["billId"] for row in pending] == [bill["id"]]
    action = {"billId": bill["id"], "action": "APPROVE", "comment": ""}
    assert desk.ask("POST", "/v3/bill-approvals/actions", action).status_code == 400
    assert desk.ask("POST", "/v3/bill-approvals/actions", [action]).json() == {"status": "SUCCESS"}
    shown = desk.ask("GET", f"/v3/bills/{bill['id']}?billApprovals=true").json()
    assert shown["approvalStatus"] == "APPROVING"
    assert [row["status"] for row in shown["approvers"]] == ["APPROVED", "WAITING"]
    assert "approvers" not in desk.ask("GET", f"/v3/bills/{bill['id']}").json()
    assert desk.bill.approve(bill["id"])["approvalStatus"] == "APPROVED"
    assert desk.ask("POST", "/v3/payments", body).status_code == 201
    assert desk.bill.deny(bill["id"])["approvalStatus"] == "DENIED"


def test_vendor_credits_lower_what_is_due(desk: Desk) -> None:
    vendor = desk.bill.seed_vendor()["id"]
    credit = {"vendorId": vendor, "referenceNumber": "CR-1", "creditDate": "2026-11-01"}
    credit["vendorCreditLineItems"] = [{"amount": Decimal("12.50")}]
    made = desk.ask("POST", "/v3/vendor-credits/bulk", [credit]).json()["vendorCredits"][0]
    assert (made["status"], made["amount"]) == ("NOT_APPLIED", 12.5)
    uses = [{"id": made["id"], "amount": Decimal("12.50")}]
    bill = desk.ask("POST", "/v3/bills", body_of(vendor, vendorCredits=uses)).json()
    assert (bill["dueAmount"], bill["creditAmount"], bill["paidAmount"]) == (400, 12.5, 12.5)
    assert desk.ask("GET", f"/v3/vendor-credits/{made['id']}").json()["status"] == "FULLY_APPLIED"
    assert desk.ask("POST", "/v3/bills", body_of(vendor, vendorCredits=uses)).status_code == 400
    assert desk.ask("POST", f"/v3/vendor-credits/{made['id']}/restore").status_code == 404


def test_classifications_come_in_their_envelopes(desk: Desk) -> None:
    names = [{"name": f"D{n}"} for n in range(3)]
    made = desk.ask("POST", "/v3/classifications/departments/bulk", names).json()["departments"]
    assert [row["id"][:3] for row in made] == ["0de"] * 3
    gone = desk.ask("POST", f"/v3/classifications/departments/bulk/archive?ids={made[0]['id']},{made[1]['id']}")
    assert [row["archived"] for row in gone.json()["departments"]] == [True, True]
    left = desk.ask("GET", "/v3/classifications/departments?filters=archived:eq:false").json()["results"]
    assert [row["name"] for row in left] == ["D2"]
    bad = {"name": "x", "account": {"type": "WRONG"}}
    assert codes(desk.ask("POST", "/v3/classifications/chart-of-accounts", bad)) == (400, ["BDC_1129"])


def test_people_act_over_control_routes_too(desk: Desk) -> None:
    def control(name: str, **arguments: Any) -> Any:
        answer = desk.http.post(f"{desk.url}/_sandbox/{name}", content=encoded(arguments))
        return decoded(answer.content)

    bill = control("seed_bill", amount=Decimal("0.10"))
    payment = control("pay", splits=[{"billId": bill["id"], "amount": Decimal("0.10")}], status="CLEARED")
    assert payment["amount"] == Decimal("0.10")
    state = control("dump")
    assert state["bills"][bill["id"]]["paymentStatus"] == "PAID"
    assert control("options", coarse_time=True)["coarse_time"] is True
    same = {desk.bill.seed_vendor()["updatedTime"][-10:] for _n in range(3)}
    assert same == {".000+00:00"}


def test_a_bulk_of_100_is_fast_and_10_000_records_page_quickly(desk: Desk) -> None:
    vendor = desk.bill.seed_vendor()["id"]
    rows = [body_of(vendor, f"N-{n}") for n in range(100)]
    started = time.process_time()
    desk.ask("POST", "/v3/bills/bulk", rows)
    assert time.process_time() - started < 0.5
    for _n in range(9_900):
        desk.bill.seed_bill(vendorId=vendor)
    started = time.process_time()
    desk.ask("GET", "/v3/bills", params={"max": "100", "sort": "updatedTime:asc", "filters": "archived:eq:false"})
    assert time.process_time() - started < 0.5
