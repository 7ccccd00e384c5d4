"""What the Web Connector reads when it has opened the company file: host, company and preferences in one document."""

from tests.sandbox.quickbooks_desktop import special_queries
from tests.sandbox.quickbooks_desktop.answers import Asking, Session
from tests.sandbox.quickbooks_desktop.books import Books
from tests.sandbox.quickbooks_desktop.envelope import rendered
from tests.sandbox.quickbooks_desktop.reading import Record
from tests.sandbox.quickbooks_desktop.state import Response
from tests.sandbox.quickbooks_desktop.switches import Switches

_VERSIONS = ("1.0", "1.1", "2.0", "2.1", "3.0", "4.0", "4.1", "5.0", "6.0", "7.0", "8.0", "9.0", "10.0", "11.0", "12.0")


def host(name: str, product: str, major: str, switches: Switches) -> dict[str, Record]:
    """Returns what HostQuery and CompanyQuery tell of a program and its company."""
    months = dict.fromkeys(("FirstMonthFiscalYear", "FirstMonthIncomeTaxYear"), "January")
    highest = float(switches.highest_version)
    versions = [each for each in _VERSIONS if float(each) < highest]
    later = [f"{number}.0" for number in range(13, int(highest))]
    return {
        "HostRet": {
            "ProductName": product, "MajorVersion": major, "MinorVersion": "0", "Country": "US",
            "SupportedQBXMLVersion": [*versions, *later, switches.highest_version], "IsAutomaticLogin": False,
            "QBFileMode": "SingleUser",
        },
        "CompanyRet": {
            "IsSampleCompany": False, "CompanyName": name, "LegalCompanyName": name, **months, "TaxForm": "Form1120",
        },
    }  # fmt: skip


def greeting(books: Books, about: dict[str, Record], owner_id: str) -> str:
    """Returns the three answers, with the owner's private fields of the company."""
    asking = Asking(books, about, "CompanyQuery", {}, Session())
    answers = {
        "HostQuery": special_queries.host(asking, {}),
        "CompanyQuery": special_queries.company(asking, {"OwnerID": [owner_id]}),
        "PreferencesQuery": special_queries.preferences(asking, {}),
    }
    responses = [
        Response(name, str(number), 0, "Status OK", answer.body)
        for number, (name, answer) in enumerate(answers.items())
    ]
    return rendered({}, responses, books.switches, with_data=True)
