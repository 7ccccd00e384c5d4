"""A plausible quarter of payables, the same for the same seed, with flaws on request."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.sandbox.qad.books import CREDIT_TERMS, CURRENCIES
from tests.sandbox.qad.names import COUNTRIES, CREDITS, FIRST, GOODS, LONG_TAIL, TRADE, Country
from tests.sandbox.qad.wire import Record
from tests.sandbox.sample import CHART, DEPARTMENTS

if TYPE_CHECKING:
    from tests.sandbox.qad.people import People

SPENDING = {"EXPENSE", "COST_OF_GOODS_SOLD", "OTHER_EXPENSE"}
BOOKABLE = SPENDING | {"FIXED_ASSET", "OTHER_CURRENT_ASSET"}
STRANGE_ACCOUNT = "7999"  # in QAD's accounts, but in no chart
TYPES = {row["number"]: row["type"] for row in CHART}
FLAWS = (
    "unknown_account", "no_address", "long_reference", "lines_off_by_a_cent", "locked", "closed",
)  # fmt: skip


class Generator:
    """Adds records through a person's hands; all chance comes from one seed."""

    def __init__(self, people: People, seed: int, start: date, days: int) -> None:
        """Spreads postings over `days` from `start`, and last changes over `days` until yesterday."""
        self.people, self.start, self.days = people, start, max(days, 1)
        self.chance = random.Random(seed)
        self.yesterday = people.books.now().date() - timedelta(days=1)
        self.suppliers: list[Record] = []  # sound ones, which invoices may come from

    def add_ledger(self) -> None:
        """Leaves the sample chart and departments, and one account that the chart lacks, in QAD."""
        accounts, centers = self.people.books.tables["accounts"], self.people.books.tables["costCenters"]
        for row in CHART:
            if row["number"] not in accounts:
                spending = row["type"] in SPENDING
                self.people.add_account(row["number"], row["name"], isCostCenterAccount=spending)
        if STRANGE_ACCOUNT not in accounts:
            self.people.add_account(STRANGE_ACCOUNT, "Suspense, plant 2")
        for row in DEPARTMENTS:
            if row["code"] not in centers:
                self.people.add_cost_center(row["code"], row["name"])

    def add_suppliers(self, count: int, odd_countries: bool) -> None:
        """Leaves this many suppliers more; one in fifteen is inactive and gets no invoice."""
        for index in range(count):
            country = self.chance.choices(COUNTRIES, [each.weight for each in COUNTRIES])[0]
            odd = odd_countries and index % 9 == 4
            supplier = self.people.add_supplier(
                **self._supplier(country, odd), isActive=index % 15 != 14, lastModifiedDate=self._changed()
            )
            if supplier["isActive"]:
                self.suppliers.append(supplier)

    def _supplier(self, country: Country, odd: bool) -> Record:
        name = f"{self.chance.choice(FIRST)} {self.chance.choice(TRADE)} {self.chance.choice(country.forms)}"
        if self.chance.random() < 0.06:  # some names have no end
            name = f"{name}{LONG_TAIL}"[: self.chance.choice((80, 100, 130))].strip()
        city, state, zip_code = self.chance.choice(country.cities)
        mailbox = f"ar{self.chance.randrange(10000)}@{country.domain}"
        terms = self.chance.choice([code for code in CREDIT_TERMS if code != "0"])
        return {
            "businessRelationName": name, "street1": self.chance.choice(country.streets).format(n=self._digits(3)),
            "street2": self.chance.choice(("", "", "Dock 4", "c/o Accounts Receivable")), "city": city,
            "stateCode": state, "zipCode": zip_code, "countryCode": country.odd if odd else country.code,
            "EMail": mailbox if self.chance.random() < 0.9 else "", "telephone": self._filled(country.phone),
            "taxIDFiscalCode": self._filled(country.tax_id), "currencyCode": country.currency,
            "creditTermsCode": terms, "isTaxReport": country.code == "US" and self.chance.random() < 0.3,
        }  # fmt: skip

    def add_invoices(self, count: int, credit_notes: float) -> None:
        """Leaves this many sound documents more, of which a share are credit notes."""
        for _ in range(count if self.suppliers else 0):
            credit = self.chance.random() < credit_notes if credit_notes else False
            self.people.add_invoice(**self._invoice(self.chance.choice(self.suppliers), credit))

    def add_flawed(self, count: int) -> list[dict[str, Any]]:
        """Leaves this many unsound invoices more, and returns their keys with what is wrong."""
        named = []
        for index in range(count if self.suppliers else 0):
            flaw = FLAWS[index % len(FLAWS)]
            invoice = self.people.add_invoice(**self._flawed(flaw, index))
            key = {name: invoice[name] for name in ("entityCode", "postingYear", "daybookCode", "voucher")}
            named.append({**key, "reference": invoice["reference"], "flaw": flaw})
        return named

    def _flawed(self, flaw: str, index: int) -> Record:
        invoice = self._invoice(self.chance.choice(self.suppliers), False)
        lines = invoice["postingLines"]
        if flaw == "unknown_account":
            lines[0].update(accountCode=STRANGE_ACCOUNT, costCenterCode=DEPARTMENTS[0]["code"])
        elif flaw == "no_address":
            invoice.update(supplierCode=self._without_address(invoice)["supplierCode"])
        elif flaw == "long_reference":
            invoice["reference"] = f"{invoice['reference']}/PLANT-2/2026/0000001"
        elif flaw == "lines_off_by_a_cent":
            lines[0]["debitTC"] += _unit(invoice["currencyCode"])
        elif flaw == "locked":
            status = ("AP-NOALLOC", "AP-INITIAL")[index // len(FLAWS) % 2]
            invoice.update(invoiceStatusCode=status, isLockPayment=True)
        else:
            invoice.update(isOpen=False, balanceTC=Decimal(0))
        return invoice

    def _without_address(self, invoice: Record) -> Record:
        empty = dict.fromkeys(("street1", "street2", "city", "stateCode", "zipCode", "countryCode"), "")
        fields = self._supplier(COUNTRIES[0], False)
        money = {"currencyCode": invoice["currencyCode"], "creditTermsCode": invoice["creditTermsCode"]}
        return self.people.add_supplier(**{**fields, **empty, **money}, lastModifiedDate=self._changed())

    def _invoice(self, supplier: Record, credit: bool) -> Record:
        posted = self.start + timedelta(days=self.chance.randrange(self.days))
        issued = posted - timedelta(days=self.chance.randrange(4))
        ordered = self.chance.random() < 0.6
        lines = self._lines(supplier["currencyCode"], credit)
        total = sum((line["creditTC"] if credit else line["debitTC"] for line in lines), Decimal(0))
        return {
            "supplierCode": supplier["supplierCode"], "currencyCode": supplier["currencyCode"],
            "creditTermsCode": supplier["creditTermsCode"], "invoiceType": "CREDITNOTE" if credit else "INVOICE",
            "reference": self._reference(credit), "invoiceDate": issued, "postingDate": posted,
            "dueDate": issued + timedelta(days=CREDIT_TERMS[supplier["creditTermsCode"]]),
            "originalDebitTC" if credit else "originalCreditTC": total,
            "invoiceStatusCode": "AP-RMALLOC" if ordered else "AP-GLALLOC", "postingLines": lines,
            "supplierInvoicePOs": [self._order()] if ordered else [],
            "description": self.chance.choice(GOODS), "lastModifiedDate": self._changed(),
            "lastModifiedTime": self.chance.randrange(86400),
        }  # fmt: skip

    def _lines(self, currency: str, credit: bool) -> list[Record]:
        amounts = [self._amount(currency) for _ in range(self.chance.randint(1, 12))]
        if len(amounts) > 2 and self.chance.random() < 0.15:
            amounts[-1] = -min(amounts[-1], amounts[0])  # what is left stays positive
        side = "creditTC" if credit else "debitTC"
        return [{**self._analysis(amount < 0), side: amount} for amount in amounts]

    def _analysis(self, negative: bool) -> Record:
        account = self.chance.choice([number for number, kind in TYPES.items() if kind in BOOKABLE])
        center = self.chance.choice(DEPARTMENTS)["code"] if TYPES[account] in SPENDING else ""
        text = self.chance.choice(CREDITS if negative else GOODS)
        return {"accountCode": account, "costCenterCode": center, "description": text}

    def _amount(self, currency: str) -> Decimal:
        units = int(10 ** self.chance.uniform(3, 6.3))  # 10.00 to about 20,000.00
        return Decimal(units).scaleb(-CURRENCIES[currency])

    def _order(self) -> Record:
        return {"domainCode": self.people.books.domain, "purchaseOrderNumber": f"PO{self._digits(5)}"}

    def _reference(self, credit: bool) -> str:
        serial = self.people.books.next("generated reference")
        if credit:
            return f"CN-{2000 + serial}"
        forms = ("INV-{n}", "{n}", "2026/{n}", "R {n}-A", "RE№{n}")
        return self.chance.choices(forms, (70, 10, 10, 8, 2))[0].format(n=80000 + serial)

    def _changed(self) -> date:
        return self.yesterday - timedelta(days=self.chance.randrange(self.days))

    def _digits(self, count: int) -> str:
        return str(self.chance.randrange(10 ** (count - 1), 10**count))

    def _filled(self, pattern: str) -> str:
        return "".join(str(self.chance.randrange(10)) if each == "9" else each for each in pattern)


def _unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-CURRENCIES[currency])
