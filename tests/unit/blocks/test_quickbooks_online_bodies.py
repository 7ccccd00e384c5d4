"""What is sent to QuickBooks Online, and what of it was not kept."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from blocks.exact import Record
from blocks.quickbooks_online.document_body import changed_document, new_document
from blocks.quickbooks_online.kept import found, unkept
from blocks.quickbooks_online.vendor_body import changed_vendor, is_masked, new_vendor
from tests.unit.blocks.quickbooks_books import a_line, as_stored


@pytest.mark.parametrize("number", ["XXXXXXX6789", "XXXXXX4321", "X6789", "***-**-6789", "xx-xxx4321", "•••••6789"])
def test_a_masked_tax_identifier_is_never_sent(number: str) -> None:
    assert is_masked(number)
    assert "TaxIdentifier" not in new_vendor({"DisplayName": "N", "TaxIdentifier": number})
    assert "TaxIdentifier" not in changed_vendor({"Id": "1", "SyncToken": "0"}, {"TaxIdentifier": number})


@pytest.mark.parametrize("number", ["98-7654321", "123-45-6789", "X1234567L", "DE811907980", "1X345"])
def test_a_real_tax_identifier_is_sent(number: str) -> None:
    assert new_vendor({"DisplayName": "N", "TaxIdentifier": number})["TaxIdentifier"] == number


def test_a_new_vendor_holds_only_what_the_vendor_knows() -> None:
    body = {
        "DisplayName": "Acme:\tPaper",
        "CompanyName": "Acme: Paper",
        "BillAddr": {"Line1": "1 Way", "Line2": ""},
        "PrimaryPhone": {"FreeFormNumber": None},
        "VendorPaymentBankDetail": {"BankAccountNumber": "1"},
        "Balance": 5,
        "CurrencyRef": {"value": "EUR"},
    }
    assert new_vendor(body) == {
        "DisplayName": "Acme Paper",
        "CompanyName": "Acme: Paper",
        "BillAddr": {"Line1": "1 Way"},
        "CurrencyRef": {"value": "EUR"},
    }


def test_fields_that_are_emptied_are_cleared_and_others_left() -> None:
    held = {"Id": "5", "SyncToken": "2", "DisplayName": "Acme", "BillAddr": {"Id": "9", "Line1": "1 Way", "Line2": "b"}}
    body = {
        "DisplayName": "",
        "AcctNum": None,
        "PrimaryEmailAddr": {"Address": ""},
        "TermRef": {"value": ""},
        "BillAddr": {"Line1": "2 Way"},
        "CurrencyRef": {"value": "EUR"},
    }
    assert changed_vendor(held, body) == {
        "Id": "5",
        "SyncToken": "2",
        "sparse": True,
        "AcctNum": "",
        "PrimaryEmailAddr": {},
        "TermRef": {"value": ""},
        "BillAddr": {"Line1": "2 Way", "Line2": ""},
    }


@pytest.mark.parametrize(
    ("shown", "active", "body", "sent"),
    [
        ("Acme", True, {"DisplayName": "ACME"}, "ACME"),
        ("Acme (Vendor 3)", True, {"DisplayName": "Acme"}, "Acme (Vendor 3)"),
        ("Acme (Vendor)", True, {"DisplayName": "Beta"}, "Beta"),
        ("Acme (deleted)", False, {"DisplayName": "Acme"}, None),
        ("Acme (deleted)", False, {"DisplayName": "Acme", "Active": True}, "Acme"),
        ("Acme (Vendor) (deleted)", False, {"DisplayName": "Acme", "Active": True}, "Acme (Vendor)"),
        ("Acme (deleted)", False, {"DisplayName": "Beta"}, "Beta"),
        ("Acme", True, {"CompanyName": "Acme Inc"}, None),
    ],
)
def test_a_vendor_keeps_the_variant_of_its_name(shown: str, active: bool, body: Record, sent: str | None) -> None:
    held = {"Id": "5", "SyncToken": "2", "DisplayName": shown, "Active": active}
    assert changed_vendor(held, body).get("DisplayName") == sent


def test_a_changed_order_keeps_what_is_not_ours() -> None:
    theirs = {
        "ShipAddr": {"Line1": "Dock 4"},
        "Memo": "thanks",
        "CustomField": [{"DefinitionId": "1"}],
        "DocNumber": "7",
    }
    stored = as_stored(LinkedTxn=[{"TxnId": "191", "TxnType": "Bill"}], **theirs)
    changed = changed_document("PurchaseOrder", stored, {"DueDate": "2026-07-01", "DocNumber": ""})
    assert changed["ShipAddr"] == {"Line1": "Dock 4"}
    assert (changed["Memo"], changed["DueDate"], changed["SyncToken"]) == ("thanks", "2026-07-01", "3")
    assert changed["Line"][0]["Id"] == "1"
    gone = {"DocNumber", "TotalAmt", "MetaData", "domain", "sparse", "LinkedTxn"}
    assert not gone & changed.keys()
    assert changed["PrivateNote"] == stored["PrivateNote"]


def test_an_order_is_never_mailed_because_of_us() -> None:
    assert "EmailStatus" not in changed_document("PurchaseOrder", as_stored(EmailStatus="NeedToSend"), {})
    assert changed_document("PurchaseOrder", as_stored(EmailStatus="EmailSent"), {})["EmailStatus"] == "EmailSent"


def test_a_bill_keeps_its_links_to_the_order() -> None:
    link = {"TxnId": "162", "TxnType": "PurchaseOrder", "TxnLineId": "1"}
    stored = as_stored(LinkedTxn=[{"TxnId": "162", "TxnType": "PurchaseOrder"}], Balance=Decimal(150))
    stored["Line"][0]["LinkedTxn"] = [link]
    changed = changed_document("Bill", stored, {"Line": [a_line("70", "10.00")]})
    assert changed["LinkedTxn"] == [{"TxnId": "162", "TxnType": "PurchaseOrder"}]
    assert changed["Line"][0]["LinkedTxn"] == [link]
    assert "Balance" not in changed


def test_a_payment_pays_what_its_lines_say_now() -> None:
    def paying(bill: str) -> Record:
        return {"Amount": Decimal(10), "LinkedTxn": [{"TxnId": bill, "TxnType": "Bill"}]}

    stored: Record = {"Id": "9", "SyncToken": "0", "TotalAmt": Decimal(20), "Line": [{"Id": "1", **paying("7")}]}
    changed = changed_document("BillPayment", stored, {"TotalAmt": Decimal(10), "Line": [paying("8")]})
    assert (changed["Line"], changed["TotalAmt"]) == ([paying("8")], Decimal(10))


def test_lines_keep_their_ids_in_order_and_what_people_added_to_them() -> None:
    customer: Record = {"CustomerRef": {"value": "3"}, "TaxAmount": Decimal(9)}
    held = [
        {"Id": "1", "LineNum": 1, **a_line("69", "150.00", **customer)},
        {"Id": "2", "LineNum": 2, **a_line("70", "20.00", **customer)},
        {"Id": "3", "LineNum": 3, **a_line("71", "30.00")},
    ]
    ours = [a_line("69", "160.00"), a_line("72", "20.00")]
    first, second = changed_document("PurchaseOrder", as_stored(Line=held), {"Line": ours})["Line"]
    assert (first["Id"], first["Amount"]) == ("1", Decimal("160.00"))
    assert first["AccountBasedExpenseLineDetail"] == {"AccountRef": {"value": "69"}, "CustomerRef": {"value": "3"}}
    assert second == {"Id": "2", **a_line("72", "20.00")}
    longer = changed_document("PurchaseOrder", as_stored(Line=held[:1]), {"Line": ours})["Line"]
    assert [line.get("Id") for line in longer] == ["1", None]


def test_classes_by_hand_stay_where_we_name_none() -> None:
    held = [{"Id": "1", **a_line(ClassRef={"value": "8"})}, {"Id": "2", **a_line(ClassRef={"value": "9"})}]
    stored = as_stored(Line=held)

    def classes(*ours: Record) -> list[Any]:
        lines = changed_document("PurchaseOrder", stored, {"Line": list(ours)})["Line"]
        return [line["AccountBasedExpenseLineDetail"].get("ClassRef", {}).get("value") for line in lines]

    assert classes(a_line(), a_line()) == ["8", "9"]
    assert classes(a_line(ClassRef={"value": "5"}), a_line()) == ["5", None]
    assert classes(a_line(ClassRef={}), a_line()) == [None, None]


def test_what_was_not_kept_is_named() -> None:
    sent: Record = {
        "DocNumber": "INV-1",
        "DepartmentRef": {"value": "2"},
        "Line": [a_line("69", "100.00", ClassRef={"value": "8"}), a_line("70", "50.00")],
    }
    stored = as_stored(DocNumber="INV-1", DepartmentRef={"value": "2", "name": "Dayton"}, Line=sent["Line"])
    assert unkept(sent, stored) == ""
    lost = as_stored(DocNumber="1005", Line=[a_line("69", "100.00"), a_line("71", "50.00")], TotalAmt=Decimal("149.99"))
    assert unkept(sent, lost) == (
        "QuickBooks Online did not keep DocNumber (INV-1 became 1005), DepartmentRef, TotalAmt (150.00 became 149.99),"
        " ClassRef of line 1 and AccountRef of line 2"
    )
    assert "the lines (2 became 1)" in unkept(sent, as_stored(Line=sent["Line"][:1]))
    assert unkept({"TermRef": {"value": "3"}}, {"Id": "1"}) == "QuickBooks Online did not keep TermRef"
    assert found(sent, stored).changed_at == datetime(2026, 5, 5, 9, 15, tzinfo=UTC)


def test_a_new_document_says_nothing_empty() -> None:
    body = {"DocNumber": None, "DepartmentRef": {"value": ""}, "Line": [a_line(ClassRef={}) | {"Description": ""}]}
    assert new_document(body) == {
        "Line": [
            {
                "DetailType": "AccountBasedExpenseLineDetail",
                "Amount": Decimal("150.00"),
                "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "69"}},
            }
        ]
    }
