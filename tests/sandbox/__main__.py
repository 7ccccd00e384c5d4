"""Serves the sandbox vendors with sample data: `python -m tests.sandbox`."""

import argparse
import contextlib
import json
import signal
import threading

from tests.sandbox import sample
from tests.sandbox.bill import BillSandbox
from tests.sandbox.procurify import ProcurifySandbox
from tests.sandbox.qad import QadSandbox
from tests.sandbox.quickbooks_desktop import CompanyFile
from tests.sandbox.quickbooks_desktop.connector import WebConnector
from tests.sandbox.quickbooks_desktop.control import Office
from tests.sandbox.quickbooks_online import QuickBooksSandbox
from tests.sandbox.serving import served

COSTLY = "40000"  # a bill of so much waits in BILL until somebody approves it
USERNAME, PASSWORD = "sandbox-company", "turn-Key-42"  # of the company file's Web Connector
PAUSE = 1.0  # seconds of the Web Connector's sleep, in place of five
SELLERS = 8  # so many of QAD's suppliers are vendors of Procurify already
SCALE = 0.1  # seconds that the Web Connector's schedule takes for a second


def main() -> None:
    """Prints one line of JSON with the addresses and credentials, then serves until it is told to stop."""
    parser = argparse.ArgumentParser(description="Sandbox vendors on loopback.")
    parser.add_argument("--bill-port", type=int, default=0)
    parser.add_argument("--qad-port", type=int, default=0)
    parser.add_argument("--quickbooks-port", type=int, default=0)
    parser.add_argument("--desktop-port", type=int, default=0)
    parser.add_argument("--procurify-port", type=int, default=0)
    parser.add_argument("--orders", type=int, default=40, help="how many purchase orders Procurify has")
    parser.add_argument("--suppliers", type=int, default=24)
    parser.add_argument("--invoices", type=int, default=120)
    parser.add_argument("--flawed", type=int, default=6)
    parser.add_argument("--bill-minutes", type=int, default=0, help="how far BILL's clock is from ours")
    asked = parser.parse_args()
    bill, qad, books = seeded(asked)
    procurify = with_procurify(qad, asked)
    office = with_desktop()
    with contextlib.ExitStack() as serving:
        bill_url = serving.enter_context(served(bill.app, asked.bill_port))
        qad_url = serving.enter_context(served(qad.app, asked.qad_port))
        books_url = serving.enter_context(served(books.app, asked.quickbooks_port))
        procurify_url = serving.enter_context(served(procurify.app, asked.procurify_port))
        office_url = serving.enter_context(served(office.app, asked.desktop_port))
        serving.callback(office.close)
        told = {
            "bill": {
                "url": bill_url,
                "base_url": f"{bill_url}/connect",
                "username": bill.username,
                "password": bill.password,
                "organization_id": bill.organization_id,
                "developer_key": bill.developer_key,
            },
            "qad": {
                "url": qad_url,
                "base_url": f"{qad_url}{qad.context}",
                "username": qad.username,
                "password": qad.password,
                "workspace": qad.workspace,
            },
            "quickbooks_online": {
                "url": books_url,
                "base_url": books_url,
                "environment": books.environment,
                "client_id": books.client_id,
                "client_secret": books.client_secret,
                "realm_id": books.realm_id,
                "refresh_token": books.refresh_token,
                "verifier_token": books.verifier_token,
            },
            "procurify": {
                "url": procurify_url,
                "base_url": procurify_url,
                "subdomain": procurify.subdomain,
                "client_id": procurify.client_id,
                "client_secret": procurify.client_secret,
            },
            "quickbooks_desktop": {"url": office_url, "username": USERNAME, "password": PASSWORD},
        }
        print(json.dumps(told), flush=True)
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        stopped.wait()


def seeded(asked: argparse.Namespace) -> tuple[BillSandbox, QadSandbox, QuickBooksSandbox]:
    """Returns the vendors, with the sample data that was asked for."""
    bill, qad, books = BillSandbox(), QadSandbox(), QuickBooksSandbox()
    bill.frame.clock.advance(60 * asked.bill_minutes)
    rules = [{"key": "BILL_AMOUNT", "op": "gte", "values": [COSTLY]}]
    bill.options(policies=[{"policyName": "Costly bills", "approvers": [bill.user_id], "rules": rules}])
    bill.seed_chart(sample.CHART)
    bill.seed_departments([{"name": one["name"], "shortName": one["code"]} for one in sample.DEPARTMENTS])
    books.seed_accounts(sample.CHART)
    books.seed_departments([one["name"] for one in sample.DEPARTMENTS])
    books.seed_classes([*sample.CLASSES, *(one["name"] for one in sample.DEPARTMENTS)])
    books.set_preference(MultiCurrencyEnabled=True)
    for currency in ("EUR", "GBP", "JPY"):
        name = f"Accounts Payable (A/P) - {currency}"
        books.add("Account", Name=name, AccountType="Accounts Payable", CurrencyRef={"value": currency})
    qad.generate(suppliers=asked.suppliers, invoices=asked.invoices, flawed=asked.flawed, credit_notes=0.03)
    return bill, qad, books


def with_procurify(qad: QadSandbox, asked: argparse.Namespace) -> ProcurifySandbox:
    """Returns Procurify with the same chart and departments, and orders from some of QAD's suppliers."""
    procurify = ProcurifySandbox()
    known = {row["name"] for row in procurify.books.currencies.values()}
    rows = [each for each in qad.suppliers.values() if each["isActive"] and each["currencyCode"] in known]
    sellers = [
        procurify.add_vendor(each["businessRelationName"], each["supplierCode"], currency=each["currencyCode"])["id"]
        for each in rows[:SELLERS]
    ]
    procurify.generate(orders=asked.orders, bills=asked.orders, sellers=sellers, flawed=asked.flawed)
    return procurify


def with_desktop() -> Office:
    """Returns a PC with a company file that has the same accounts; the departments are its classes."""
    company = CompanyFile(path=r"C:\QB\Sandbox.qbw", name="Sandbox Company")
    company.seed_chart(sample.CHART)
    for one in (*sample.CLASSES, *(one["name"] for one in sample.DEPARTMENTS)):
        company.add_class(one)
    return Office(company, WebConnector(company, pause=PAUSE, scale=SCALE, allow_loopback_http=True))


if __name__ == "__main__":
    main()
