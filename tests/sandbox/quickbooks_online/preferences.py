"""The settings of one company, and its own record; both as a new Plus company has them.

Source: QuickBooks Online API reference, Preferences and CompanyInfo.
"""

from typing import Any

from tests.sandbox.quickbooks_online.wire import Record

_SECTIONS = (
    "AccountingInfoPrefs",
    "CurrencyPrefs",
    "TaxPrefs",
    "VendorAndPurchasesPrefs",
    "SalesFormsPrefs",
    "EmailMessagesPrefs",
)
_EITHER = {"ClassTrackingPerTxn": "ClassTrackingPerTxnLine", "ClassTrackingPerTxnLine": "ClassTrackingPerTxn"}


def starting_preferences() -> Record:
    """Returns the settings: numbers and classes on every line, locations, purchase orders, own document numbers."""
    others = {
        "VendorAndPurchasesPrefs.PurchaseOrderEnabled": "true",
        "VendorAndPurchasesPrefs.UseCustomTxnNumbers": "true",
        "WarnDuplicateBillNumber": "false",
        "WarnDuplicateCheckNumber": "true",
    }
    return {
        "AccountingInfoPrefs": {
            "UseAccountNumbers": True,
            "TrackDepartments": True,
            "DepartmentTerminology": "Location",
            "ClassTrackingPerTxn": False,
            "ClassTrackingPerTxnLine": True,
            "FirstMonthOfFiscalYear": "January",
        },
        "CurrencyPrefs": {"MultiCurrencyEnabled": False, "HomeCurrency": {"value": "USD"}},
        "TaxPrefs": {"UsingSalesTax": True},
        "VendorAndPurchasesPrefs": {"TrackingByCustomer": True, "BillableExpenseTracking": True, "POCustomField": []},
        "OtherPrefs": {"NameValue": [{"Name": name, "Value": value} for name, value in others.items()]},
    }


def starting_company(company: str, edition: str) -> Record:
    """Returns the company's own record."""
    address = {"Line1": "123 Sierra Way", "City": "San Pablo", "CountrySubDivisionCode": "CA", "PostalCode": "87999"}
    told = {"OfferingSku": edition, "SubscriptionStatus": "SUBSCRIBED", "NeoEnabled": "true", "PayrollFeature": "false"}
    return {
        "CompanyName": company,
        "LegalName": company,
        "CompanyAddr": {"Id": "1", **address, "Country": "USA"},
        "Country": "US",
        "FiscalYearStartMonth": "January",
        "SupportedLanguages": "en",
        "Email": {"Address": "owner@example.com"},
        "NameValue": [{"Name": name, "Value": value} for name, value in told.items()],
    }


def preference(preferences: Record, name: str) -> Any:
    """Returns one setting by its own name, whichever section has it; None when there is none."""
    for section in _SECTIONS:
        if name in preferences.get(section, ()):
            return preferences[section][name]
    for pair in preferences["OtherPrefs"]["NameValue"]:
        if pair["Name"].rsplit(".", 1)[-1] == name:
            return {"true": True, "false": False}.get(pair["Value"], pair["Value"])
    return None


def with_preference(preferences: Record, name: str, value: Any) -> Record:
    """Returns the settings with one of them changed; classes are tracked in one way at most.

    Raises:
        ValueError: there is no setting of that name.
    """
    changed = {key: dict(part) if isinstance(part, dict) else part for key, part in preferences.items()}
    pairs = [dict(pair) for pair in preferences["OtherPrefs"]["NameValue"]]
    changed["OtherPrefs"] = {"NameValue": pairs}
    for pair in pairs:
        if pair["Name"].rsplit(".", 1)[-1] == name:
            pair["Value"] = {True: "true", False: "false"}.get(value, value)
            return changed
    for section in _SECTIONS:
        if name in changed.get(section, ()) or (name == "BookCloseDate" and section == "AccountingInfoPrefs"):
            changed[section][name] = value
            if value and name in _EITHER:
                changed[section][_EITHER[name]] = False
            return changed
    raise ValueError(f"no such preference: {name}")
