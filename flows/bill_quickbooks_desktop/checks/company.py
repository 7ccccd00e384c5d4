"""What the company that was open at the last visit means for a connection; pure."""

from blocks.quickbooks_desktop.company import Company
from flows.bill_quickbooks_desktop.checks.accounts import judge_accounts
from flows.bill_quickbooks_desktop.checks.contact import judge_contact
from flows.bill_quickbooks_desktop.checks.visits import LastVisit
from flows.bill_quickbooks_desktop.rules import BillQuickBooksDesktopConnection
from flows.books_checks import judge_closing_date
from flows.checks import Asked, Findings


async def examine_quickbooks(visit: LastVisit, asked: Asked, found: Findings) -> LastVisit:
    """Returns the visit; contact, company and accounts have their verdicts."""
    rules: BillQuickBooksDesktopConnection = asked.rules
    judge_contact(visit, asked, found)
    if visit.session is None:
        return visit
    if visit.company is None:
        found.add("company", "unverified", "QuickBooks did not tell of its company at the last visit")
    else:
        _judge_company(visit.company, visit, rules, found)
    judge_accounts(visit, rules, found)
    return visit


def _judge_company(company: Company, visit: LastVisit, rules: BillQuickBooksDesktopConnection, found: Findings) -> None:
    found.add("company", "ok" if company.name else "unverified", str(company) or "it does not tell its name")
    _judge_file(company, visit, found)
    old = company.too_old()
    newest = company.versions[-1] if company.versions else "not told"
    found.add("qbXML", "error" if old else "ok", f"{old}. Install QuickBooks 2014 or newer." if old else newest)
    _judge_classes(company, rules, found)
    hidden = "off: accounts are matched by the numbers that they have all the same"
    found.add("account numbers", "ok", "on" if company.account_numbers else hidden)
    home = company.home_currency or company.country or "its own currency"
    alone = f"{home} alone: bills in other currencies are held"
    found.add("currencies", "ok", f"home currency {home}, multicurrency on" if company.multicurrency else alone)
    judge_closing_date(company.closing_date, found)


def _judge_file(company: Company, visit: LastVisit, found: Findings) -> None:
    what, path = "company file", visit.session.company_file if visit.session else ""
    wanted, there = _plain(visit.account.file_id), _plain(company.file_id)
    if not there:
        said = f"{path}: the Web Connector has not written this connection's file id into it"
        found.add(what, "unverified", said.removeprefix(": "))
    elif wanted != there:
        remedy = f"Open the right company in QuickBooks, or import this connection's .QWC file for {company.name}."
        found.add(what, "error", f"{path} belongs to another connection (FileID {company.file_id}). {remedy}")
    else:
        found.add(what, "ok", f"{path}, the one of this connection".removeprefix(", "))


def _judge_classes(company: Company, rules: BillQuickBooksDesktopConnection, found: Findings) -> None:
    what = "class tracking"
    if company.class_tracking:
        found.add(what, "ok", f"on: a line's class comes from its {rules.class_from.replace('_', ' ')} in BILL")
    elif rules.classes:
        found.add(what, "warning", "off: classes are left out; classes in the connection file have no effect")
    else:
        found.add(what, "ok", "off: classes are left out")


def _plain(guid: str) -> str:
    return guid.strip("{} ").upper()
