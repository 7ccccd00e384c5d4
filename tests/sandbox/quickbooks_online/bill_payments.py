"""Bill payments: each pays some bills, and may be voided.

Source: QuickBooks Online API reference, BillPayment.
"""

from decimal import Decimal

from tests.sandbox.quickbooks_online import refusals
from tests.sandbox.quickbooks_online.bills import settle_paid
from tests.sandbox.quickbooks_online.company import Company
from tests.sandbox.quickbooks_online.drafts import Draft
from tests.sandbox.quickbooks_online.shapes import BILL_PAYMENT
from tests.sandbox.quickbooks_online.transactions import opened
from tests.sandbox.quickbooks_online.wire import Record

_MEANS = {
    "Check": ("CheckPayment", "BankAccountRef", "Bank"),
    "CreditCard": ("CreditCardPayment", "CCAccountRef", "Credit Card"),
}
_ZERO = Decimal(0)


def build_payment(draft: Draft) -> Record:
    """Returns the payment as it will be stored.

    Raises:
        Refusal: 2020, 2500, 6000 or 6210.
    """
    record = opened(draft, BILL_PAYMENT)
    for name in ("TotalAmt", "PayType"):
        if name not in record:
            raise refusals.missing(name)
    _check_means(draft.company, record)
    record["Line"] = [_line(draft, record, number, line) for number, line in enumerate(record["Line"], 1)]
    if record["TotalAmt"] < sum((line["Amount"] for line in record["Line"]), _ZERO) or record["TotalAmt"] < 0:
        raise refusals.business("The total amount is less than the sum of the lines.")
    return record


def voided(record: Record) -> Record:
    """Returns the payment after it was voided: no amount, no lines, a note that says so."""
    if record.get("PrivateNote", "").startswith("Voided"):
        return record
    note = f"Voided - {record['PrivateNote']}" if record.get("PrivateNote") else "Voided"
    return {**record, "TotalAmt": _ZERO, "Line": [], "PrivateNote": note}


def settle(company: Company, before: Record | None, after: Record | None) -> None:
    """Brings the bills in line with a payment that was written, voided or deleted."""
    identifier = (after or before or {})["Id"]
    old, new = _split(before), _split(after)
    for bill in dict.fromkeys([*old, *new]):
        payments = company.paid.setdefault(bill, {})
        if bill in new:
            payments[identifier] = new[bill]
        else:
            payments.pop(identifier, None)
        settle_paid(company, bill)


def _check_means(company: Company, record: Record) -> None:
    part, name, kind = _MEANS[record["PayType"]]
    account = record.get(part, {}).get(name)
    if account is None:
        raise refusals.missing(f"{part}.{name}")
    found = company.rows("Account").get(account["value"])
    if found is not None and found["AccountType"] != kind:
        raise refusals.business(f"You must specify an account of the type {kind}.")
    if part == "CheckPayment":
        record[part] = {"PrintStatus": "NotSet", **record[part]}


def _line(draft: Draft, payment: Record, number: int, line: Record) -> Record:
    links = line.get("LinkedTxn") or []
    if "Amount" not in line or len(links) != 1:
        raise refusals.missing("Line.Amount and Line.LinkedTxn")
    bill = draft.company.rows("Bill").get(links[0].get("TxnId", ""))
    if links[0].get("TxnType") != "Bill" or bill is None:
        raise refusals.bad_reference("LinkedTxn", "Bill", str(links[0].get("TxnId")))
    others = {key: paid for key, paid in draft.company.paid.get(bill["Id"], {}).items() if key != draft.id}
    if bill["VendorRef"] != payment["VendorRef"] or line["Amount"] > bill["TotalAmt"] - sum(others.values(), _ZERO):
        raise refusals.business("The payment is more than what is owed of the bill, or the bill is another vendor's.")
    return {"Id": str(number), "LineNum": number, "Amount": line["Amount"], "LinkedTxn": links}


def _split(payment: Record | None) -> dict[str, Decimal]:
    split: dict[str, Decimal] = {}
    for line in (payment or {"Line": []})["Line"]:
        bill = line["LinkedTxn"][0]["TxnId"]
        split[bill] = split.get(bill, _ZERO) + line["Amount"]
    return split
