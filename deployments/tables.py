"""Tables for people on a terminal; texts of vendors are shown as they are, never read as markup."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text


def print_table(console: Console, columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """Prints the rows; outside of a terminal a table is as wide as its text needs."""
    table = Table(*columns, title=Text(title) if title else None)
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    console.print(table)
