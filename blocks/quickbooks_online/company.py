"""What a QuickBooks Online company can do: its edition and its switches. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Self

from blocks.quickbooks_online.account import SYSTEM

WITHOUT_ORDERS = ("Simple Start", "EasyStart", "Essentials", "Solopreneur", "Self-Employed")
ClassPer = Literal["line", "document", "off"]


@dataclass(frozen=True)
class Company:
    """The settings of one company that decide what can be sent to it."""

    name: str
    edition: str  # as Intuit calls it, for example `QuickBooks Online Plus`
    orders: bool  # whether purchase orders are switched on
    class_per: ClassPer
    locations: bool
    location_word: str  # what the company calls its locations: Location, Department, Store ...
    custom_numbers: bool  # otherwise QuickBooks numbers purchase orders itself
    multicurrency: bool
    home_currency: str
    closed_until: date | None  # no document may be dated up to this day
    account_numbers: bool

    @classmethod
    def of(cls, company_info: Mapping[str, Any], preferences: Mapping[str, Any]) -> Self:
        """Returns the company that these two records describe; what they do not say is off."""
        accounting = _part(preferences, "AccountingInfoPrefs")
        currency = _part(preferences, "CurrencyPrefs")
        return cls(
            name=str(company_info.get("CompanyName") or company_info.get("LegalName") or ""),
            edition=_named(company_info, "OfferingSku"),
            orders=_switch(preferences, "PurchaseOrderEnabled"),
            class_per=_class_per(accounting),
            locations=_true(accounting.get("TrackDepartments")),
            location_word=str(accounting.get("DepartmentTerminology") or "Location"),
            custom_numbers=_switch(preferences, "UseCustomTxnNumbers"),
            multicurrency=_true(currency.get("MultiCurrencyEnabled")),
            home_currency=str(_part(currency, "HomeCurrency").get("value") or ""),
            closed_until=_day(accounting.get("BookCloseDate")),
            account_numbers=_true(accounting.get("UseAccountNumbers")),
        )

    def lacks_orders(self) -> str:
        """Returns a sentence if the company cannot have purchase orders; else nothing."""
        if self._edition_lacks_orders():
            return f"{SYSTEM} company {self.name} has the edition {self.edition}, which has no purchase orders"
        if not self.orders:
            return f"{SYSTEM} company {self.name} has purchase orders switched off"
        return ""

    def orders_remedy(self) -> str:
        """Returns who must do what so that the company can have purchase orders; nothing if it can."""
        if self._edition_lacks_orders():
            return "The company's owner must change to the edition Plus or Advanced at Intuit."
        if not self.orders:
            return (
                "An administrator of the company must switch on 'Use purchase orders' in QuickBooks: Account and"
                " settings, Expenses, Purchase orders."
            )
        return ""

    def _edition_lacks_orders(self) -> bool:
        """Tells so only of editions that are known to; a name that Intuit has changed must not stop anybody."""
        plain = self.edition.replace(" ", "").lower()
        return any(name.replace(" ", "").lower() in plain for name in WITHOUT_ORDERS)


def _class_per(accounting: Mapping[str, Any]) -> ClassPer:
    if _true(accounting.get("ClassTrackingPerTxnLine")) or _true(accounting.get("ClassTrackingPerLine")):
        return "line"
    return "document" if _true(accounting.get("ClassTrackingPerTxn")) else "off"


def _switch(preferences: Mapping[str, Any], name: str) -> bool:
    """Tells whether a switch is on that stands among the others, with its section before its name or without."""
    listed = _named(_part(preferences, "OtherPrefs"), name)
    return _true(listed or _part(preferences, "VendorAndPurchasesPrefs").get(name))


def _named(held: Mapping[str, Any], name: str) -> str:
    pairs = held.get("NameValue")
    for pair in pairs if isinstance(pairs, list) else ():
        if isinstance(pair, Mapping) and str(pair.get("Name")).rsplit(".", 1)[-1] == name:
            return str(pair.get("Value") or "")
    return ""


def _part(held: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = held.get(name)
    return part if isinstance(part, Mapping) else {}


def _true(value: Any) -> bool:
    return value is True or str(value).strip().lower() == "true"


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None
