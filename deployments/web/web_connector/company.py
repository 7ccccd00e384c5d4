"""Whether the company file that is open is the connection's own."""

from lxml import etree

from blocks.errors import TransientError
from blocks.quickbooks_desktop.account import QuickBooksDesktopAccount
from blocks.quickbooks_desktop.answers import root

LARGEST = 1024 * 1024  # characters; what QuickBooks tells of itself is far shorter
UNREADABLE = (
    "QuickBooks' description of the company file could not be read. Update again; if that does not help, tell whoever"
    " looks after ml-connector."
)


def objection(greeting: str, path: str, account: QuickBooksDesktopAccount, known: str = "") -> str:
    """Returns why nothing may be sent to the company file, for the person at the Web Connector; empty if it may.

    Args:
        greeting: what QuickBooks told of itself and the company; empty if it told nothing.
        path: of the company file, as the Web Connector named it.
        account: which company file it should be.
        known: the path of the company file that was worked on before; empty if none was. It decides where QuickBooks
            does not tell which application's files these are.
    """
    if not greeting.strip():
        return ""
    if len(greeting) > LARGEST:
        return UNREADABLE
    try:
        company = root(greeting)
    except TransientError:
        return UNREADABLE
    stamped = _stamped(company, account.owner_id)
    ours = account.file_id.casefold() in stamped if stamped else not known or known.casefold() == path.casefold()
    return "" if ours else _another(company, path, account)


def _stamped(company: etree._Element, owner_id: str) -> set[str]:
    """Returns the file ids that this application's Web Connectors wrote into the company file."""
    return {
        (one.findtext("DataExtValue") or "").strip().casefold()
        for one in company.iterfind(".//CompanyRet/DataExtRet")
        if (one.findtext("OwnerID") or "").strip().casefold() == owner_id.casefold()
        and (one.findtext("DataExtName") or "").strip() == "FileID"
    } - {""}


def _another(company: etree._Element, path: str, account: QuickBooksDesktopAccount) -> str:
    name = company.findtext(".//CompanyRet/CompanyName") or "The company that is open"
    wanted = account.company_file or "the company file that this connection was set up with"
    return (
        f"{name} ({path or 'open now'}) is not the company file of this connection, and nothing was sent to it."
        f" Open {wanted} and update again. If {name} is the right one, remove this application from the Web Connector"
        " and add the .QWC file of its own connection."
    )
