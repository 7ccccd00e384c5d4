"""What is known of a QuickBooks Desktop company, and its records."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from blocks.errors import TransientError
from blocks.quickbooks_desktop.account import OWNER_ID
from blocks.quickbooks_desktop.company import Company, is_greeting
from blocks.quickbooks_desktop.kept import found
from blocks.quickbooks_desktop.kinds import BILL
from blocks.quickbooks_desktop.models import Bill, BillPayment, Deleted, Vendor
from tests.sandbox.quickbooks_desktop import CompanyFile
from tests.unit.blocks.desktop_company import FILE_ID, a_bill


def greeting_of(**switches: str) -> tuple[CompanyFile, str]:
    company = CompanyFile(file_id=FILE_ID, owner_id=OWNER_ID)
    company.options(**switches)
    company.lock("PC-07")
    return company, company.greeting(OWNER_ID)


def test_a_company_is_known_by_its_greeting() -> None:
    company = Company.of(greeting_of()[1], OWNER_ID)
    assert str(company) == "Acme Co (QuickBooks Enterprise Solutions 24.0)"
    assert (company.file_id, company.machine, company.closing_date) == (FILE_ID, "PC-07", None)
    assert company.too_old() == ""


def test_a_company_tells_its_switches() -> None:
    quickbooks, _text = greeting_of()
    quickbooks.set_preference("IsUsingClassTracking", True)
    quickbooks.set_closing_date(date(2025, 12, 31))
    company = Company.of(quickbooks.greeting(OWNER_ID), OWNER_ID)
    assert company.class_tracking
    assert company.closing_date == date(2025, 12, 31)


def test_a_quickbooks_that_is_too_old_says_so() -> None:
    company = Company.of(greeting_of(highest_version="12.0")[1])
    assert company.too_old() == "QuickBooks Enterprise Solutions 24.0 reads qbXML up to 12.0, and 13.0 is needed"


def test_what_does_not_say_which_company_is_no_greeting() -> None:
    assert is_greeting(greeting_of()[1])
    assert not is_greeting("")
    with pytest.raises(TransientError):
        Company.of("")


def test_what_is_open_of_a_bill_is_its_total_less_what_pays_it() -> None:
    bill = Bill.model_validate({
        "TxnID": "1", "AmountDue": "100.00", "IsPaid": "false", "OpenAmount": "77.77",
        "LinkedTxn": [
            {"TxnID": "2", "LinkType": "AMTTYPE", "Amount": "-30.00"},
            {"TxnID": "3", "LinkType": "QUANTYPE", "Amount": "-5.00"},
        ],
        "ExpenseLineRet": [{"TxnLineID": "4", "Amount": "100.00", "AccountRef": {"ListID": "9", "FullName": "A:B"}}],
        "SomethingNew": {"of": "a later version"},
    })  # fmt: skip
    assert bill.open_amount == Decimal("70.00")
    assert bill.lines[0].account_ref is not None
    assert bill.lines[0].account_ref.full_name == "A:B"
    assert bill.model_copy(update={"is_paid": True}).open_amount == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, ""),
        ({"AmountDue": "12.51"}, "did not keep the total (12.50 became 12.51)"),
        ({"AmountDue": "20.00", "ItemLines": [{"ItemLineRet": {"TxnLineID": "9"}}]}, ""),
        ({"TermsRef": {"ListID": "8", "FullName": "Net 15"}}, "did not keep TermsRef"),
        ({"RefNumber": "B-", "DueDate": "2026-02-05"}, "did not keep DueDate and RefNumber"),
        ({"ExpenseLineRet": []}, ""),
        (
            {"ExpenseLineRet": [{"AccountRef": {"ListID": "2"}, "Amount": "12.50"}]},
            "did not keep the lines (2 became 1)",
        ),
        (
            {"ExpenseLineRet": [
                {"AccountRef": {"ListID": "2"}, "Amount": "2.50"}, {"AccountRef": {"ListID": "2"}, "Amount": "10.00"},
            ]},
            "",
        ),
        (
            {"ExpenseLineRet": [
                {"AccountRef": {"ListID": "3"}, "Amount": "2.50"}, {"AccountRef": {"ListID": "2"}, "Amount": "10.00"},
            ]},
            "did not keep line 2",
        ),
    ],
)  # fmt: skip
def test_what_quickbooks_does_not_keep_is_named(change: dict[str, Any], said: str) -> None:
    body = a_bill("1", "2", "B", "10.00", "2.50", TermsRef={"ListID": "7"})
    stored = {
        "TxnID": "1-1", "EditSequence": "5", "VendorRef": {"ListID": "1"}, "TxnDate": "2026-01-05",
        "DueDate": "2026-02-04", "RefNumber": "B", "AmountDue": "12.50", "TermsRef": {"ListID": "7"}, **change,
    }  # fmt: skip
    result = found(BILL, body, stored)
    assert (result.id, result.version) == ("1-1", "5")
    assert result.wrong == (f"QuickBooks Desktop {said}" if said else "")


def test_a_voided_payment_is_known_as_such() -> None:
    assert BillPayment.model_validate({"TxnID": "1", "Amount": "0.00", "Memo": "VOID: x"}).is_voided
    assert not BillPayment.model_validate({"TxnID": "1", "Amount": "1.00", "Memo": "VOID: x"}).is_voided


def test_moments_are_aware_and_what_is_deleted_keeps_its_kind() -> None:
    vendor = Vendor.model_validate({"ListID": "1", "TimeModified": "2026-08-05T15:43:18-04:00", "IsActive": "0"})
    assert vendor.time_modified == datetime(2026, 8, 5, 19, 43, 18, tzinfo=UTC)
    assert vendor.is_active is False
    assert Vendor.model_validate({"TimeModified": "2026-08-05T15:43:18"}).time_modified is not None
    gone = Deleted.model_validate({"TxnDelType": "Bill", "TxnID": "1-1", "TimeDeleted": "2026-08-05T15:43:18-04:00"})
    assert (gone.kind, gone.id) == ("Bill", "1-1")
