"""What every new company has: the accounts and terms that QuickBooks sets up by itself."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sandbox.quickbooks_desktop.people import People

_ACCOUNTS = (
    ("Checking", "Bank"), ("Accounts Payable", "AccountsPayable"), ("Accounts Receivable", "AccountsReceivable"),
    ("Company Card", "CreditCard"), ("Opening Balance Equity", "Equity"), ("Purchase Discounts", "OtherIncome"),
    ("Uncategorized Expenses", "Expense"),
)  # fmt: skip
_TERMS = (("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30), ("Net 60", 60))


def add_starting_lists(people: "People") -> None:
    """The company has the accounts and terms that come with it."""
    for name, kind in _ACCOUNTS:
        people.add_account(name, kind)
    for name, days in _TERMS:
        people.add_terms(name, days)
    people.add_named("DateDrivenTerms", "Day 20 of the month", DayOfMonthDue=20, DueNextMonthDays=5)


def account_type(sample: str) -> str:
    """Returns the AccountType of a sample chart's type: COST_OF_GOODS_SOLD is CostOfGoodsSold."""
    return sample.title().replace("_", "")
