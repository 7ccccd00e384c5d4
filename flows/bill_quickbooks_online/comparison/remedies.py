"""What to do where the two sides differ."""

from flows.bill_quickbooks_online.comparison.books import Books


def replay(books: Books, source_id: str) -> str:
    """Returns how the two sides are made equal again."""
    command = f"ml-connector replay {books.connection} --record-id {source_id}"
    return (
        f"Correct one of the two; or run the connection, and then `{command}` makes QuickBooks Online what BILL says."
    )
