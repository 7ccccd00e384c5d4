"""What a QuickBooks Desktop company is and can do, by what it tells when the Web Connector comes. Pure."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Self

from blocks.errors import TransientError
from blocks.exact import Record, day
from blocks.quickbooks_desktop.answers import parsed
from blocks.quickbooks_desktop.channel import SYSTEM
from blocks.quickbooks_desktop.render import VERSION
from blocks.quickbooks_desktop.values import at, is_true, rows, text

FILE_ID, LOCK = "FileID", "AppLock"
_NUMBER = re.compile(r"\d+(\.\d+)?$")


@dataclass(frozen=True)
class Company:
    """One company file as it was open, and the switches that decide what can be sent to it."""

    name: str
    product: str  # such as `QuickBooks Enterprise Solutions 24.0`
    country: str
    versions: tuple[str, ...]  # of qbXML, as QuickBooks writes them
    file_id: str  # what the Web Connector has written into it; empty if nothing
    machine: str  # of the Web Connector that works on it now; empty if that is not told
    class_tracking: bool
    account_numbers: bool
    requires_accounts: bool
    closing_date: date | None  # nothing may be dated up to this day
    multicurrency: bool
    home_currency: str

    @classmethod
    def of(cls, greeting_text: str, owner_id: str = "") -> Self:
        """Returns the company that a greeting describes; what it does not say is off.

        Args:
            greeting_text: the answers to the Host, Company and Preferences queries.
            owner_id: whose private fields to look at; anybody's without one.

        Raises:
            TransientError: it is no qbXML.
        """
        held = {answer.message: answer.records[0] for answer in parsed(greeting_text).answers if answer.records}
        host, company = held.get("HostQuery", {}), held.get("CompanyQuery", {})
        accounting = at(held.get("PreferencesQuery"), "AccountingPreferences")
        currency = at(held.get("PreferencesQuery"), "MultiCurrencyPreferences")
        return cls(
            name=text(company, "CompanyName") or text(company, "LegalCompanyName"),
            product=text(host, "ProductName"),
            country=text(host, "Country"),
            versions=tuple(map(str, host.get("SupportedQBXMLVersion") or ())),
            file_id=_private(company, FILE_ID, owner_id),
            machine=_machine(_private(company, LOCK, owner_id)),
            class_tracking=is_true(at(accounting, "IsUsingClassTracking")),
            account_numbers=is_true(at(accounting, "IsUsingAccountNumbers")),
            requires_accounts=is_true(at(accounting, "IsRequiringAccounts")),
            closing_date=_day(text(accounting, "ClosingDate")),
            multicurrency=is_true(at(currency, "IsMultiCurrencyOn")),
            home_currency=text(currency, "HomeCurrencyRef", "FullName"),
        )

    def too_old(self) -> str:
        """Returns a sentence if this QuickBooks cannot read what is sent to it; else nothing."""
        known = [number for one in self.versions if (number := _version(one)) is not None]
        if not known or max(known) >= Decimal(VERSION):
            return ""
        return f"{self.product or SYSTEM} reads qbXML up to {max(known)}, and {VERSION} is needed"

    def __str__(self) -> str:
        """Names the company and its product, for people."""
        return f"{self.name} ({self.product})" if self.product else self.name


def is_greeting(greeting_text: str) -> bool:
    """Tells whether a text says which company is open."""
    try:
        return any(answer.message == "CompanyQuery" and answer.records for answer in parsed(greeting_text).answers)
    except TransientError:
        return False


def _private(company: Record, name: str, owner_id: str) -> str:
    wanted = owner_id.strip("{} ").lower()
    for one in rows(company, "DataExtRet"):
        if text(one, "DataExtName") == name and (not wanted or text(one, "OwnerID").strip("{}").lower() == wanted):
            return text(one, "DataExtValue")
    return ""


def _machine(lock: str) -> str:
    parts = lock.split(":")
    return parts[1] if len(parts) > 1 and parts[0] == "LOCKED" else ""


def _version(written: str) -> Decimal | None:
    found = _NUMBER.search(written.strip())  # some editions put their country before it, such as CA13.0
    try:
        return Decimal(found[0]) if found else None
    except InvalidOperation:
        return None


def _day(written: str) -> date | None:
    try:
        return day(written)
    except ValueError:
        return None
