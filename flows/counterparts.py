"""Which vendor of a company's books stands for a BILL vendor: never by the name alone without saying so."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, Protocol

from blocks.bill.models import Vendor
from blocks.source import Row
from flows.charts import named
from flows.parties import Party, agreements, contradictions
from tasks.outcomes import Hold, in_target
from tasks.state.mirrors import Mirrored
from tasks.state.models import Link

CURRENCY = "currency"
MAPPED = "mapped in the connection file"
NEW = "new"  # in the vendors mapping: make one although one is alike


class Dialect(NamedTuple):
    """How the books name their vendors, and where they keep what one is known by."""

    system: str  # for people
    comparable: Callable[[str], str]  # the form in which two names must differ there
    variants: Callable[[str], Sequence[str]]  # the names that a vendor of this name may get, in order
    ours: Callable[[Vendor], Party]
    theirs: Callable[[Mirrored], Party]
    currency: Callable[[Mirrored], str]  # empty where the books do not tell


class VendorRules(Protocol):
    """What a user may set about counterparts."""

    vendors: dict[str, str]
    same_name: Literal["adopt", "hold"]


@dataclass(frozen=True)
class Directory:
    """The books' vendors and terms, and what is known of the rows."""

    vendors: Mapping[str, Mirrored]  # by the books' id
    terms: Mapping[str, Mirrored]  # by the books' id
    links: Mapping[str, Link]  # by BILL id
    taken: Mapping[str, str]  # the books' id -> the BILL vendor that it stands for
    later: Mapping[str, int]  # BILL id of a new row -> how many new rows of its name come before it in the page
    changed_there: frozenset[str]  # the books' ids that were last seen to differ from BILL
    dialect: Dialect

    def __str__(self) -> str:
        """Says how much there is, for a task run's name."""
        return f"{len(self.vendors):,} in {self.dialect.system}"

    def namesakes(self, name: str) -> list[Mirrored]:
        """Returns the vendors of that name, inactive ones included, that stand for no BILL vendor."""
        return [one for one in self._by_name.get(self.dialect.comparable(name), ()) if one.id not in self.taken]

    def free_name(self, vendor: Vendor) -> str:
        """Returns the first variant of the vendor's name that no vendor in the books has, as far as we know."""
        free = [one for one in self.dialect.variants(vendor.name or "") if not self._is_used(one)]
        before = self.later.get(vendor.id, 0)
        adopted = 1 if before and self.namesakes(vendor.name or "") else 0  # the first of them needs no name
        return next(iter(free[before - adopted :]), vendor.name or "")

    def _is_used(self, name: str) -> bool:
        return self.dialect.comparable(name) in self._by_name

    @cached_property
    def _by_name(self) -> dict[str, list[Mirrored]]:
        found: defaultdict[str, list[Mirrored]] = defaultdict(list)
        for one in self.vendors.values():
            found[self.dialect.comparable(one.name)].append(one)
        return found


class Counterpart(NamedTuple):
    """The vendor in the books that stands for a BILL vendor from now on, and why it is the one."""

    vendor: Mirrored
    why: str


class Likeness(NamedTuple):
    """A vendor in the books of the same name, and what else agrees or differs."""

    vendor: Mirrored
    agree: list[str]
    differ: list[str]

    @property
    def is_proven(self) -> bool:
        """Whether more than the name agrees, and no number or currency tells that it is another company."""
        return bool(self.agree) and not any(what == CURRENCY or "tax id" in what for what in self.differ)


def counterpart(vendor: Vendor, directory: Directory, rules: VendorRules) -> Counterpart | Hold | None:
    """Returns the vendor in the books that stands for the BILL vendor, a hold where a person must say, or None."""
    mapped, dialect = rules.vendors.get(vendor.id, ""), directory.dialect
    if mapped == NEW:
        return None
    if mapped:
        found = named(directory.vendors, mapped)
        return Counterpart(found, MAPPED) if found else _not_there(vendor, mapped, dialect.system)
    if directory.later.get(vendor.id):
        return None  # the first of that name may be the one that is there
    alike = [Likeness(one, *_compared(vendor, one, dialect)) for one in directory.namesakes(vendor.name or "")]
    proven = [one for one in alike if one.is_proven]
    if len(proven) == 1:
        why = f"{dialect.system} vendor {proven[0].vendor.id} has the same name and the same "
        return Counterpart(proven[0].vendor, why + " and ".join(proven[0].agree))
    if len(alike) == 1 and not alike[0].differ and rules.same_name == "adopt":
        return Counterpart(alike[0].vendor, "the same name, and nothing else to compare")
    return _unclear(vendor, alike, dialect.system) if alike else None


def later_ones(
    rows: Sequence[Row], links: Mapping[str, Link], rules: VendorRules, comparable: Callable[[str], str]
) -> dict[str, int]:
    """Returns how many new vendors of the page come before each one of the same name, where there are any.

    One that is archived or mapped takes no name from anybody.
    """
    new = [row for row in rows if row.id not in links and not row.content.archived]
    counted: Counter[str] = Counter()
    before: dict[str, int] = {}
    for row in sorted(new, key=lambda row: row.id):
        if rules.vendors.get(row.id, NEW) == NEW:
            name = comparable(row.content.name or "")
            before[row.id] = counted[name]
            counted[name] += 1
    return {one: number for one, number in before.items() if number}


def _not_there(vendor: Vendor, mapped: str, system: str) -> Hold:
    said = f"the connection file maps vendor {vendor.id} to {mapped}, which {system} does not have"
    return Hold(said, in_target(f"vendor {mapped}"), "Correct the mapping.")


def _compared(vendor: Vendor, other: Mirrored, dialect: Dialect) -> tuple[list[str], list[str]]:
    ours, theirs = dialect.ours(vendor), dialect.theirs(other)
    currency = dialect.currency(other)  # which nobody can change
    another = [CURRENCY] if currency and vendor.bill_currency and currency != vendor.bill_currency else []
    return agreements(ours, theirs), contradictions(ours, theirs) + another


def _unclear(vendor: Vendor, alike: Sequence[Likeness], system: str) -> Hold:
    which = ", ".join(one.vendor.id for one in alike)
    differ = sorted({what for one in alike for what in one.differ})
    apart = f"; {' and '.join(differ)} {'differs' if len(differ) == 1 else 'differ'}" if differ else ""
    said = f"{system} has the name {vendor.name!r} already ({which}){apart}"
    remedy = f'Map {vendor.id} to the right vendor under "vendors" in the connection file, or to "{NEW}".'
    return Hold(said, in_target(f"vendor for {vendor.id}"), remedy)
