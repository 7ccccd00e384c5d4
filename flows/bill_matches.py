"""How BILL's lists fit the lists of any books, and the connection's mappings of them: pure."""

from collections.abc import Mapping
from typing import NamedTuple

from blocks.bill.account import SYSTEM as BILL
from blocks.bill.client import Kind
from blocks.source import Row
from flows.bill_chart import coded, rows
from flows.bill_checks import BillLists
from flows.charts import Matching
from flows.checks import Findings
from flows.matches import Compared, Entries, judge_keys, judge_mapping, judge_matches

HELD = "bills that use them are held"


class Matched(NamedTuple):
    """One of BILL's lists, and the list of the books that it is matched with."""

    what: str  # for people, and the mapping's name in the connection file, for example "accounts"
    thing: str  # one of them, for example "account"
    kind: Kind  # BILL's list
    ours: str  # what people call its entries, for example "BILL accounts"
    mapping: Mapping[str, str]  # the connection's
    mapping_of: str = ""  # the mapping's name, if it is not `what`


def judge_list(
    matched: Matched, bill: BillLists, system: str, entries: Entries | None, found: Findings, *, essential: bool = False
) -> None:
    """How the two lists fit, and whether their mapping can be followed, are rows more.

    Args:
        matched: the lists.
        bill: what was read of BILL.
        system: the books' name.
        entries: their list; None if they did not tell it.
        found: gets the rows.
        essential: whether nothing can go if no entry at all has a counterpart.
    """
    compared = Compared(matched.what, matched.ours, active(bill, matched.kind), system, entries)
    judge_matches(compared, Matching(matched.thing, matched.mapping, coded), found, HELD, essential=essential)
    name = matched.mapping_of or matched.what
    judge_mapping(name, matched.mapping, system, entries, found)
    judge_keys(name, matched.mapping, BILL, keys(bill, matched.kind), found)


def active(bill: BillLists, kind: Kind) -> list[Row] | None:
    """Returns BILL's entries that are in use; None if it did not list them."""
    found = _rows(bill, kind)
    return None if found is None else [row for row in found if not row.content.archived]


def keys(bill: BillLists, kind: Kind) -> set[str] | None:
    """Returns what the connection file may call BILL's entries: their ids, and their numbers or short names."""
    found = _rows(bill, kind)
    return None if found is None else {key for row in found for key in (row.id, coded(row).code) if key}


def _rows(bill: BillLists, kind: Kind) -> list[Row] | None:
    records = bill.lists.get(kind)
    return None if records is None else [row for record in records for row in rows(record)]
