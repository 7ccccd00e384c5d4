"""Tables for people on a terminal; texts of vendors are shown as they are, never read as markup."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDE = 200  # characters, where no terminal sets a width
COLOURS = {"valid": "green", "ok": "green", "degraded": "yellow", "unverified": "yellow", "warning": "yellow",
           "error": "red", "disabled": "red", "refused": "red", "failed": "red", "held": "yellow"}  # fmt: skip


def console(*, stderr: bool = False) -> Console:
    """Returns a console as wide as the terminal; elsewhere (a file, a pipe) it is wide enough for whole sentences."""
    made = Console(stderr=stderr)
    return made if made.is_terminal else Console(stderr=stderr, width=WIDE)


def print_table(on: Console, columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """Prints the rows; verdicts and outcomes have their colours."""
    table = Table(*columns, title=Text(title) if title else None)
    for row in rows:
        cells = ["" if cell is None else str(cell) for cell in row]
        table.add_row(*(Text(cell, style=COLOURS.get(cell, "")) for cell in cells))
    on.print(table)
