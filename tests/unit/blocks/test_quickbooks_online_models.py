"""QuickBooks Online's records, as they are read."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from blocks.exact import Record
from blocks.quickbooks_online.models import BillPayment, Document, ListEntry, Vendor, stub
from tests.unit.blocks.quickbooks_books import as_stored


def test_a_purchase_order_is_read_with_its_own_words() -> None:
    order = Document.model_validate(as_stored(LinkedTxn=[{"TxnId": "191", "TxnType": "Bill"}], Surprise={"a": 1}))
    assert (order.po_status, order.total_amt, order.sync_token) == ("Open", Decimal(150), "3")
    assert order.linked_txn[0].txn_type == "Bill"
    assert order.changed_at == datetime(2026, 5, 5, 9, 15, tzinfo=UTC)
    booked = order.line[0].account_based_expense_line_detail
    assert booked is not None
    assert booked.account_ref is not None
    assert booked.account_ref.value == "69"


@pytest.mark.parametrize("kind", [Vendor, Document, BillPayment, ListEntry])
def test_everything_but_the_id_may_be_missing(kind: type[Vendor]) -> None:
    bare = kind.model_validate({"Id": 7})
    assert (bare.id, bare.changed_at, bare.is_deleted) == ("7", None, False)
    assert kind.model_validate(stub("7")).is_deleted
    empty: Record = {
        "MetaData": None,
        "Line": None,
        "LinkedTxn": None,
        "POStatus": "SomethingNew",
        "PrimaryEmailAddr": {},
    }
    assert kind.model_validate({"Id": "7", **empty}).id == "7"


def test_a_vendor_and_its_names_are_read() -> None:
    row = {
        "Id": "69",
        "DisplayName": "Northwind",
        "PrimaryEmailAddr": {"Address": "ar@nw.example"},
        "BillAddr": {"Line1": "12 Mill Road", "CountrySubDivisionCode": "OH", "PostalCode": "45402"},
        "Vendor1099": True,
        "TermRef": {"value": "3"},
    }
    vendor = Vendor.model_validate(row)
    assert vendor.primary_email_addr is not None
    assert vendor.primary_email_addr.address == "ar@nw.example"
    assert vendor.bill_addr is not None
    assert (vendor.bill_addr.line1, vendor.bill_addr.country_sub_division_code) == ("12 Mill Road", "OH")
    assert vendor.vendor1099 is True


def test_a_voided_payment_is_known() -> None:
    row = {"Id": "9", "TotalAmt": 0, "PrivateNote": "Voided - BILL payment 0ps01", "TxnDate": "2026-05-06-07:00"}
    payment = BillPayment.model_validate(row)
    assert payment.is_voided
    assert payment.txn_date == date(2026, 5, 6)
    assert not BillPayment.model_validate(row | {"TotalAmt": "1.00"}).is_voided


def test_an_entry_of_a_list_has_its_full_name() -> None:
    row = {"Id": "5", "Name": "Stationery", "FullyQualifiedName": "Office:Stationery", "AcctNum": 6410}
    entry = ListEntry.model_validate(row)
    assert (entry.full_name, entry.acct_num) == ("Office:Stationery", "6410")
