"""The QuickBooks Online emulator keeps the books by Intuit's rules, seen over real HTTP."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.quickbooks_online import QuickBooksSandbox
from tests.sandbox.quickbooks_online.driver import Desk, Door, code, exact
from tests.sandbox.sample import CHART
from tests.sandbox.serving import served


@pytest.fixture(scope="module")
def door() -> Iterator[tuple[Door, str]]:
    door = Door()
    with served(door) as url:
        yield door, url


@pytest.fixture
def desk(door: tuple[Door, str]) -> Iterator[Desk]:
    door[0].qbo = QuickBooksSandbox()
    door[0].qbo.options(throttle=False)
    door[0].qbo.seed_accounts(CHART)
    desk = Desk(door[0].qbo, door[1])
    yield desk
    desk.close()


@pytest.fixture
def vendor(desk: Desk) -> str:
    return str(desk.qbo.add_vendor(DisplayName="Northwind Paper")["Id"])


def test_a_vendor_comes_back_whole_but_for_its_tax_id(desk: Desk) -> None:
    body = {
        "DisplayName": " Northwind Paper Co ",
        "CompanyName": "Northwind",
        "TaxIdentifier": "98-7654321",
        "PrimaryEmailAddr": {"Address": "ar@northwind.example"},
        "BillAddr": {"Line1": "12 Mill Road", "City": "Dayton"},
    }
    made = desk.write("Vendor", body)
    assert (made["Id"], made["SyncToken"], made["DisplayName"]) == ("56", "0", "Northwind Paper Co")
    assert (made["TaxIdentifier"], made["PrintOnCheckName"]) == ("XXXXXX4321", "Northwind")
    assert made["MetaData"]["CreateTime"] == made["MetaData"]["LastUpdatedTime"]
    assert made["CurrencyRef"] == {"value": "USD", "name": "United States Dollar"}
    assert desk.qbo.vendors["56"]["TaxIdentifier"] == "98-7654321"
    again = desk.write("Vendor", made)
    assert again == made
    assert desk.qbo.vendors["56"]["TaxIdentifier"] == "98-7654321"


@pytest.mark.parametrize(
    ("wrong", "refused"),
    [
        ({"DisplayName": ""}, "6080"),
        ({"DisplayName": "x" * 501}, "2050"),
        ({"DisplayName": "A:B"}, "2040"),
        ({"GivenName": "A\tB"}, "2040"),
        ({"PrimaryEmailAddr": {"Address": "nobody"}}, "2210"),
        ({"Nickname": "Nor"}, "2010"),
        ({"BillAddr": {"Street": "x"}}, "2010"),
        ({"Active": "maybe"}, "2010"),
        ({"TermRef": {"value": "99"}}, "2500"),
        ({"CurrencyRef": {"value": "EUR"}}, "6000"),
        ({"Id": "77"}, "2020"),
    ],
)
def test_a_wrong_vendor_is_refused_by_code(desk: Desk, wrong: dict[str, Any], refused: str) -> None:
    assert desk.write("Vendor", {"DisplayName": "Northwind", **wrong}) == refused
    assert not desk.qbo.vendors


def test_no_two_vendors_customers_or_employees_share_a_name(desk: Desk, vendor: str) -> None:
    desk.qbo.add_customer("Contoso")
    desk.qbo.add_employee(GivenName="Dana", FamilyName="Field")
    for name in ("northwind paper", "CONTOSO", " Dana Field "):
        assert desk.write("Vendor", {"DisplayName": name}) == "6240"
    desk.qbo.delete("Vendor", vendor)
    assert desk.qbo.vendors[vendor]["DisplayName"] == "Northwind Paper (deleted)"
    other = desk.write("Vendor", {"DisplayName": "Northwind Paper"})
    revived = {"Id": vendor, "SyncToken": "1", "sparse": True, "Active": True}
    assert desk.write("Vendor", revived) == "6240"
    desk.qbo.edit("Vendor", other["Id"], DisplayName="Northwind Two")
    assert desk.write("Vendor", revived)["DisplayName"] == "Northwind Paper"


def test_without_the_suffix_an_inactive_name_stays_taken(desk: Desk, vendor: str) -> None:
    desk.qbo.options(deleted_suffix=False)
    desk.qbo.delete("Vendor", vendor)
    assert desk.write("Vendor", {"DisplayName": "Northwind Paper"}) == "6240"


def test_updates_need_the_current_token_and_full_ones_clear(desk: Desk) -> None:
    made = desk.write("Vendor", {"DisplayName": "Nor", "AcctNum": "C-1", "TaxIdentifier": "12-3456789"})
    known = {"Id": made["Id"], "SyncToken": "0"}
    sparse = desk.write("Vendor", {**known, "sparse": True, "CompanyName": "Nor Inc"})
    assert (sparse["SyncToken"], sparse["AcctNum"]) == ("1", "C-1")
    assert desk.write("Vendor", {**known, "DisplayName": "Nor"}) == "5010"
    cleared = desk.write("Vendor", {**known, "SyncToken": "1", "sparse": True, "AcctNum": "", "CompanyName": None})
    assert "AcctNum" not in cleared and cleared["CompanyName"] == "Nor Inc"
    full = desk.write("Vendor", {**known, "SyncToken": "2", "GivenName": "N"})
    assert full["DisplayName"] == "Nor" and "TaxIdentifier" not in full and "CompanyName" not in full
    assert desk.write("Vendor", {"SyncToken": "3", "Id": made["Id"], "sparse": True})["SyncToken"] == "3"
    assert desk.write("Vendor", {"Id": made["Id"], "sparse": True}) == "2020"
    assert desk.write("Vendor", {"Id": made["Id"], "SyncToken": "3"}, operation="delete") == "500"


def test_a_purchase_order_gets_its_defaults_sums_and_names(desk: Desk, vendor: str) -> None:
    desk.qbo.seed_departments(["Dayton"])
    classes = desk.qbo.seed_classes(["Operations", "Operations:East"])
    item = desk.qbo.add("Item", Name="Board", ExpenseAccountRef={"value": "60"})
    lines = [
        desk.line("150.00", Description="Copy paper", detail={"ClassRef": {"value": classes[1]["Id"]}}),
        {
            "DetailType": "ItemBasedExpenseLineDetail",
            "Amount": Decimal("30.86"),
            "ItemBasedExpenseLineDetail": {
                "ItemRef": {"value": item["Id"]}, "Qty": 3, "UnitPrice": Decimal("10.2855"),
            },
        },
    ]  # fmt: skip
    made = desk.write("PurchaseOrder", desk.order(vendor, "INV-20417", Line=lines, DepartmentRef={"value": "1"}))
    assert (made["TotalAmt"], made["POStatus"], made["EmailStatus"]) == (Decimal("180.86"), "Open", "NotSet")
    assert made["DepartmentRef"] == {"value": "1", "name": "Dayton"}
    assert made["APAccountRef"]["name"] == "Trade Payables"
    first, second = made["Line"]
    assert (first["Id"], first["LineNum"], first["Amount"]) == ("1", 1, 150)
    assert first["AccountBasedExpenseLineDetail"]["ClassRef"]["name"] == "Operations:East"
    assert first["AccountBasedExpenseLineDetail"]["TaxCodeRef"] == {"value": "NON"}
    assert second["Received"] == 0
    desk.qbo.edit("Vendor", vendor, DisplayName="Northwind Holdings")
    read = exact(desk.ask("GET", f"/purchaseorder/{made['Id']}"))["PurchaseOrder"]
    assert read["VendorRef"]["name"] == "Northwind Holdings"
    assert desk.qbo.purchase_orders[made["Id"]]["TotalAmt"] == Decimal("180.86")


@pytest.mark.parametrize(
    ("wrong", "refused"),
    [
        ({"VendorRef": None}, "2020"),
        ({"VendorRef": {"value": "999"}}, "2500"),
        ({"Line": []}, "2020"),
        ({"APAccountRef": {"value": "34"}}, "6000"),
        ({"DocNumber": "N" * 22}, "2050"),
        ({"POStatus": "Waiting"}, "2170"),
        ({"TxnDate": "2026-13-01"}, "2010"),
        ({"SalesTermRef": {"value": "9"}}, "2500"),
        ({"Department": {"value": "1"}}, "2010"),
    ],
)
def test_a_wrong_purchase_order_is_refused_by_code(
    desk: Desk, vendor: str, wrong: dict[str, Any], refused: str
) -> None:
    assert desk.write("PurchaseOrder", desk.order(vendor, **wrong)) == refused
    assert not desk.qbo.purchase_orders


def test_a_wrong_line_is_refused_by_code(desk: Desk, vendor: str) -> None:
    bare = desk.qbo.add("Item", Name="Bare")
    board = desk.qbo.add("Item", Name="Board", ExpenseAccountRef={"value": "60"})

    def refused(**line: Any) -> Any:
        return desk.write("PurchaseOrder", desk.order(vendor, Line=[{**desk.line("10"), **line}]))

    def item(identifier: str, **detail: Any) -> dict[str, Any]:
        detail = {"ItemRef": {"value": identifier}, **detail}
        return {"DetailType": "ItemBasedExpenseLineDetail", "ItemBasedExpenseLineDetail": detail}

    assert refused(Amount=None) == "2020"
    assert refused(DetailType=None) == "2020"
    assert refused(DetailType="SalesItemLineDetail") == "2170"
    assert refused(AccountBasedExpenseLineDetail={}) == "2020"
    assert refused(DepartmentRef={"value": "1"}) == "2010"
    assert refused(Amount=Decimal("-1.00")) == "6000"
    assert refused(**item(bare["Id"])) == "6000"
    assert refused(**item(board["Id"], Qty=3, UnitPrice=4)) == "6070"
    account = desk.line("1")["AccountBasedExpenseLineDetail"]["AccountRef"]["value"]
    desk.qbo.delete("Account", account)
    assert refused(AccountBasedExpenseLineDetail={"AccountRef": {"value": account}}) == "610"


def test_lines_are_replaced_as_a_whole_and_keep_their_ids_only_if_they_are_sent(desk: Desk, vendor: str) -> None:
    made = desk.write("PurchaseOrder", desk.order(vendor, "A-1", Line=[desk.line("1"), desk.line("2")]))
    kept = {**made, "Line": [desk.line("3"), {**made["Line"][1], "Amount": Decimal("2.50")}]}
    after = desk.write("PurchaseOrder", kept)
    assert [(line["Id"], line["LineNum"], line["Amount"]) for line in after["Line"]] == [
        ("3", 1, 3),
        ("2", 2, Decimal("2.5")),
    ]
    assert (after["TotalAmt"], after["SyncToken"]) == (Decimal("5.5"), "1")
    full = {"Id": made["Id"], "SyncToken": "1", "VendorRef": {"value": vendor}, "Line": [desk.line("7")]}
    cleared = desk.write("PurchaseOrder", full)
    assert "DocNumber" not in cleared and [line["Id"] for line in cleared["Line"]] == ["4"]


def test_document_numbers_follow_the_preference(desk: Desk, vendor: str) -> None:
    assert desk.write("PurchaseOrder", desk.order(vendor, "INV-1"))["DocNumber"] == "INV-1"
    assert desk.write("PurchaseOrder", desk.order(vendor, "INV-1")) == "6140"
    forced = desk.write("PurchaseOrder", desk.order(vendor, "INV-1"), include="allowduplicatedocnum")
    assert forced["DocNumber"] == "INV-1"
    assert "DocNumber" not in desk.write("PurchaseOrder", desk.order(vendor))
    desk.qbo.set_preference(UseCustomTxnNumbers=False)
    numbers = [desk.write("PurchaseOrder", desk.order(vendor, "INV-1"))["DocNumber"] for _time in range(2)]
    assert numbers == ["1001", "1002"]


def test_classes_and_locations_are_kept_only_where_they_are_tracked(desk: Desk, vendor: str) -> None:
    desk.qbo.seed_departments(["Dayton"])
    chosen = {"value": desk.qbo.seed_classes(["Operations"])[0]["Id"]}
    body = desk.order(vendor, ClassRef=chosen, DepartmentRef={"value": "1"})
    body["Line"] = [desk.line("5", detail={"ClassRef": chosen})]

    def kept() -> tuple[bool, bool, bool]:
        made = desk.write("PurchaseOrder", body)
        return (
            "ClassRef" in made,
            "ClassRef" in made["Line"][0]["AccountBasedExpenseLineDetail"],
            "DepartmentRef" in made,
        )

    assert kept() == (False, True, True)
    desk.qbo.set_preference(ClassTrackingPerTxn=True, TrackDepartments=False)
    assert kept() == (True, False, False)
    desk.qbo.options(untracked="refused")
    assert desk.write("PurchaseOrder", body) == "6000"
    assert desk.write("Department", {"Name": "Akron"}) == "5020"


def test_purchase_orders_need_the_edition_and_the_switch(desk: Desk, vendor: str) -> None:
    desk.qbo.set_preference(PurchaseOrderEnabled=False)
    assert desk.write("PurchaseOrder", desk.order(vendor)) == "5020"
    assert desk.query("select * from PurchaseOrder") == {}
    desk.qbo.options(orders_need_preference=False)
    assert desk.write("PurchaseOrder", desk.order(vendor))["POStatus"] == "Open"
    desk.qbo.options(edition="QuickBooks Online Essentials")
    for entity in ("PurchaseOrder", "Class", "Department"):
        assert desk.query(f"select * from {entity}") == "5020"
    assert desk.qbo.company["NameValue"][0]["Value"] == "QuickBooks Online Essentials"


def test_closed_books_stay_closed(desk: Desk, vendor: str) -> None:
    made = desk.write("PurchaseOrder", desk.order(vendor, TxnDate="2026-03-15"))
    desk.qbo.set_preference(BookCloseDate="2026-03-31")
    assert desk.write("PurchaseOrder", desk.order(vendor, TxnDate="2026-03-31")) == "6210"
    assert desk.write("PurchaseOrder", {**made, "TxnDate": "2026-04-15"}) == "6210"
    assert desk.write("PurchaseOrder", made, operation="delete") == "6210"
    assert desk.write("PurchaseOrder", desk.order(vendor, TxnDate="2026-04-01"))["TxnDate"] == "2026-04-01"


def test_a_bill_closes_its_order_and_a_payment_closes_the_bill(desk: Desk, vendor: str) -> None:
    order = desk.write("PurchaseOrder", desk.order(vendor, "A-1", Line=[desk.line("10"), desk.line("5.50")]))
    part = desk.qbo.bill_from_order(order["Id"], lines=["1"])
    stored = desk.qbo.purchase_orders[order["Id"]]
    assert (stored["POStatus"], stored["LinkedTxn"]) == ("Open", [{"TxnId": part["Id"], "TxnType": "Bill"}])
    rest = desk.qbo.bill_from_order(order["Id"], lines=["2"])
    closed = exact(desk.ask("GET", f"/purchaseorder/{order['Id']}"))["PurchaseOrder"]
    assert (closed["POStatus"], closed["SyncToken"]) == ("Closed", "2")
    assert desk.write("PurchaseOrder", closed, operation="delete") == "620"
    paid = desk.qbo.pay_bill(rest["Id"])
    assert desk.qbo.bills[rest["Id"]]["Balance"] == 0
    assert desk.qbo.vendors[vendor]["Balance"] == 10
    assert {"TxnId": paid["Id"], "TxnType": "BillPaymentCheck"} in desk.qbo.bills[rest["Id"]]["LinkedTxn"]
    assert desk.write("Bill", desk.qbo.bills[rest["Id"]], operation="delete") == "620"
    void = {"Id": paid["Id"], "SyncToken": "0", "sparse": True}
    voided = desk.write("BillPayment", void, operation="update", include="void")
    assert (voided["TotalAmt"], voided["PrivateNote"]) == (0, "Voided")
    assert desk.qbo.bills[rest["Id"]]["Balance"] == Decimal("5.50")
    desk.qbo.delete("Bill", rest["Id"])
    assert desk.qbo.purchase_orders[order["Id"]]["POStatus"] == "Open"


def test_links_are_made_with_new_lines_of_the_right_vendor_only(desk: Desk, vendor: str) -> None:
    order = desk.write("PurchaseOrder", desk.order(vendor))
    other = desk.qbo.add_vendor(DisplayName="Contoso")["Id"]
    link = {"TxnId": order["Id"], "TxnType": "PurchaseOrder", "TxnLineId": "1"}

    def bill(who: str, **line: Any) -> Any:
        return desk.write("Bill", {"VendorRef": {"value": who}, "Line": [desk.line("150", **line)]})

    assert bill(other, LinkedTxn=[link]) == "620"
    assert bill(vendor, LinkedTxn=[{**link, "TxnLineId": "9"}]) == "620"
    assert bill(vendor, LinkedTxn=[{"TxnId": order["Id"], "TxnType": "PurchaseOrder"}]) == "620"
    plain = bill(vendor)
    linked = [{**plain["Line"][0], "LinkedTxn": [link]}]
    assert desk.write("Bill", {**plain, "Line": linked}) == "620"
    linked[0].pop("Id")
    assert desk.write("Bill", {**plain, "Line": linked})["LinkedTxn"] == [
        {"TxnId": order["Id"], "TxnType": "PurchaseOrder"}
    ]


def test_deleting_leaves_a_stub_and_nothing_to_read(desk: Desk, vendor: str) -> None:
    made = desk.write("PurchaseOrder", desk.order(vendor))
    assert desk.write("PurchaseOrder", made, operation="void") == "500"
    gone = desk.write("PurchaseOrder", {"Id": made["Id"], "SyncToken": "0"}, operation="delete")
    assert gone == {"status": "Deleted", "domain": "QBO", "Id": made["Id"]}
    assert code(desk.ask("GET", f"/purchaseorder/{made['Id']}").json()) == "610"
    assert desk.query("select * from PurchaseOrder") == {}
    bill = desk.write("Bill", {"VendorRef": {"value": vendor}, "Line": [desk.line("1")]})
    answer = desk.ask("POST", "/bill", bill, operation="void")
    assert (answer.status_code, code(answer.json())) == (200, "10000")


def test_merging_moves_everything_to_the_survivor(desk: Desk, vendor: str) -> None:
    lost = desk.qbo.add_vendor(DisplayName="Northwind Inc")["Id"]
    order = desk.write("PurchaseOrder", desk.order(lost))
    bill = desk.write("Bill", {"VendorRef": {"value": lost}, "Line": [desk.line("12.50")]})
    desk.qbo.merge_vendors(keep=vendor, lose=lost)
    assert desk.qbo.purchase_orders[order["Id"]]["VendorRef"] == {"value": vendor}
    assert desk.qbo.bills[bill["Id"]]["VendorRef"] == {"value": vendor}
    assert desk.qbo.vendors[vendor]["Balance"] == Decimal("12.50")
    assert desk.qbo.vendors[lost]["Active"] is False


def test_several_currencies_only_where_they_are_switched_on(desk: Desk) -> None:
    desk.qbo.set_preference(MultiCurrencyEnabled=True)
    euro = desk.write("Vendor", {"DisplayName": "Kabel GmbH", "CurrencyRef": {"value": "EUR"}})["Id"]
    assert desk.write("PurchaseOrder", desk.order(euro)) == "2020"
    assert desk.write("PurchaseOrder", desk.order(euro, CurrencyRef={"value": "USD"})) == "6000"
    eur: Any = {"CurrencyRef": {"value": "EUR"}}
    assert desk.write("PurchaseOrder", desk.order(euro, **eur)) == "2020"
    payable = desk.qbo.add("Account", Name="Payables EUR", AccountType="Accounts Payable", **eur)
    made = desk.write("PurchaseOrder", desk.order(euro, **eur))
    assert (made["APAccountRef"]["value"], made["ExchangeRate"]) == (payable["Id"], 1)


def test_settings_are_changed_with_their_token(desk: Desk) -> None:
    part = {"AccountingInfoPrefs": {"UseAccountNumbers": False}}
    assert desk.write("Preferences", {"SyncToken": "9", **part}) == "5010"
    changed = desk.write("Preferences", {"SyncToken": "0", "sparse": True, **part})
    assert changed["AccountingInfoPrefs"]["ClassTrackingPerTxnLine"] is True
    assert "AcctNum" not in exact(desk.ask("GET", "/account/33"))["Account"]
    with pytest.raises(ValueError, match="no such preference"):
        desk.qbo.set_preference(UsePurchaseOrders=True)


def test_unknown_keys_may_be_tolerated_and_may_appear(desk: Desk) -> None:
    desk.qbo.options(tolerate_unknown_keys=True, sprinkle=1)
    made = desk.write("Vendor", {"DisplayName": "Nor", "Nickname": "N"})
    assert "Nickname" not in made and "ZzNewInMinorVersion99" in made
    desk.qbo.options(tolerate_unknown_keys=False)
    assert desk.write("Vendor", made)["SyncToken"] == "0"


def test_terms_give_the_due_date_and_may_be_lost_on_the_way(desk: Desk) -> None:
    term = {"value": desk.qbo.seed_terms([{"name": "Net 30", "days": 30}])[0]["Id"]}
    supplier = desk.write("Vendor", {"DisplayName": "Anna", "TermRef": term})
    assert supplier["TermRef"]["name"] == "Net 30"
    made = desk.write("PurchaseOrder", desk.order(supplier["Id"], TxnDate="2026-05-05", SalesTermRef=term))
    assert made["DueDate"] == "2026-06-04"
    desk.qbo.options(term_ignored_on_create=True)
    assert "TermRef" not in desk.write("Vendor", {"DisplayName": "Bob", "TermRef": term})


def test_an_order_can_be_printed_and_sent_and_old_minor_versions_are_served(desk: Desk, vendor: str) -> None:
    made = desk.write("PurchaseOrder", desk.order(vendor), minorversion="12")
    assert desk.ask("GET", f"/purchaseorder/{made['Id']}/pdf").content.startswith(b"%PDF")
    sent = desk.ask("POST", f"/purchaseorder/{made['Id']}/send", sendTo="ar@northwind.example").json()
    assert sent["PurchaseOrder"]["EmailStatus"] == "EmailSent"


def test_a_renamed_parent_renames_what_is_below_it(desk: Desk) -> None:
    parent, child = desk.qbo.seed_classes(["Operations", "Operations:East"])
    desk.qbo.edit("Class", parent["Id"], Name="Works")
    read = exact(desk.ask("GET", f"/class/{child['Id']}"))["Class"]
    assert (read["FullyQualifiedName"], read["ParentRef"]["name"]) == ("Works:East", "Works")
    assert desk.write("Class", {"Name": "East", "ParentRef": {"value": parent["Id"]}}) == "6240"
