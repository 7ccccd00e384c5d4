"""What moves between QAD and BILL, in the order it must move."""

from blocks.bill.client import BillClient
from blocks.qad.client import QadClient
from flows.qad_bill.bills import bills
from flows.qad_bill.payments import bill_status, payments
from flows.qad_bill.reference import accounts, departments
from flows.qad_bill.rules import QadBillConnection
from flows.qad_bill.vendors import vendors
from tasks.stream import Stream


def streams_of(qad: QadClient, bill: BillClient, rules: QadBillConnection) -> list[Stream]:
    """Returns the pair's streams: reference data first, then what refers to it, then the way back."""
    chart, centers, parties = accounts(qad, bill, rules), departments(qad, bill, rules), vendors(qad, bill, rules)
    return [
        chart,
        centers,
        parties,
        bills(qad, bill, rules, chart, centers, parties),
        bill_status(bill, rules),
        payments(qad, bill, rules),
    ]
