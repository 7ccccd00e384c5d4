"""Vendors: create, change, archive, bank account.

Source: BILL v3 API, vendors.
"""

import copy
import re
from decimal import Decimal
from typing import Any

from tests.sandbox.bill.books import Books
from tests.sandbox.bill.bulk import all_checked
from tests.sandbox.bill.countries import COUNTRIES, NAMES
from tests.sandbox.bill.endpoints import Call, Endpoint, Reply
from tests.sandbox.bill.fields import Fields, Findings
from tests.sandbox.bill.listings import ACCOUNT_TYPES, VENDORS
from tests.sandbox.bill.lists import listed, value_at
from tests.sandbox.bill.sessions import Session, Sessions
from tests.sandbox.bill.wire import Record, refusal

BULK_LIMIT = 20
_TAX_ID_TYPES = frozenset({"SSN", "EIN", "UNDEFINED"})
_ADDRESS = ("line1", "line2", "city", "stateOrProvince", "zipOrPostalCode", "country")
_REQUIRED = frozenset({"line1", "city", "zipOrPostalCode", "country"})
_TEXTS = {"name": 100, "shortName": 40, "accountNumber": 0, "email": 0, "phone": 0}


class Vendors:
    """Answers everything under /v3/vendors."""

    def __init__(self, books: Books, sessions: Sessions) -> None:
        """Works on the organization's books."""
        self.books = books
        self.sessions = sessions

    def endpoints(self) -> list[Endpoint]:
        """Returns the vendor endpoints."""
        one = "/v3/vendors/{id}"
        return [
            ("GET", "/v3/vendors", self._list),
            ("POST", "/v3/vendors", lambda call: (201, self.create(call.body, call.session))),
            ("POST", "/v3/vendors/bulk", self._bulk),
            ("GET", one, lambda call: (200, self._of(call))),
            ("PATCH", one, lambda call: (200, self.change(self._of(call), call.body, call.session))),
            ("POST", f"{one}/archive", lambda call: (200, self.books.archive(self._of(call), "vendor", True))),
            ("POST", f"{one}/restore", lambda call: (200, self.books.archive(self._of(call), "vendor", False))),
            ("GET", f"{one}/bank-account", self._bank),
            ("POST", f"{one}/bank-account", self._add_bank),
            ("DELETE", f"{one}/bank-account", self._drop_bank),
            ("GET", f"{one}/configuration", self._configuration),
        ]

    def create(self, body: Any, session: Session | None = None) -> Record:
        """Creates a vendor and returns it; `session` None is a person, who may do anything."""
        return self._enter(self._checked(body, session))

    def _list(self, call: Call) -> Reply:
        page = listed(self.books.vendors.values(), call.query, VENDORS)
        if self.books.switches.thin_rows:
            page["results"] = [{k: v for k, v in row.items() if k not in VENDORS.thin} for row in page["results"]]
        return 200, page

    def _bulk(self, call: Call) -> Reply:
        checked = all_checked(call.body, BULK_LIMIT, lambda item: self._checked(item, call.session))
        return 201, {"vendors": [self._enter(vendor) for vendor in checked]}

    def change(self, vendor: Record, body: Any, session: Session | None = None) -> Record:
        """Changes the fields that the body holds, a null empties one; returns the vendor.

        The network status is BILL's own to write; it changes only where `session` None stands for a person.
        """
        findings = Findings()
        fields = Fields(body, findings)
        if fields.at("paymentInformation.bankAccount") is not None:
            fields.wrong("paymentInformation.bankAccount", "cannot be changed; delete and create it", "BDC_1143")
        findings.settle()
        merged = _merged({k: v for k, v in vendor.items() if k in _WRITABLE}, fields.body)
        (merged.get("paymentInformation") or {}).pop("bankAccount", None)
        changed = self._checked(merged, session)
        bank = vendor["paymentInformation"].get("bankAccount")
        if bank is not None:
            changed.setdefault("paymentInformation", {})["bankAccount"] = bank
        if session is None and "networkStatus" in fields.body:
            changed["networkStatus"] = fields.body["networkStatus"]
        told = (*_TOLD, *_WRITABLE) if self.books.switches.every_vendor_event else _TOLD
        before = [value_at(vendor, path) for path in told]
        self.books.rewrite(vendor, _WRITABLE, changed)
        if before != [value_at(vendor, path) for path in told]:
            self.books.notify("vendor.updated", vendor)
        return vendor

    def _checked(self, body: Any, session: Session | None) -> Record:
        findings = Findings()
        fields = Fields(body, findings)
        vendor: Record = {}
        for name, limit in _TEXTS.items():
            vendor[name] = fields.text(name, required=name == "name", limit=limit)
        if vendor["email"] and "@" not in vendor["email"]:
            fields.wrong("email", "must be an e-mail address")
        vendor["accountType"] = fields.one_of("accountType", ACCOUNT_TYPES) or "NONE"
        vendor["address"] = _address(fields)
        vendor["billCurrency"] = fields.text("billCurrency") or "USD"
        if not re.fullmatch("[A-Z]{3}", vendor["billCurrency"]):
            fields.wrong("billCurrency", "must be an ISO 4217 code")
        fields.one_of("additionalInfo.taxIdType", _TAX_ID_TYPES)
        for name in ("paymentInformation", "additionalInfo", "autoPay"):
            vendor[name] = _part(fields, name)
        findings.settle()
        if session is not None and vendor["autoPay"].get("enabled"):
            self.sessions.require_trust(session)
        return {name: value for name, value in vendor.items() if value is not None}

    def _enter(self, checked: Record) -> Record:
        now = self.books.stamp()
        vendor: Record = {
            "id": self.books.ids.new("vendor"),
            "archived": False,
            **checked,
            "bankAccountStatus": "NO_ACCOUNT",
            "recurringPayments": False,
            "balance": {"amount": Decimal("0.00")},
            "networkStatus": "NOT_CONNECTED",
            "createdTime": now,
            "updatedTime": now,
        }
        vendor["paymentInformation"].setdefault("payeeName", vendor["name"])
        vendor["paymentInformation"].setdefault("payByType", "CHECK")
        vendor["additionalInfo"].setdefault("combinePayments", True)
        vendor["autoPay"].setdefault("enabled", False)
        self.books.vendors[vendor["id"]] = vendor
        self.books.notify("vendor.created", vendor)
        return vendor

    def _of(self, call: Call) -> Record:
        return self.books.found("vendor", call.path["id"])

    def _bank(self, call: Call) -> Reply:
        bank = self._of(call).get("paymentInformation", {}).get("bankAccount")
        if bank is None:
            raise refusal("BDC_1205", "The vendor has no bank account", 404)
        return 200, bank

    def _add_bank(self, call: Call) -> Reply:
        vendor = self._of(call)
        if "bankAccount" in vendor["paymentInformation"]:
            raise refusal("BDC_1143", "The vendor has a bank account; delete it first")
        findings = Findings()
        fields = Fields(call.body, findings)
        for name in ("nameOnAccount", "accountNumber", "routingNumber"):
            fields.text(name, required=True)
        findings.settle()
        vendor["paymentInformation"]["bankAccount"] = fields.body
        vendor["updatedTime"] = self.books.stamp()
        return 200, fields.body

    def _drop_bank(self, call: Call) -> Reply:
        vendor = self._of(call)
        self._bank(call)
        del vendor["paymentInformation"]["bankAccount"]
        vendor["updatedTime"] = self.books.stamp()
        return 204, None

    def _configuration(self, call: Call) -> Reply:
        vendor = self._of(call)
        return 200, {"country": vendor["address"]["country"], "billCurrency": vendor["billCurrency"]}


_WRITABLE = (*_TEXTS, "accountType", "address", "billCurrency", "paymentInformation", "additionalInfo", "autoPay")
_TOLD = ("name", "address.country", "networkStatus", "paymentInformation.virtualCard.status")


def _address(fields: Fields) -> Record:
    if fields.at("address") is None:
        fields.wrong("address", "must not be null", "BDC_1117")
        return {}
    address: Record = {}
    for name in _ADDRESS:
        value = fields.text(f"address.{name}", required=name in _REQUIRED)
        if value is not None:
            address[name] = value
    country = address.get("country")
    if country is not None and country not in COUNTRIES:
        fields.wrong("address.country", "must be an ISO 3166 two-letter code")
    elif country is not None:
        address["countryName"] = NAMES.get(country, country)
    return address


def _part(fields: Fields, name: str) -> Record:
    given = fields.at(name)
    if given is not None and not isinstance(given, dict):
        fields.wrong(name, "must be an object", "BDC_1124")
        return {}
    return {key: copy.deepcopy(value) for key, value in (given or {}).items() if value is not None}


def _merged(record: Record, changes: Record) -> Record:
    merged = copy.deepcopy(record)
    for name, value in changes.items():
        if isinstance(value, dict) and isinstance(merged.get(name), dict):
            merged[name] = _merged(merged[name], value)
        else:
            merged[name] = value
    return merged
