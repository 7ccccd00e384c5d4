"""What bills and vendor credits have in common: vendor, A/P account, date, currency and total.

Source: qbXML 13.0, BillAdd and VendorCreditAdd.
"""

from decimal import ROUND_HALF_UP, Decimal

from tests.sandbox.quickbooks_desktop import refusals
from tests.sandbox.quickbooks_desktop.books import Books
from tests.sandbox.quickbooks_desktop.kinds import KINDS
from tests.sandbox.quickbooks_desktop.lines import CENT, total
from tests.sandbox.quickbooks_desktop.reading import Record
from tests.sandbox.quickbooks_desktop.saving import check_related


def opened(books: Books, kind: str, ready: Record) -> Record:
    """Returns the header of a new transaction, its defaults filled in.

    Raises:
        Refusal: 3140, 3150, 3171, 3176, 3180, 3250.
    """
    party = KINDS[kind].party
    if not ready.get(party):
        raise refusals.missing_element(party)
    if books.switches.vendor_window_blocks:
        check_related(books, [ready[party]])
    header = {"TxnDate": books.today(), **ready}
    header.setdefault("APAccountRef", default_payable_account(books, kind))
    books.check_period(kind, header["TxnDate"])
    _check_guid(books, kind, header)
    return {**header, **currency(books, header[party], header)}


def default_payable_account(books: Books, what: str) -> str:
    """Returns the ListID of the first A/P account.

    Raises:
        Refusal: 3270, there is none.
    """
    accounts = books.rows("Account").values()
    found = next((row["ListID"] for row in accounts if row["AccountType"] == "AccountsPayable"), None)
    if found is None:
        raise refusals.no_account(what)
    return str(found)


def currency(books: Books, vendor: str, header: Record) -> Record:
    """Returns the vendor's currency and the rate, where the company has several.

    Raises:
        Refusal: 3250, a rate was sent and it has one.
    """
    if not books.prefers("IsMultiCurrencyOn"):
        if header.get("ExchangeRate"):
            raise refusals.not_enabled()
        return {}
    own = books.rows("Vendor")[vendor].get("CurrencyRef") or books.prefers("HomeCurrencyRef")
    return {"CurrencyRef": own, "ExchangeRate": header.get("ExchangeRate") or Decimal(1)}


def summed(kind: str, record: Record) -> Record:
    """Returns the bill or credit with its total.

    Raises:
        Refusal: 3180, it is below zero.
    """
    name = KINDS[kind].total
    amount = total(record)
    if amount < 0:
        raise refusals.not_saved(kind, "The transaction amount must be positive.")
    after = {**record, name: amount}
    if record.get("ExchangeRate"):
        after[f"{name}InHomeCurrency"] = (amount * record["ExchangeRate"]).quantize(CENT, ROUND_HALF_UP)
    return after


def _check_guid(books: Books, kind: str, header: Record) -> None:
    guid = header.get("ExternalGUID")
    if guid and books.switches.external_guid_unique and books.table(kind).having("ExternalGUID", guid):
        raise refusals.not_saved(kind, "The external GUID is already in use.")
