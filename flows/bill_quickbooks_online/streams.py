"""What moves between BILL and QuickBooks Online, in the order it must move."""

from blocks.bill.client import BillClient
from blocks.quickbooks_online.batch import AT_ONCE
from blocks.quickbooks_online.client import QuickBooksClient
from blocks.quickbooks_online.company import Company
from flows.bill_quickbooks_online.bill_references import Streams
from flows.bill_quickbooks_online.bills import bills
from flows.bill_quickbooks_online.payments import payments
from flows.bill_quickbooks_online.quickbooks_streams import quickbooks_documents, quickbooks_vendors
from flows.bill_quickbooks_online.recurring import recurring_bills
from flows.bill_quickbooks_online.reference import accounts, classes, departments
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from flows.bill_quickbooks_online.vendors import vendors
from tasks.state.ledger import Ledger
from tasks.stream import Stream

PAGE = 3 * AT_ONCE  # records of BILL that are read at once: below its 100, and whole batches


def streams_of(
    bill: BillClient,
    books: QuickBooksClient,
    rules: BillQuickBooksOnlineConnection,
    company: Company,
    ledger: Ledger,
) -> list[Stream]:
    """Returns the pair's streams: reference data first, then what refers to it, then what came back."""
    parties = vendors(bill, books, rules, company, ledger, PAGE)
    needs = Streams(accounts(bill, books, rules), classes(bill, books, rules), departments(bill, books, rules), parties)
    documents = bills(bill, books, rules, company, ledger, needs, PAGE)
    return [
        needs.accounts,
        *([needs.classes] if company.class_per != "off" else []),
        *([needs.departments] if company.locations else []),
        parties,
        documents,
        payments(bill, books, rules, company),
        recurring_bills(bill),
        quickbooks_vendors(books, rules, company, ledger, parties),
        quickbooks_documents(bill, books, rules, company, ledger, documents, needs),
    ]
