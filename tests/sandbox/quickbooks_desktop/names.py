"""Names of list elements: what may be stored, and what is taken."""

from tests.sandbox.quickbooks_desktop import refusals
from tests.sandbox.quickbooks_desktop.books import Books
from tests.sandbox.quickbooks_desktop.kinds import NAMES, TERMS
from tests.sandbox.quickbooks_desktop.table import folded


def check_name(books: Books, kind: str, name: str, full_name: str = "", own: str = "") -> None:
    """Passes when an element of this kind may be called so.

    Raises:
        Refusal: 3150 without a name, 3090 for a colon, 3100 if the name is taken by an element other than `own`.
    """
    if not name.strip():
        raise refusals.missing_element("Name")
    if ":" in name:
        raise refusals.not_storable(name, "Name")
    if _holders(books, kind, full_name or name) - {own}:
        raise refusals.name_taken(name)


def _holders(books: Books, kind: str, full_name: str) -> set[str]:
    if kind in NAMES:
        holder = books.state.names.get(folded(full_name))
        return {holder} if holder else set()
    kinds = TERMS if kind in TERMS else (kind,)
    return {row["ListID"] for each in kinds for row in books.table(each).having("FullName", full_name)}
