"""How QAD's records read in BILL, and BILL's payments in QAD: pure, and exact to the cent."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from blocks.bill.models import Payment, Split
from blocks.exact import minor_units
from blocks.qad.models import PostingLine, Supplier, SupplierInvoice
from blocks.target import Body
from flows.countries import TWO_LETTERS
from flows.qad_bill.rules import QadBillConnection
from flows.unfit import UnfitError

VENDOR_NAME, INVOICE_NUMBER, DESCRIPTION, SHORT_NAME = 100, 21, 4000, 40  # BILL's longest, in characters
NOTHING = Decimal(0)


class References(NamedTuple):
    """BILL's ids by QAD's codes, as the align step found or made them."""

    vendors: Mapping[str, str]
    accounts: Mapping[str, str]
    departments: Mapping[str, str]


def to_bill_vendor(supplier: Supplier, rules: QadBillConnection) -> Body:
    """Returns the vendor that BILL shall hold for a supplier.

    Raises:
        UnfitError: something that BILL insists on is missing or too long.
    """
    country = (supplier.country or "").strip().upper()
    address = {
        "line1": (supplier.street1 or "").strip(),
        "line2": (supplier.street2 or "").strip(),
        "city": (supplier.city or "").strip(),
        "stateOrProvince": (supplier.state or "").strip(),
        "zipOrPostalCode": (supplier.zip or "").strip(),
        "country": {**TWO_LETTERS, **rules.countries}.get(country, country),
    }
    missing = [name for name in ("line1", "city", "zipOrPostalCode", "country") if not address[name]]
    if missing:
        raise UnfitError(f"has no {_listed(missing)} in its address, which BILL insists on")
    if len(address["country"]) != 2:
        raise UnfitError(f"has the country {country!r}, which is not an ISO code of two letters")
    body: Body = {
        "name": _vendor_name(supplier, rules),
        "accountType": "BUSINESS",
        "email": (supplier.email or "").strip(),
        "phone": (supplier.telephone or "").strip(),
        "address": {name: value for name, value in address.items() if value},
        "billCurrency": supplier.currency or "USD",
    }
    if supplier.tax_id:
        body["additionalInfo"] = {"taxId": supplier.tax_id.strip(), "taxIdType": "EIN"}
    return {name: value for name, value in body.items() if value}


def to_bill(invoice: SupplierInvoice, refs: References, rules: QadBillConnection) -> Body:
    """Returns the bill for an invoice; its lines add up to the invoice's total, to the cent.

    Raises:
        UnfitError: the number is too long, or the lines do not add up.
        KeyError: a vendor, account or department is not aligned.
    """
    lines = [_line(line, (line.debit or NOTHING) - (line.credit or NOTHING), refs) for line in invoice.posting_lines]
    _check_total(invoice, lines)
    body: Body = {
        "vendorId": refs.vendors[invoice.supplier],
        "dueDate": (invoice.due_date or _dated(invoice)).isoformat(),
        "invoice": {"invoiceNumber": _number(invoice.reference, rules), "invoiceDate": _dated(invoice).isoformat()},
        "billLineItems": lines,
        "description": _description(invoice),
        "purchaseOrderNumber": ", ".join(order.number for order in invoice.purchase_orders if order.number),
    }
    return {name: value for name, value in body.items() if value}


def to_vendor_credit(note: SupplierInvoice, refs: References) -> Body:
    """Returns the vendor credit for a credit note, with positive lines that add up to its total.

    Raises:
        UnfitError: the lines do not add up.
        KeyError: a vendor, account or department is not aligned.
    """
    lines = [_line(line, (line.credit or NOTHING) - (line.debit or NOTHING), refs) for line in note.posting_lines]
    _check_total(note, lines)
    return {
        "vendorId": refs.vendors[note.supplier],
        "referenceNumber": note.reference[:VENDOR_NAME],
        "creditDate": _dated(note).isoformat(),
        "vendorCreditLineItems": lines,
        "description": _description(note),
    }


def to_qad_payment(
    payment: Payment,
    split: Split,
    reference: str,
    invoice: Mapping[str, str | int],
    party: str,
    rules: QadBillConnection,
) -> Body:
    """Returns the QAD supplier payment for one bill's part of a payment, allocated to the invoice it pays.

    Args:
        payment: the payment, as BILL has it now.
        split: its part for this bill; the amount is in the vendor's currency.
        reference: our own id of this payment in QAD, by which it is found again.
        invoice: the invoice's key: entity, posting_year, daybook, voucher.
        party: the supplier's code and the currency, as the bill's link keeps them.
        rules: the connection's.

    Raises:
        UnfitError: BILL does not tell the amount or the day.
    """
    if split.amount is None or payment.process_date is None:
        raise UnfitError("has no amount or no process date in BILL")
    supplier, currency = party.rsplit(" ", 1)
    return {
        "entity": invoice["entity"],
        "payment_year": payment.process_date.year,
        "instrument": rules.payment_instruments.get(payment.disbursement_type or "", rules.other_instrument),
        "supplier": supplier,
        "bank_account": rules.payment_bank_account,
        "currency": currency,
        "amount": split.amount,
        "payment_date": payment.process_date.isoformat(),
        "reference": reference,
        "status": rules.paid_status,
        "allocations": [{**invoice, "amount": split.amount, "discount": NOTHING}],
    }


def _line(line: PostingLine, amount: Decimal, refs: References) -> Body:
    coded = {"chartOfAccountId": refs.accounts[line.account]}
    if line.cost_center:
        coded["departmentId"] = refs.departments[line.cost_center]
    made: Body = {"amount": amount, "classifications": coded}
    return {**made, "description": line.description[:DESCRIPTION]} if line.description else made


def _dated(invoice: SupplierInvoice) -> date:
    if invoice.invoice_date is None:
        raise UnfitError("has no invoice date in QAD")
    return invoice.invoice_date


def _check_total(invoice: SupplierInvoice, lines: list[Body]) -> None:
    total = NOTHING if invoice.total is None else invoice.total
    added = sum((line["amount"] for line in lines), NOTHING)
    if not lines:
        raise UnfitError("has no lines in QAD")
    if added != total:
        raise UnfitError(f"is {total} {invoice.currency}, but its lines add up to {added}: {added - total:+} apart")
    places = minor_units(invoice.currency)
    if any(line["amount"] != round(line["amount"], places) for line in lines):
        raise UnfitError(f"has a line amount with more than {places} decimal places, which {invoice.currency} has not")


def _number(reference: str, rules: QadBillConnection) -> str:
    if not reference:
        raise UnfitError("has no supplier's invoice number in QAD")
    if len(reference) <= INVOICE_NUMBER:
        return reference
    if rules.long_invoice_numbers == "refuse":
        raise UnfitError(f"has a number of {len(reference)} characters; BILL takes at most {INVOICE_NUMBER}")
    return reference[-INVOICE_NUMBER:] if rules.long_invoice_numbers == "keep_end" else reference[:INVOICE_NUMBER]


def _vendor_name(supplier: Supplier, rules: QadBillConnection) -> str:
    name = (supplier.name or "").strip()
    if not name:
        raise UnfitError("has no name")
    if len(name) > VENDOR_NAME and rules.long_vendor_names == "refuse":
        raise UnfitError(f"has a name of {len(name)} characters; BILL takes at most {VENDOR_NAME}")
    return name[:VENDOR_NAME].strip()


def _description(invoice: SupplierInvoice) -> str:
    said = [f"QAD {invoice.id}", f"terms {invoice.credit_terms}" if invoice.credit_terms else ""]
    return ", ".join(filter(None, said))


def _listed(names: list[str]) -> str:
    return ", ".join(names)
