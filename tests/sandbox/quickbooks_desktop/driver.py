"""A client for trying the company file: sends requests, and reads what comes back."""

from xml.sax.saxutils import escape

from lxml import etree

from tests.sandbox.quickbooks_desktop.company import CompanyFile
from tests.sandbox.quickbooks_desktop.errors import ProcessorError

OPENING = '<?xml version="1.0" encoding="utf-8"?>\n<?qbxml version="13.0"?>\n'


class Reply:
    """The answer to one request."""

    def __init__(self, node: etree._Element) -> None:
        """Reads its status."""
        self.node, self.name = node, str(node.tag)
        self.code, self.text = int(str(node.get("statusCode"))), str(node.get("statusMessage"))
        self.severity, self.id = node.get("statusSeverity"), node.get("requestID")

    def get(self, path: str) -> str:
        """Returns the text at a path below the first Ret, or nothing."""
        return self.node.findtext(f"*/{path}") or ""

    def all(self, path: str) -> list[str]:
        """Returns the texts at a path below every Ret."""
        return [each.text or "" for each in self.node.findall(f"*/{path}")]


class Desk:
    """One application that talks to one company file."""

    def __init__(self, company: CompanyFile) -> None:
        """Opens a session."""
        self.company = company
        company.begin_session("Desk")

    def send(self, *requests: str, on_error: str = "continueOnError", **attributes: str) -> list[Reply]:
        """Returns the answers to the requests of one document."""
        return replies(self.company.process(document(*requests, on_error=on_error, **attributes)))

    def ask(self, request: str) -> Reply:
        """Returns the answer to one request."""
        return self.send(request)[0]

    def set_code(self, *requests: str, **attributes: str) -> str:
        """Returns the messageSetStatusCode of a document."""
        root = etree.fromstring(self.company.process(document(*requests, **attributes)).encode())
        return str(root[0].get("messageSetStatusCode"))

    def outcome(self, request: str) -> str:
        """Returns the statusCode of a request, or the HRESULT with which its document failed."""
        try:
            return str(self.ask(request).code)
        except ProcessorError as error:
            return error.hresult

    def vendor(self, name: str = "Northwind Paper Co", **fields: str) -> str:
        """Returns the ListID of a new vendor."""
        return self.ask(add("Vendor", Name=name, **fields)).get("ListID")

    def bill(self, vendor: str, *amounts: str, number: str = "INV-1", account: str = "Uncategorized Expenses") -> str:
        """Returns the TxnID of a new bill with these lines."""
        return self.ask(bill(vendor, *amounts, number=number, account=account)).get("TxnID")

    def pay(self, vendor: str, amounts: dict[str, str]) -> Reply:
        """Returns the answer to a payment by check, of amounts by TxnID."""
        return self.ask(payment(vendor, amounts))


def document(*requests: str, on_error: str = "continueOnError", **attributes: str) -> str:
    """Returns a document of requests."""
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    body = "".join(requests)
    return f'{OPENING}<QBXML><QBXMLMsgsRq onError="{on_error}"{more}>{body}</QBXMLMsgsRq></QBXML>'


def replies(answer: str) -> list[Reply]:
    """Returns the answers that a document of responses holds."""
    return [Reply(node) for node in etree.fromstring(answer.encode())[0]]


def fields(**values: str) -> str:
    """Returns elements in the order given; a name that ends in Ref takes a ListID or, after `=`, a full name."""
    parts = []
    for name, value in values.items():
        inner = escape(value)
        if name.endswith("Ref") and value:
            inner = f"<FullName>{inner[1:]}</FullName>" if value.startswith("=") else f"<ListID>{inner}</ListID>"
        parts.append(f"<{name}>{inner}</{name}>")
    return "".join(parts)


def request(name: str, body: str = "", **attributes: str) -> str:
    """Returns one request."""
    more = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{name}Rq{more}>{body}</{name}Rq>"


def add(kind: str, more: str = "", **values: str) -> str:
    """Returns an Add of these elements, and more after them."""
    return request(f"{kind}Add", f"<{kind}Add>{fields(**values)}{more}</{kind}Add>")


def mod(kind: str, more: str = "", **values: str) -> str:
    """Returns a Mod of these elements, and more after them."""
    return request(f"{kind}Mod", f"<{kind}Mod>{fields(**values)}{more}</{kind}Mod>")


def query(kind: str, more: str = "", **values: str) -> str:
    """Returns a query with these elements, and more after them."""
    return request(f"{kind}Query", fields(**values) + more)


def line(amount: str, account: str = "Uncategorized Expenses", verb: str = "Add", **values: str) -> str:
    """Returns one expense line."""
    inner = fields(**values, AccountRef=f"={account}", Amount=amount)
    return f"<ExpenseLine{verb}>{inner}</ExpenseLine{verb}>"


def bill(vendor: str, *amounts: str, number: str = "INV-1", account: str = "Uncategorized Expenses") -> str:
    """Returns the Add of a bill with these lines, dated 5 January 2026."""
    lines = "".join(line(amount, account) for amount in amounts)
    return add("Bill", lines, VendorRef=vendor, TxnDate="2026-01-05", RefNumber=number)


def applied(amounts: dict[str, str], verb: str = "Add") -> str:
    """Returns what a payment applies to bills, by TxnID."""
    return "".join(
        f"<AppliedToTxn{verb}>{fields(TxnID=identifier, PaymentAmount=amount)}</AppliedToTxn{verb}>"
        for identifier, amount in amounts.items()
    )


def payment(vendor: str, amounts: dict[str, str], bank: str = "Checking", number: str = "ACH-1") -> str:
    """Returns the Add of a payment by check, dated 20 January 2026."""
    header = {"PayeeEntityRef": vendor, "TxnDate": "2026-01-20", "BankAccountRef": f"={bank}", "RefNumber": number}
    return add("BillPaymentCheck", applied(amounts), **header)
