"""What people do in QAD's own screens, past the rules that hold for programs."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tests.sandbox.qad.books import Books, status_flags
from tests.sandbox.qad.entry import entered, typed
from tests.sandbox.qad.generate import Generator
from tests.sandbox.qad.invoices import INVOICE, number, signed
from tests.sandbox.qad.ledger import ACCOUNT, COST_CENTER
from tests.sandbox.qad.suppliers import BUSINESS_RELATION, HEAD_OFFICE, PROFILES, SUPPLIER, add_domain_part
from tests.sandbox.qad.wire import Record, day

Rows = Iterable[Mapping[str, Any]]


class People:
    """Enters and changes records by hand; each method is a control route too."""

    books: Books

    def seed(
        self, suppliers: Rows = (), accounts: Rows = (), cost_centers: Rows = (), invoices: Rows = ()
    ) -> dict[str, int]:
        """Adds all these records and returns how many; accounts and cost centers may be rows of the sample chart."""
        for row in accounts:
            known = {"accountCode": row["number"], "description": row["name"]} if "number" in row else row
            self.add_account(**known)
        for row in cost_centers:
            known = {"costCenterCode": row["code"], "description": row["name"]} if "code" in row else row
            self.add_cost_center(**known)
        for row in suppliers:
            self.add_supplier(**row)
        for row in invoices:
            self.add_invoice(**row)
        tables = {"accounts": ACCOUNT, "cost_centers": COST_CENTER, "suppliers": SUPPLIER, "invoices": INVOICE}
        return {name: len(self.books.tables[entity.resource]) for name, entity in tables.items()}

    def generate(
        self,
        suppliers: int = 120,
        invoices: int = 1000,
        seed: int = 1,
        start: str = "2026-08-01",
        days: int = 90,
        flawed: int = 0,
        credit_notes: float = 0,
        odd_countries: bool = False,
    ) -> list[dict[str, Any]]:
        """Adds a plausible quarter of payables and returns the flawed invoices, each with its key and flaw.

        Args:
            suppliers: how many to add; invoices are spread over them.
            invoices: how many sound invoices to add.
            seed: the same seed gives the same records.
            start: the first posting date.
            days: how many days postings, and last changes until yesterday, are spread over.
            flawed: how many unsound invoices to add, the flaws in rotation.
            credit_notes: the share, 0 to 1, of sound documents that are credit notes.
            odd_countries: a few suppliers carry another spelling than the two-letter code.
        """
        generator = Generator(self, seed, date.fromisoformat(start), days)
        generator.add_ledger()
        generator.add_suppliers(suppliers, odd_countries)
        generator.add_invoices(invoices, credit_notes)
        return generator.add_flawed(flawed)

    def add_account(self, accountCode: str, description: str = "", **fields: Any) -> Record:
        """Returns the account that now exists."""
        text = description or f"Account {accountCode}"
        return entered(self.books, ACCOUNT, {"accountCode": accountCode, "description": text, **fields})

    def add_cost_center(self, costCenterCode: str, description: str = "", **fields: Any) -> Record:
        """Returns the cost center that now exists."""
        text = description or f"Cost center {costCenterCode}"
        return entered(self.books, COST_CENTER, {"costCenterCode": costCenterCode, "description": text, **fields})

    def add_supplier(self, supplierCode: str = "", **fields: Any) -> Record:
        """Returns the supplier that now exists, with its business relation and domain parts."""
        code = supplierCode or f"10S{1000 + self.books.next('supplierCode')}"
        name = fields.get("businessRelationName") or fields.get("addressName") or f"Supplier {code}"
        usual = {
            "supplierCode": code, "businessRelationCode": code, "businessRelationName": name, "addressName": name,
            "addressSearchName": name[:28], "currencyCode": "USD", "creditTermsCode": "30", "languageCode": "us",
            "invoiceStatusCode": "AP-NOALLOC", "addressTypeCode": "HEADOFFICE", "countryCode": "US", **PROFILES,
        }  # fmt: skip
        supplier = entered(self.books, SUPPLIER, {**usual, **fields, "supplierID": self.books.next("supplierID")})
        relation = {source: supplier[field] for field, source in HEAD_OFFICE.items() if field != "addressName"}
        entered(self.books, BUSINESS_RELATION, {"businessRelationCode": supplier["businessRelationCode"], **relation})
        add_domain_part(self.books, supplier)
        return supplier

    def edit_supplier(self, supplierCode: str, **fields: Any) -> Record:
        """Returns the supplier with these fields, dated as changed now."""
        return self.books.changed(SUPPLIER.resource, supplierCode, typed(SUPPLIER, fields))

    def add_invoice(self, **fields: Any) -> Record:
        """Returns the invoice that now exists: approved, open, with one posting line unless told otherwise.

        The amount comes from the posting lines when only they are given. Nothing is checked, so that an unsound
        invoice can be made; a status brings its flags, which a field of their own name overrides.
        """
        given = typed(INVOICE, fields)
        invoice = INVOICE.new({**self._usual_invoice(given), **given})
        flags = status_flags(self.books.tables["invoiceStatuss"][invoice["invoiceStatusCode"]])
        number(self.books, invoice)
        invoice.update({**flags, **given})
        self.books.tables[INVOICE.resource][INVOICE.key(invoice)] = invoice
        return invoice

    def edit_invoice(self, entityCode: str, postingYear: int, daybookCode: str, voucher: int, **fields: Any) -> Record:
        """Returns the invoice with these fields, dated as changed now."""
        key = (entityCode, int(postingYear), daybookCode, int(voucher))
        given = typed(INVOICE, fields)
        if "invoiceStatusCode" in given:
            given = {**status_flags(self.books.tables["invoiceStatuss"][given["invoiceStatusCode"]]), **given}
        if {"originalCreditTC", "originalDebitTC"} & given.keys() and "balanceTC" not in given:
            given["balanceTC"] = signed({**self.books.tables[INVOICE.resource][key], **given})
        return self.books.changed(INVOICE.resource, key, given)

    def set_status(
        self, entityCode: str, postingYear: int, daybookCode: str, voucher: int, invoiceStatusCode: str
    ) -> Record:
        """Returns the invoice in this status, with the status's flags."""
        return self.edit_invoice(entityCode, postingYear, daybookCode, voucher, invoiceStatusCode=invoiceStatusCode)

    def cancel_invoice(self, entityCode: str, postingYear: int, daybookCode: str, voucher: int) -> Record:
        """Returns the invoice, closed with nothing left to pay."""
        return self.edit_invoice(entityCode, postingYear, daybookCode, voucher, isOpen=False, balanceTC=Decimal(0))

    def _usual_invoice(self, given: Record) -> Record:
        suppliers = self.books.tables[SUPPLIER.resource]
        supplier = suppliers.get(given.get("supplierCode") or next(iter(suppliers), ""), {})
        today = day(self.books.now().date())
        posted = given.get("postingDate") or today
        credit = given.get("invoiceType") == "CREDITNOTE"
        usual = {
            "entityCode": self.books.entity, "postingYear": int(posted[:4]), "postingPeriod": int(posted[5:7]),
            "daybookCode": "SC" if credit else "SI", "supplierCode": supplier.get("supplierCode", ""),
            "businessRelationCode": supplier.get("businessRelationCode", ""), "invoiceDate": posted,
            "postingDate": posted, "dueDate": posted, "currencyCode": supplier.get("currencyCode", "USD"),
            "creditTermsCode": supplier.get("creditTermsCode", "30"), "invoiceStatusCode": "AP-GLALLOC",
            "reference": f"INV-{88000 + self.books.next('reference')}",
        }  # fmt: skip
        return self.books.stamped({**usual, **self._usual_amount(given, credit)}, "qad")

    def _usual_amount(self, given: Record, credit: bool) -> Record:
        side, line_side = ("originalDebitTC", "creditTC") if credit else ("originalCreditTC", "debitTC")
        if "postingLines" in given:
            total = sum((line["debitTC"] - line["creditTC"] for line in given["postingLines"]), Decimal(0))
            return {side: -total if credit else total}
        accounts, centers = self.books.tables["accounts"], self.books.tables["costCenters"]
        amount = given.get(side, Decimal("100.00"))
        line = {"accountCode": next(reversed(accounts), ""), "costCenterCode": next(iter(centers), "")}
        return {side: amount, "postingLines": [{**line, line_side: amount, "description": "Goods"}]}
