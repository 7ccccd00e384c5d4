"""The company's preferences, in QuickBooks' own groups."""

from typing import Any

from tests.sandbox.quickbooks_desktop.reading import Record


def starting_preferences() -> dict[str, Record]:
    """Returns the preferences of a company with classes and without a closed period or foreign currencies."""
    return {
        "AccountingPreferences": {
            "IsUsingAccountNumbers": False, "IsRequiringAccounts": True, "IsUsingClassTracking": True,
            "IsUsingAuditTrail": True, "IsAssigningJournalEntryNumbers": True, "ClosingDate": None,
        },
        "MultiCurrencyPreferences": {"IsMultiCurrencyOn": False, "HomeCurrencyRef": None},
        "PurchasesAndVendorsPreferences": {
            "IsUsingInventory": False, "DaysBillsAreDue": 10, "IsAutomaticallyUsingDiscounts": False,
        },
    }  # fmt: skip


def set_preference(preferences: dict[str, Record], name: str, value: Any) -> None:
    """Leaves a preference with a new value.

    Raises:
        ValueError: there is none of that name.
    """
    group = next((each for each in preferences.values() if name in each), None)
    if group is None:
        raise ValueError(f"no such preference: {name}")
    group[name] = value
