"""Preferences and CompanyInfo as entities of the API.

Source: QuickBooks Online API reference, Preferences.
"""

from tests.sandbox.quickbooks_online import refusals
from tests.sandbox.quickbooks_online.drafts import Draft
from tests.sandbox.quickbooks_online.fields import IGNORED, Field, Fields
from tests.sandbox.quickbooks_online.wire import Record

_ANY = Field("any")
_EVERY: Fields = dict.fromkeys(("Id", "SyncToken", "MetaData", "domain", "sparse"), IGNORED)
_PARTS = (
    "AccountingInfoPrefs", "CurrencyPrefs", "TaxPrefs", "VendorAndPurchasesPrefs", "SalesFormsPrefs",
    "EmailMessagesPrefs", "ProductAndServicesPrefs", "ReportPrefs", "TimeTrackingPrefs", "OtherPrefs",
)  # fmt: skip

PREFERENCES: Fields = {**_EVERY, **dict.fromkeys(_PARTS, _ANY)}
COMPANY_INFO: Fields = {
    **_EVERY, **dict.fromkeys(("CompanyName", "LegalName", "CompanyAddr", "Country", "Email", "NameValue"), _ANY),
    **dict.fromkeys(("FiscalYearStartMonth", "SupportedLanguages"), _ANY),
}  # fmt: skip


def build_preferences(draft: Draft) -> Record:
    """Returns the settings as they will be stored; what a section leaves out stays.

    Raises:
        Refusal: 6000, classes would be tracked in two ways at once.
    """
    before = draft.before or {}
    record = dict(before)
    for name, part in draft.given.items():
        if not isinstance(part, dict):
            raise refusals.bad_value(name, part)
        record[name] = {**before.get(name, {}), **part}
    tracking = record["AccountingInfoPrefs"]
    if tracking["ClassTrackingPerTxn"] and tracking["ClassTrackingPerTxnLine"]:
        raise refusals.business("Classes are tracked per transaction or per line, not both.")
    return record


def refuse_company(_draft: Draft) -> Record:
    """Refuses: the company's own record is kept in the web app.

    Raises:
        Refusal: 500, always.
    """
    raise refusals.unsupported("Operation update of CompanyInfo is not supported.")
