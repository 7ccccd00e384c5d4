"""Supplier invoices: numbering, status flags, periods and what their posting lines must add up to."""

from datetime import timedelta
from decimal import Decimal

from tests.sandbox.qad.books import CREDIT_TERMS, CURRENCIES, DAYBOOKS, Books, status_flags
from tests.sandbox.qad.entity import Browse, Entity
from tests.sandbox.qad.ledger import BROWSE, check_line
from tests.sandbox.qad.matching import check_orders, match, matched_amount, use_up
from tests.sandbox.qad.wire import MANDATORY, NOT_VALID, Record, RejectedError, day

TYPES = ("INVOICE", "CREDITNOTE", "INVOICECORRECTION", "CREDITNOTECORRECTION", "PREPAYMENT")
ON_DEBIT = {"CREDITNOTE", "INVOICECORRECTION"}  # the others stand on the credit side
FROZEN = (
    "invoiceType", "supplierCode", "currencyCode", "originalCreditTC", "originalDebitTC", "postingDate",
    "postingLines", "registrationNumber",
)  # fmt: skip


def _create(books: Books, invoice: Record) -> list[str]:
    posted = books.require_open_period("postingDate", invoice["postingDate"])
    _check_references(books, invoice)
    _check_amounts(invoice)
    if invoice["postingYear"] not in (0, posted.year):
        raise RejectedError(NOT_VALID, "Year is not that of the posting date.", "postingYear", invoice["postingYear"])
    invoice["postingYear"], invoice["postingPeriod"] = posted.year, posted.month
    invoice["invoiceDate"] = invoice["invoiceDate"] or invoice["postingDate"]
    invoice["dueDate"] = invoice["dueDate"] or day(posted + timedelta(CREDIT_TERMS[invoice["creditTermsCode"]]))
    invoice.update(status_flags(books.tables["invoiceStatuss"][invoice["invoiceStatusCode"]]))
    check_orders(books, invoice)
    warnings = _dropped(books, invoice)
    match(books, invoice)
    check_lines(books, invoice)
    warnings += _duplicates(books, invoice)
    number(books, invoice)
    return warnings


def _dropped(books: Books, invoice: Record) -> list[str]:
    """Leaves an initial invoice without matching lines, where the tenant keeps only its header; says so."""
    if books.options.initial_is_matched or not invoice["isInitialStatus"] or not invoice["receiverMatchingLines"]:
        return []
    invoice["receiverMatchingLines"] = []
    return ["Warning: an invoice in an initial status keeps no matching lines."]


def _check_references(books: Books, invoice: Record) -> None:
    books.require(TYPES, "invoiceType", invoice["invoiceType"], "Invoice type")
    books.require(DAYBOOKS, "daybookCode", invoice["daybookCode"], "Daybook")
    if DAYBOOKS[invoice["daybookCode"]] != ("CREDITNOTE" if invoice["invoiceType"] in ON_DEBIT else "INVOICE"):
        raise RejectedError(NOT_VALID, "Daybook is of another type.", "daybookCode", invoice["daybookCode"])
    suppliers = books.tables["supplierV2s"]
    books.require(suppliers, "supplierCode", invoice["supplierCode"], "Supplier")
    supplier = suppliers[invoice["supplierCode"]]
    if not supplier["isActive"]:
        raise RejectedError(NOT_VALID, "Supplier is not active.", "supplierCode", invoice["supplierCode"])
    invoice["businessRelationCode"] = supplier["businessRelationCode"]
    invoice["creditTermsCode"] = invoice["creditTermsCode"] or supplier["creditTermsCode"]
    invoice["invoiceStatusCode"] = invoice["invoiceStatusCode"] or supplier["invoiceStatusCode"]
    invoice["currencyCode"] = invoice["currencyCode"] or supplier["currencyCode"]
    books.require(CURRENCIES, "currencyCode", invoice["currencyCode"], "Currency")
    books.require(CREDIT_TERMS, "creditTermsCode", invoice["creditTermsCode"], "Credit terms")
    statuses = books.tables["invoiceStatuss"]
    books.require(statuses, "invoiceStatusCode", invoice["invoiceStatusCode"], "Invoice status")


def _check_amounts(invoice: Record) -> None:
    right, wrong = "originalCreditTC", "originalDebitTC"
    if invoice["invoiceType"] in ON_DEBIT:
        right, wrong = wrong, right
    if invoice[right] <= 0:
        raise RejectedError(MANDATORY, f"{right} must be greater than zero.", right, invoice[right])
    if invoice[wrong] != 0:
        raise RejectedError(NOT_VALID, f"{wrong} must be zero on this type.", wrong, invoice[wrong])
    if invoice[right] != round(invoice[right], CURRENCIES[invoice["currencyCode"]]):
        raise RejectedError(NOT_VALID, "Too many decimal places for the currency.", right, invoice[right])


def check_lines(books: Books, invoice: Record) -> None:
    """Lets an invoice pass whose posting and matching lines explain its amount.

    Raises:
        RejectedError: they do not, or an account takes no such line.
    """
    if invoice["isInitialStatus"]:
        invoice["postingLines"] = []  # an initial invoice keeps no ledger data
        return
    for line in invoice["postingLines"]:
        check_line(books, line)
    total = sum((line["debitTC"] - line["creditTC"] for line in invoice["postingLines"]), Decimal(0))
    total += matched_amount(invoice)
    allocated = invoice["allocationStatus"] != "No Allocation"
    if (allocated or invoice["postingLines"]) and total != signed(invoice):
        message = f"Posting and matching lines add up to {total}, the invoice to {signed(invoice)}."
        raise RejectedError(NOT_VALID, message, "postingLines", total)


def _duplicates(books: Books, invoice: Record) -> list[str]:
    same = ("entityCode", "supplierCode", "invoiceType", "reference")
    table = list(books.tables["supplierInvoices"].values())
    if invoice["reference"] and any(all(each[name] == invoice[name] for name in same) for each in table):
        return [f"Warning: reference {invoice['reference']} was used before for this supplier."]
    return []


def signed(invoice: Record) -> Decimal:
    """Returns the invoice's amount as the supplier sees it: a credit note's is negative."""
    amount: Decimal = invoice["originalCreditTC"] - invoice["originalDebitTC"]
    return amount


def number(books: Books, invoice: Record) -> None:
    """Leaves the invoice with its voucher, registration number and whole balance."""
    series = (invoice["entityCode"], invoice["postingYear"], invoice["daybookCode"])
    if not invoice["voucher"]:
        invoice["voucher"] = books.unused("supplierInvoices", *series)
    invoice["registrationNumber"] = 900000 + books.next("registration", invoice["entityCode"])
    invoice["balanceTC"] = signed(invoice)
    invoice["isOpen"] = True


def _update(books: Books, before: Record, after: Record) -> None:
    matching = after["receiverMatchingLines"] != before["receiverMatchingLines"]
    if matching and before["receiverMatchingLines"]:
        raise RejectedError(NOT_VALID, "The invoice is matched already.", "receiverMatchingLines")
    if not before["isInitialStatus"]:
        for name in FROZEN:
            if after[name] != before[name] and not (matching and name == "postingLines"):
                raise RejectedError(NOT_VALID, f"{name} cannot be changed any more.", name, after[name])
    else:
        _check_amounts(after)
        if signed(after) != signed(before):
            after["balanceTC"] = signed(after)
    _check_references(books, after)
    after.update(status_flags(books.tables["invoiceStatuss"][after["invoiceStatusCode"]]))
    if after["supplierInvoicePOs"] != before["supplierInvoicePOs"]:
        check_orders(books, after)
    _dropped(books, after)
    if matching:
        match(books, after)
    check_lines(books, after)
    if matching:
        use_up(books, after)


INVOICE = Entity(
    resource="supplierInvoices",
    interface="com.qad.financials.purchaseledger.supplierinvoice.ISupplierInvoice",
    keys=("entityCode", "postingYear", "daybookCode", "voucher"),
    blank={
        "entityCode": "", "postingYear": 0, "postingPeriod": 0, "daybookCode": "", "voucher": 0,
        "registrationNumber": 0, "invoiceType": "INVOICE", "supplierCode": "", "businessRelationCode": "",
        "reference": "", "description": "", "commentNote": "", "invoiceDate": None, "postingDate": None,
        "dueDate": None, "discountDueDate": None, "taxPointDate": None, "currencyCode": "",
        "originalCreditTC": Decimal(0), "originalDebitTC": Decimal(0), "balanceTC": Decimal(0),
        "holdAmountTC": Decimal(0), "exchangeRate": Decimal(1), "invoiceStatusCode": "", "isApproved": False,
        "isLockPayment": False, "isOpen": False, "isSelected": False, "isInitialStatus": False,
        "allocationStatus": "", "creditTermsCode": "",
    },
    children={
        "supplierInvoicePOs": {"domainCode": "", "purchaseOrderNumber": ""},
        "receiverMatchingLines": {
            "receiverNumber": "", "purchaseOrderNumber": "", "purchaseOrderLine": 0, "matchedQuantity": Decimal(0),
            "matchedAmountTC": Decimal(0), "isFinished": False,
        },
        "postingLines": {
            "accountCode": "", "subAccountCode": "", "costCenterCode": "", "projectCode": "",
            "debitTC": Decimal(0), "creditTC": Decimal(0), "description": "",
        },
    },
    mandatory=("entityCode", "daybookCode", "supplierCode", "postingDate"),
    limits={"daybookCode": 8, "supplierCode": 8, "currencyCode": 3, "invoiceStatusCode": 20},
    read_only=frozenset({
        "registrationNumber", "postingPeriod", "balanceTC", "holdAmountTC", "isApproved", "isLockPayment", "isOpen",
        "isSelected", "isInitialStatus", "allocationStatus", "businessRelationCode",
    }),
    financial=True,
    deletable=False,
    browses=(Browse(f"{BROWSE}.financials.supplierInvoices", prefix="supplierInvoice."),),
    on_create=_create,
    after_create=use_up,
    on_update=_update,
)  # fmt: skip
