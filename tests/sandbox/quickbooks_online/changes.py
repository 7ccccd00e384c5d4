"""Change data capture: what was touched since a moment, deleted transactions as stubs.

Source: QuickBooks Online API, "Change data capture".
"""

from datetime import timedelta
from typing import Any

from tests.sandbox.quickbooks_online import refusals, times
from tests.sandbox.quickbooks_online.company import Company
from tests.sandbox.quickbooks_online.kinds import BY_PATH, ELSEWHERE, UNTRACKED, Kind
from tests.sandbox.quickbooks_online.references import shown
from tests.sandbox.quickbooks_online.wire import Record

LOOK_BACK = timedelta(days=30)
MOST = 1000


def changes(company: Company, entities: Any, since: Any) -> list[Record]:
    """Returns the value of `CDCResponse`: at most 1,000 objects, and no word about the rest.

    Raises:
        Refusal: 2020, 4001 or 6000 for what was asked.
    """
    if not entities or not since:
        raise refusals.missing("entities" if not entities else "changedSince")
    try:
        moment = times.read(str(since))
    except ValueError:
        raise refusals.bad_query(f"changedSince {since} is not a date-time") from None
    if company.clock.now() - moment > LOOK_BACK:
        raise refusals.business("changedSince must lie within the last 30 days.")
    parts, left = [], MOST
    for name in str(entities).split(","):
        part = _part(company, name.strip(), moment, left)
        left -= part.get("maxResults", 0)
        parts.append(part)
    return [{"QueryResponse": parts}]


def _part(company: Company, name: str, since: Any, left: int) -> Record:
    if name in UNTRACKED:
        raise refusals.unsupported(f"Change data capture of {name} is not supported.")
    kind = BY_PATH.get(name.lower())
    if kind is None:
        if name in ELSEWHERE:
            return {}
        raise refusals.bad_query(f"QueryValidationError: Invalid context declaration: {name}")
    rows = _touched(company, kind, since)[:left]
    if not rows:
        return {}
    part: Record = {kind.name: rows, "startPosition": 1, "maxResults": len(rows)}
    return {**part, "totalCount": len(rows)} if kind.transaction else part


def _touched(company: Company, kind: Kind, since: Any) -> list[Record]:
    """Returns what was touched, the latest first."""
    table = company.tables[kind.name]
    found = sorted(((at, key) for key, at in list(table.touched.items()) if at >= since), reverse=True)
    return [
        table.deleted[key] if key in table.deleted else shown(company, kind.name, table.rows[key]) for _at, key in found
    ]
