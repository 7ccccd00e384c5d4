"""What moves between BILL and QuickBooks Desktop, in the order it must move."""

from blocks.bill.client import BillClient
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.company import Company
from flows.bill_quickbooks_desktop.bill_references import Needs
from flows.bill_quickbooks_desktop.bills import bills
from flows.bill_quickbooks_desktop.payments import payments
from flows.bill_quickbooks_desktop.quickbooks_documents import quickbooks_bills, quickbooks_payments
from flows.bill_quickbooks_desktop.quickbooks_vendors import quickbooks_vendors
from flows.bill_quickbooks_desktop.reference import accounts, classes, quickbooks_accounts
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from flows.bill_quickbooks_desktop.vendors import vendors
from tasks.run import Run
from tasks.stream import Stream

PAGE = 100  # records of BILL that are read at once: its most, and one message set


def streams_of(
    run: Run,
    bill: BillClient,
    books: QuickBooksDesktopClient,
    rules: BillQuickBooksDesktopConnection,
    company: Company,
) -> list[Stream]:
    """Returns the pair's streams: reference data first, then what came back, then what refers to both."""
    ledger = run.ledger
    parties = vendors(bill, books, rules, ledger, PAGE)
    needs = Needs(accounts(bill, books, rules), classes(bill, books, rules), parties)
    return [
        *([quickbooks_accounts(bill, books, rules, run)] if rules.new_expense_accounts == "create" else []),
        needs.accounts,
        *([needs.classes] if company.class_tracking else []),
        parties,
        quickbooks_vendors(bill, books, rules, run, parties),
        quickbooks_bills(books, rules, run),
        bills(bill, books, rules, company, ledger, needs, PAGE),
        payments(bill, books, rules, company, ledger.scope),
        quickbooks_payments(books, run),
    ]
