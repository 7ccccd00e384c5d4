"""Procurify and QAD as a run has left them, and what compares them over HTTP."""

from decimal import Decimal
from typing import Any

from blocks.procurify.credentials import ProcurifyCredentials
from blocks.qad.credentials import QadCredentials
from flows.procurify_qad.comparison.books import Books
from flows.procurify_qad.comparison.readings import PROCURIFY_QAD
from flows.procurify_qad.rules import PAIR, ProcurifyQadConnection
from flows.reconcile.differences import Difference, Sides
from tasks.state.ledger import Ledger
from tasks.state.models import Link, Record, utc_now
from tasks.state.store import Store, upsert
from tests.sandbox.procurify import ProcurifySandbox
from tests.sandbox.qad import QadSandbox

SCOPE = f"{PAIR}/acme@procurify:t>qad:o"
KEY = ("entityCode", "postingYear", "daybookCode", "voucher")
NO_RULES: dict[str, Any] = {}


class Tenants:
    """Procurify and QAD as a run has left them: a supplier with two orders, each of two lines, received and billed."""

    def __init__(self, procurify: tuple[ProcurifySandbox, str], qad: tuple[QadSandbox, str], store: Store) -> None:
        self.procurify, self.qad, self.urls = procurify[0], qad[0], (procurify[1], qad[1])
        self.ledger = Ledger(store, PAIR, "acme", SCOPE, "run-1", "rules-1")
        self.qad.seed(accounts=[{"accountCode": "6010"}], suppliers=[{"supplierCode": "10S1001"}])
        self.procurify.add_department("Assembly", "100")
        self.procurify.add_account_code("6010", "Supplies")
        self.vendor = self.procurify.add_vendor("Northwind", "10S1001", currency="USD")["id"]
        self.orders = [self.sent(number) for number in ("", "A-7")]
        self.bills = [self.posted(order, f"INV-{place}") for place, order in enumerate(self.orders, 1)]

    def order(self, number: str = "", **fields: Any) -> dict[str, Any]:
        """Returns an order of Procurify that no run has seen."""
        lines = [{"name": name, "quantity": "3", "price": "0.3335", "account": 201} for name in ("Gloves", "Tape")]
        return self.procurify.raise_po(self.vendor, lines, PO_Num=number or None, **fields)

    def sent(self, number: str) -> dict[str, Any]:
        """Returns an order, after a run has made it in QAD."""
        order = self.order(number)
        name = number or f"PF{order['procurify_PO']}"
        remarks = f"PF{order['procurify_PO']} {order['uuid'].replace('-', '')}"[:40]
        line = {"quantityOrdered": Decimal(1), "purchaseCost": Decimal("1.00")}
        self.qad.add_order(name, [line, line], supplierCode="10S1001", remarks=remarks)
        self.link("purchase_orders", order["uuid"], name, source_ref=name)
        return {**order, "name": name}

    def posted(self, order: dict[str, Any], number: str) -> dict[str, Any]:
        """Returns a bill of an order, after a run has posted it in QAD."""
        items = [{"order_item": one["id"], "quantity": one["quantity"]} for one in order["order_items"]]
        bill = self.procurify.bill(items, invoice_number=number, invoice_date="2026-11-02")
        made = {"reference": number, "originalCreditTC": Decimal("2.00"), "invoiceDate": "2026-11-02"}
        invoice = self.qad.add_invoice(supplierCode="10S1001", postingDate="2026-11-02", **made)
        key = {name: invoice[name] for name in KEY}
        self.link("bills", bill["uuid"], "/".join(map(str, key.values())), source_ref=number)
        return {**bill, "invoice": key}

    def link(self, stream: str, source_id: str, target_id: str, **fields: Any) -> None:
        """Our records link the two."""
        row = {
            "scope": SCOPE, "stream": stream, "source_id": source_id, "target_id": target_id, "kind": "", "label": "",
            "state": "live", "sent_hash": "", "revision": 0, "evidence": "", "source_ref": "", "created_at": utc_now(),
            "updated_at": utc_now(), **fields,
        }  # fmt: skip
        with self.ledger.store.session() as session:
            upsert(session, Link, [row], ("scope", "stream", "source_id"))

    def note(self, stream: str, source_id: str, outcome: str, reason: str) -> None:
        """Our records say what became of a record."""
        with self.ledger.store.session() as session:
            session.add(
                Record(
                    scope=SCOPE, stream=stream, source_id=source_id, pair=PAIR, connection="acme", outcome=outcome,
                    reason=reason, remedy="Post it.", since=utc_now(), updated_at=utc_now(),
                )
            )  # fmt: skip

    def blocks(self) -> tuple[ProcurifyCredentials, QadCredentials]:
        """Returns the credentials of both."""
        ours = {"subdomain": self.procurify.subdomain, "client_id": self.procurify.client_id, "read_pause_seconds": 0}
        ours |= {"client_secret": self.procurify.client_secret, "base_url": self.urls[0]}
        theirs = {"username": self.qad.username, "password": self.qad.password, "workspace": self.qad.workspace}
        return ProcurifyCredentials.model_validate(ours), QadCredentials.model_validate(
            {**theirs, "base_url": self.urls[1]}
        )

    async def books(self, rules: dict[str, Any] = NO_RULES, *, deep: bool = True) -> tuple[Books, Any]:
        """Returns both systems as they are now, and the rules."""
        given = ProcurifyQadConnection.model_validate({"procurify": "p", "qad": "q", **rules})
        ours, theirs = self.blocks()
        books = Books()
        async with ours.get_client() as source, theirs.get_client() as target:
            for reading in PROCURIFY_QAD.readings:
                await reading.read(Sides(source, target, given, self.ledger, deep), books)
        return books, given

    async def compared(self, rules: dict[str, Any] = NO_RULES, *, deep: bool = True) -> list[Difference]:
        """Returns every difference."""
        return PROCURIFY_QAD.compare(*await self.books(rules, deep=deep))

    async def found(self) -> dict[str, str]:
        """Returns what differs, by the record; a record with two differences is an error."""
        rows = await self.compared()
        assert len({one.record for one in rows}) == len(rows), rows
        return {one.record: one.what for one in rows}
