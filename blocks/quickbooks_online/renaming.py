"""Another name for a vendor whose name is taken, by a customer or an employee; never for one that exists already."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from blocks.errors import RefusedError, VendorError
from blocks.exact import Record
from blocks.quickbooks_online.account import SYSTEM
from blocks.quickbooks_online.batch import Item
from blocks.quickbooks_online.client import QuickBooksClient
from blocks.quickbooks_online.names import DELETED, comparable, variant_number, variants
from blocks.quickbooks_online.query import one_of, select
from blocks.quickbooks_online.values import text
from blocks.quickbooks_online.vendor_body import NAME
from blocks.quickbooks_online.writing import Result, Turned, item_key, refuse

NAME_TAKEN = "6240"
VENDOR = "Vendor"
IsAnother = Callable[[str], bool]


async def renamed(
    client: QuickBooksClient, turned: Turned, wanted: Mapping[int, str], is_another: IsAnother
) -> dict[int, Item | Result]:
    """Returns each vendor under the next variant of its name, or why a person must act.

    Args:
        client: of the company.
        turned: what was turned away; what has another reason than its name is refused.
        wanted: the names that the vendors should have.
        is_another: tells of a vendor, by its id, whether it is known to stand for somebody else of the same name.
    """
    taken = {place: item for place, (item, error) in turned.items() if _is_name_taken(item, error)}
    steps = await refuse({place: held for place, held in turned.items() if place not in taken})
    named = await _holders(client, [text(item.body, NAME) for item in taken.values()])
    holders = [one for one in named if not is_another(text(one, "Id"))]
    return steps | {place: _next(item, wanted[place], holders) for place, item in taken.items()}


async def _holders(client: QuickBooksClient, names: Sequence[str]) -> list[Record]:
    """Returns the vendors that have one of these taken names, however they spell it.

    Names differ whatever their case, but a query may tell cases apart: only where it shows nobody at all of a name,
    every vendor is looked at.
    """
    left = {comparable(name): name for name in names}
    holders: list[Record] = []
    for entity in (VENDOR, "Customer", "Employee"):
        found = await _named(client, entity, left.values())
        holders += found if entity == VENDOR else []
        left = {name: spelled for name, spelled in left.items() if name not in map(_comparable_of, found)}
    if not left:
        return holders
    every = [vendor async for page in client.changed(VENDOR, None) for vendor in page]
    return [*holders, *(vendor for vendor in every if _comparable_of(vendor) in left)]


async def _named(client: QuickBooksClient, entity: str, names: Iterable[str]) -> list[Record]:
    """Returns whoever shows one of these names in this spelling; nobody where the question itself is refused."""
    spelled = [spelling for name in names for spelling in (name, name + DELETED)]
    if not spelled:
        return []
    where = (one_of(NAME, spelled), one_of("Active", (True, False)))
    try:
        return await client.query(select(entity, where=where), entity)
    except RefusedError:
        return []


def _comparable_of(person: Record) -> str:
    return comparable(text(person, NAME))


def _is_name_taken(item: Item, error: VendorError) -> bool:
    return isinstance(error, RefusedError) and error.code == NAME_TAKEN and NAME in item.body


def _next(item: Item, wanted: str, holders: Sequence[Record]) -> Item | RefusedError:
    name, own_id = text(item.body, NAME), text(item.body, "Id")
    for holder in holders:
        if _comparable_of(holder) == comparable(name) and text(holder, "Id") != own_id:
            return _refusal(
                f"{SYSTEM} has a vendor named {name} already, with the id {text(holder, 'Id')}",
                "Replay the record: it is matched with that vendor then.",
            )
    number = variant_number(wanted, name)
    if 0 < number < len(variants(wanted)):
        body = {**item.body, NAME: variants(wanted)[number]}
        return Item(item.operation, item.entity, body, item_key(item.key, number + 1), item.options)
    return _refusal(
        f"customers or employees in {SYSTEM} have the name {wanted}, and every other that the vendor might get",
        f"Rename one of them in {SYSTEM}, or the vendor in its source system.",
    )


def _refusal(said: str, remedy: str) -> RefusedError:
    return RefusedError(said, system=SYSTEM, code=NAME_TAKEN, field=NAME, remedy=remedy)
