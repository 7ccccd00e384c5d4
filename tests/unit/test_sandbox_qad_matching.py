"""Supplier invoices from outside: attached to orders, matched with receipts, approved and paid in the QAD emulator."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.qad import QadSandbox
from tests.sandbox.qad.ordering import OPEN_RECEIVERS
from tests.sandbox.qad.visitor import Door, Tenant, invoice_body, key_of, payment_of, refusal, the_one
from tests.sandbox.qad.wire import RejectedError
from tests.sandbox.serving import served

INVOICES = "supplierInvoices"
ORDERS = [{"domainCode": "10USA", "purchaseOrderNumber": "PO1"}]


@pytest.fixture(scope="module")
def door() -> Iterator[tuple[Door, str]]:
    door = Door()
    with served(door) as url:
        yield door, url


@pytest.fixture
def tenant(door: tuple[Door, str]) -> Iterator[Tenant]:
    """A tenant with order PO1: of line 1, at 2.50, RC001001 has 10; of line 2, at 0.335, RC001002 has 3."""
    qad = door[0].qad = QadSandbox()
    suppliers = [{"supplierCode": "10S1001"}, {"supplierCode": "10S1002"}]
    qad.seed(accounts=[{"accountCode": "6010"}], cost_centers=[{"costCenterCode": "100"}], suppliers=suppliers)
    lines = [{"quantityOrdered": 20, "purchaseCost": "2.50"}, {"quantityOrdered": 3, "purchaseCost": "0.335"}]
    qad.add_order("PO1", lines)
    qad.add_order("PO2", lines, supplierCode="10S1002")
    qad.receive("PO1", 1, 10)
    qad.receive("PO1", 2, 3)
    tenant = Tenant(qad, door[1])
    with tenant.http:
        yield tenant


def billed(**fields: Any) -> dict[str, Any]:
    """Returns an initial invoice of 25.00 for PO1."""
    usual = {"originalCreditTC": 25, "invoiceStatusCode": "AP-INITIAL", "postingLines": [],
             "supplierInvoicePOs": ORDERS}  # fmt: skip
    return invoice_body(**{**usual, **fields})


def matching(receiver: str = "RC001001", line: int = 1, quantity: Any = 10, amount: Any = 25, **fields: Any) -> Any:
    return {
        "receiverNumber": receiver, "purchaseOrderNumber": "PO1", "purchaseOrderLine": line,
        "matchedQuantity": quantity, "matchedAmountTC": amount, "isFinished": False, **fields,
    }  # fmt: skip


def posting(amount: Any) -> dict[str, Any]:
    return {"accountCode": "6010", "costCenterCode": "100", "debitTC": amount, "description": "Freight"}


def left_open(tenant: Tenant) -> dict[str, Any]:
    rows = tenant.browse(OPEN_RECEIVERS)["data"]
    return {row["prh_hist.prh_receiver"]: row["prh_hist.prh_rcvd"] - row["pvo_mstr.pvo_vouchered_qty"] for row in rows}


def test_an_invoice_from_outside_starts_initial_with_its_orders(tenant: Tenant) -> None:
    made = the_one(tenant.post(INVOICES, billed(supplementaryMessages=[])))
    assert (made["isInitialStatus"], made["isApproved"], made["isLockPayment"]) == (True, False, True)
    assert made["supplierInvoicePOs"] == ORDERS and made["balanceTC"] == 25 and made["supplementaryMessages"] == []
    again = the_one(tenant.post(INVOICES, billed()))
    assert again["voucher"] == 2 and "used before" in again["supplementaryMessages"][0]
    assert left_open(tenant) == {"RC001001": 10, "RC001002": 3}


@pytest.mark.parametrize(
    ("orders", "field"),
    [
        ([{"domainCode": "10USA", "purchaseOrderNumber": "PO9"}], "PurchaseOrderNumber"),
        ([{"domainCode": "20EUR", "purchaseOrderNumber": "PO1"}], "PurchaseOrderNumber"),
        ([*ORDERS, {"domainCode": "10USA", "purchaseOrderNumber": "PO2"}], "PurchaseOrderNumber"),
    ],
)
def test_an_order_that_is_not_the_suppliers_is_not_attached(tenant: Tenant, orders: Any, field: str) -> None:
    assert refusal(tenant.post(INVOICES, billed(supplierInvoicePOs=orders)))["fieldName"] == field
    assert tenant.qad.invoices == {}


def test_submitted_matching_lines_use_receivers_up_and_give_the_status_after_match(tenant: Tenant) -> None:
    body = billed(originalCreditTC="26.01", receiverMatchingLines=[matching(), matching("RC001002", 2, 3, 1.01)])
    made = the_one(tenant.post(INVOICES, {**body, "originalCreditTC": 26.01}))
    assert (made["invoiceStatusCode"], made["isApproved"], made["isInitialStatus"]) == ("AP-RMALLOC", True, False)
    assert made["holdAmountTC"] == 0 and left_open(tenant) == {}
    second = refusal(tenant.post(INVOICES, billed(receiverMatchingLines=[matching()])))
    assert second["fieldName"] == "MatchedQuantity" and "open for 0" in second["message"]


def test_what_is_dearer_than_the_order_is_on_hold_and_what_is_cheaper_is_not(tenant: Tenant) -> None:
    lines = [matching(quantity=4, amount=10.75), matching(quantity=4, amount=9.5)]
    made = the_one(tenant.post(INVOICES, billed(originalCreditTC=20.25, receiverMatchingLines=lines)))
    assert made["holdAmountTC"] == Decimal("0.75") and left_open(tenant) == {"RC001001": 2, "RC001002": 3}


def test_posting_lines_explain_what_matching_lines_do_not(tenant: Tenant) -> None:
    body = billed(originalCreditTC=32.5, receiverMatchingLines=[matching()])
    assert refusal(tenant.post(INVOICES, body))["fieldName"] == "PostingLines"
    assert left_open(tenant)["RC001001"] == 10, "what is refused uses nothing up"
    made = the_one(tenant.post(INVOICES, {**body, "postingLines": [posting(7.5)]}))
    assert made["postingLines"][0]["debitTC"] == Decimal("7.5") and "RC001001" not in left_open(tenant)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"receiverMatchingLines": [matching(quantity=10.5)]}, "MatchedQuantity"),
        ({"receiverMatchingLines": [matching(quantity=6, amount=15), matching(quantity=5, amount=10)]},
         "MatchedQuantity"),
        ({"receiverMatchingLines": [matching(quantity=-1, amount=-25)]}, "MatchedQuantity"),
        ({"receiverMatchingLines": [matching(quantity=0)]}, "MatchedQuantity"),
        ({"receiverMatchingLines": [matching(amount=-25)]}, "MatchedAmountTC"),
        ({"receiverMatchingLines": [matching("RC9")]}, "ReceiverNumber"),
        ({"receiverMatchingLines": [matching(line=2)]}, "ReceiverNumber"),
        ({"receiverMatchingLines": [matching()], "supplierInvoicePOs": []}, "PurchaseOrderNumber"),
        ({"receiverMatchingLines": [matching()], "currencyCode": "EUR"}, "CurrencyCode"),
        ({"receiverMatchingLines": [matching()], "invoiceStatusCode": "AP-GLALLOC"}, "InvoiceStatusCode"),
    ],
)  # fmt: skip
def test_a_match_that_breaks_a_rule_stores_nothing(tenant: Tenant, fields: Any, field: str) -> None:
    assert refusal(tenant.post(INVOICES, billed(**fields)))["fieldName"] == field
    assert tenant.qad.invoices == {} and left_open(tenant) == {"RC001001": 10, "RC001002": 3}


def test_a_tenant_may_drop_the_matching_lines_of_an_initial_invoice(tenant: Tenant) -> None:
    tenant.qad.options(initial_is_matched=False)
    made = the_one(tenant.post(INVOICES, billed(receiverMatchingLines=[matching()])))
    assert made["isInitialStatus"] and made["receiverMatchingLines"] == []
    assert "keeps no matching lines" in made["supplementaryMessages"][0] and left_open(tenant)["RC001001"] == 10
    entered = the_one(tenant.post(INVOICES, billed(receiverMatchingLines=[matching()], invoiceStatusCode="AP-NOALLOC")))
    assert entered["invoiceStatusCode"] == "AP-RMALLOC" and "RC001001" not in left_open(tenant)


def test_an_initial_invoice_is_matched_by_an_update_once(tenant: Tenant) -> None:
    made = the_one(tenant.post(INVOICES, billed()))
    matched = {**made, "receiverMatchingLines": [matching()]}
    after = the_one(tenant.post(INVOICES, matched, **key_of(made)))
    assert after["invoiceStatusCode"] == "AP-RMALLOC" and left_open(tenant) == {"RC001002": 3}
    again = {**after, "receiverMatchingLines": [matching(quantity=1, amount=25)]}
    assert refusal(tenant.post(INVOICES, again, **key_of(made)))["fieldName"] == "ReceiverMatchingLines"


def test_a_person_matches_approves_and_pays(tenant: Tenant) -> None:
    made = the_one(tenant.post(INVOICES, billed(originalCreditTC=27)))
    assert refusal(tenant.post("supplierPayments", payment_of(made, 27)))["fieldName"] == "IsLockPayment"
    matched = tenant.qad.match(made, postingLines=[posting("1.50")])
    assert [(line["matchedQuantity"], line["matchedAmountTC"]) for line in matched["receiverMatchingLines"]] == [
        (10, 25), (Decimal("1.4925373134"), Decimal("0.50")),
    ]  # fmt: skip
    assert (matched["invoiceStatusCode"], matched["holdAmountTC"], matched["isOpen"]) == ("AP-RMALLOC", 0, True)
    assert tenant.qad.pay(made, "7.00")["amountTC"] == 7
    assert tenant.stored(INVOICES, **key_of(made))["balanceTC"] == 20
    payment = tenant.qad.pay(made)
    paid = tenant.stored(INVOICES, **key_of(made))
    assert (paid["balanceTC"], paid["isOpen"], payment["amountTC"]) == (0, False, 20)
    with pytest.raises(RejectedError, match="isOpen"):
        tenant.qad.pay(made, 1)


def test_approving_accepts_what_is_on_hold(tenant: Tenant) -> None:
    made = the_one(tenant.post(INVOICES, billed(originalCreditTC=100)))
    assert tenant.qad.match(made, [matching(amount=100)])["holdAmountTC"] == 75
    approved = tenant.qad.approve(made)
    assert (approved["holdAmountTC"], approved["isApproved"], approved["invoiceStatusCode"]) == (0, True, "AP-RMALLOC")
    with pytest.raises(RejectedError, match="matched already"):
        tenant.qad.match(made)


def test_a_person_cannot_match_what_did_not_arrive(tenant: Tenant) -> None:
    first, second = (the_one(tenant.post(INVOICES, billed(originalCreditTC=amount))) for amount in (26.01, 9))
    tenant.qad.match(first)
    with pytest.raises(RejectedError, match="No receiver"):
        tenant.qad.match(second)
    assert tenant.stored(INVOICES, **key_of(second))["isInitialStatus"] is True
    tenant.qad.receive("PO1", 1, 4)
    assert tenant.qad.match(second)["receiverMatchingLines"][0]["matchedQuantity"] == Decimal("3.6")


def test_goods_that_went_back_are_matched_with_a_credit_note(tenant: Tenant) -> None:
    tenant.qad.correct_receipt("RC001001", "PO1", 1, 4)
    note = billed(
        invoiceType="CREDITNOTE", daybookCode="SC", originalCreditTC=0, originalDebitTC=10,
        receiverMatchingLines=[matching("RC001003", quantity=-4, amount=-10)],
    )  # fmt: skip
    made = the_one(tenant.post(INVOICES, note))
    assert made["balanceTC"] == -10 and left_open(tenant) == {"RC001001": 10, "RC001002": 3}


def test_people_rename_and_deactivate_suppliers_and_accounts(tenant: Tenant) -> None:
    tenant.qad.rename_supplier("10S1001", "Žďár Castings a.s.")
    tenant.qad.rename_account("6010", "Supplies, plant 1")
    supplier = tenant.stored("supplierV2s", sharedSetCode="QMS-SUPP", supplierCode="10S1001")
    assert supplier["businessRelationName"] == supplier["addressName"] == "Žďár Castings a.s."
    relation = tenant.stored("businessRelationV2s", businessRelationCode="10S1001")
    assert relation["businessRelationName1"] == "Žďár Castings a.s."
    account = {"sharedSetCode": "QMS-COA", "accountCode": "6010"}
    assert tenant.stored("accounts", **account)["description"] == "Supplies, plant 1"
    tenant.qad.deactivate_account("6010")
    tenant.qad.deactivate_supplier("10S1001")
    assert refusal(tenant.post(INVOICES, billed()))["fieldName"] == "SupplierCode"
    other = invoice_body(supplierCode="10S1002")
    assert refusal(tenant.post(INVOICES, other))["fieldName"] == "AccountCode"
    tenant.qad.edit_account("6010", isActive=True)
    assert the_one(tenant.post(INVOICES, other))["voucher"] == 1
