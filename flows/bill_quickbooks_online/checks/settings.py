"""What a QuickBooks Online company's edition and switches mean for a connection; pure."""

from blocks.quickbooks_online.account import QuickBooksAccount
from blocks.quickbooks_online.company import Company
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from flows.books_checks import judge_closing_date
from flows.checks import Findings


def judge_settings(
    company: Company, account: QuickBooksAccount, rules: BillQuickBooksOnlineConnection, found: Findings
) -> None:
    """Each setting that decides what can be sent is one row more, with what it means for the rules."""
    real = ": what is written there is in the real books" if account.environment == "production" else ""
    found.add("company", "ok", f"{company.name}, realm {account.realm_id}")
    found.add("environment", "ok", f"{account.environment}{real}")
    found.add("edition", "ok" if company.edition else "unverified", company.edition or "Intuit does not tell it")
    _judge_orders(company, rules, found)
    _judge_classes(company, rules, found)
    _judge_locations(company, rules, found)
    _judge_numbers(company, rules, found)
    _judge_currencies(company, found)
    judge_closing_date(company.closed_until, found)


def _judge_orders(company: Company, rules: BillQuickBooksOnlineConnection, found: Findings) -> None:
    lacks, wanted = company.lacks_orders(), rules.target_entity == "purchase_order"
    if lacks and wanted:
        found.add("purchase orders", "error", f"{lacks}. {company.orders_remedy()}")
        return
    needed = "" if wanted else ", and not needed: bills become bills"
    found.add("purchase orders", "ok", f"{'off' if lacks else 'on'}{needed}")


def _judge_classes(company: Company, rules: BillQuickBooksOnlineConnection, found: Findings) -> None:
    what = "class tracking"
    if company.class_per == "line":
        found.add(what, "ok", "one class for each line")
    elif company.class_per == "document":
        found.add(what, "warning", "one class for each document: bills whose lines have several classes are held")
    else:
        idle = [name for name in ("classes", "department_classes") if getattr(rules, name)]
        without = f"; {' and '.join(idle)} in the connection file have no effect" if idle else ""
        found.add(what, "warning" if idle else "ok", f"off: classes are left out{without}")


def _judge_locations(company: Company, rules: BillQuickBooksOnlineConnection, found: Findings) -> None:
    if company.locations:
        found.add("location tracking", "ok", f"on; the company calls it {company.location_word}")
        return
    without = "; departments in the connection file have no effect" if rules.departments else ""
    found.add("location tracking", "warning" if rules.departments else "ok", f"off{without}")


def _judge_numbers(company: Company, rules: BillQuickBooksOnlineConnection, found: Findings) -> None:
    what = "custom transaction numbers"
    if company.custom_numbers or rules.target_entity == "bill":
        found.add(what, "ok", "on" if company.custom_numbers else "off, and not needed: bills keep their numbers")
        return
    said = "off: QuickBooks numbers purchase orders itself, and the invoice number goes to the private note"
    found.add(what, "warning", f"{said}; orders that were entered by hand are not recognized")


def _judge_currencies(company: Company, found: Findings) -> None:
    home = company.home_currency
    alone = f"{home or 'home currency not told'} alone: bills in other currencies are held"
    said = f"home currency {home}, multicurrency on" if company.multicurrency else alone
    found.add("currencies", "ok" if home else "unverified", said)
