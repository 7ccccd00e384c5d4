"""Names that are taken: where a customer or an employee has its name, a vendor gets a variant of it."""

from collections.abc import Awaitable, Callable, Mapping

from blocks.errors import RefusedError
from blocks.exact import Record
from blocks.quickbooks_desktop import queries
from blocks.quickbooks_desktop.channel import SYSTEM
from blocks.quickbooks_desktop.client import QuickBooksDesktopClient
from blocks.quickbooks_desktop.meanings import NAME_TAKEN
from blocks.quickbooks_desktop.texts import comparable, variant_number, variants
from blocks.quickbooks_desktop.values import text

NAME = "Name"
IsAnother = Callable[[str], bool]  # tells of a vendor's ListID whether it is known to stand for somebody else
Step = str | Record | RefusedError  # the name to try next, the vendor that has it already, or why a person must act
Taken = Mapping[int, tuple[str, str]]  # by place: the name that a vendor should have, and the variant that is taken
Rename = Callable[[Taken], Awaitable[Mapping[int, Step]]]


async def next_names(client: QuickBooksDesktopClient, names: Taken, is_another: IsAnother) -> dict[int, Step]:
    """Returns for each vendor the variant of its name to try next, or the vendor that has the name already.

    A vendor that `is_another` has its name rightfully, like a customer or an employee.
    """
    tried = sorted({one for _wanted, one in names.values()})
    rows = await client.records(queries.vendors_by_names(tried))
    held = {comparable(text(row, NAME)): row for row in rows if not is_another(text(row, "ListID"))}
    return {place: held.get(comparable(one)) or _next(wanted, one) for place, (wanted, one) in names.items()}


def refused_name(step: Record | RefusedError) -> RefusedError:
    """Returns why a vendor cannot have a name: as it was found out, or because this other vendor has it."""
    return step if isinstance(step, RefusedError) else _taken(step)


def _taken(holder: Record) -> RefusedError:
    said = f"{SYSTEM} has a vendor named {text(holder, NAME)} already, with the ListID {text(holder, 'ListID')}"
    return _refusal(said, "Replay the record: it is matched with that vendor then. Or rename one of the two.")


def _none_left(name: str) -> RefusedError:
    return _refusal(
        f"others in {SYSTEM} have the name {name}, and every other that the vendor might get",
        f"Rename one of them in {SYSTEM}, or the vendor in its source system.",
    )


def _next(wanted: str, tried: str) -> str | RefusedError:
    names, number = variants(wanted), variant_number(wanted, tried)
    return names[number] if number < len(names) else _none_left(wanted)


def _refusal(said: str, remedy: str) -> RefusedError:
    return RefusedError(said, system=SYSTEM, code=str(NAME_TAKEN), field=NAME, remedy=remedy)
