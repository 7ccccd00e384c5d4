"""Answers statements: which rows, in which order, which page.

Source: QuickBooks Online API, "Data queries"; recorded answers of sandbox companies.
"""

import operator
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.sandbox.quickbooks_online import refusals, times
from tests.sandbox.quickbooks_online.company import Company
from tests.sandbox.quickbooks_online.kinds import BY_PATH, Kind
from tests.sandbox.quickbooks_online.references import shown
from tests.sandbox.quickbooks_online.statements import Condition, Statement, parsed
from tests.sandbox.quickbooks_online.table import INDEXED, Table
from tests.sandbox.quickbooks_online.wire import Record

PAGE, LARGEST_PAGE = 100, 1000
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip
_ALWAYS = frozenset({"Id", "SyncToken", "MetaData", "domain", "sparse", "LinkedTxn", "Line"})

Test = Callable[[Record], bool]


def query(company: Company, text: str) -> Record:
    """Returns the value of `QueryResponse`; without any row it is empty.

    Raises:
        Refusal: 4000 or 4001 for the statement, 5020 for an entity that the company does not have.
    """
    statement = parsed(text)
    kind = BY_PATH.get(statement.entity.lower())
    if kind is None:
        raise refusals.bad_query(f"QueryValidationError: Invalid context declaration: {statement.entity}")
    company.require(kind.name)
    conditions = [_resolved(kind, each) for each in statement.conditions]
    rows = _filtered(company, kind, conditions)
    if statement.counts:
        return {"totalCount": len(rows)}
    _sort(company, kind, rows, statement)
    size = _size(company, statement)
    page = rows[statement.start - 1 : statement.start - 1 + size]
    columns = _columns(kind, statement)
    if not page:
        return {}
    records = [_projected(shown(company, kind.name, row), columns) for row in page]
    answer: Record = {kind.name: records, "startPosition": statement.start, "maxResults": len(page)}
    return {**answer, "totalCount": len(rows)} if kind.transaction else answer


def _resolved(kind: Kind, condition: Condition) -> Condition:
    return Condition(_property(kind, condition.property), condition.operator, condition.values)


def _property(kind: Kind, name: str) -> str:
    """Returns the property as Intuit spells it; the case of its letters does not matter."""
    for known in kind.properties:
        if known.lower() == name.lower():
            return known
    if any(known.lower() == name.lower() for known in (*kind.fields, "MetaData")):
        raise refusals.bad_query(f"QueryValidationError: property '{name}' is not queryable")
    raise refusals.bad_query(f"QueryValidationError: Property {name} not found for Entity {kind.name}")


def _filtered(company: Company, kind: Kind, conditions: list[Condition]) -> list[Record]:
    table = company.tables[kind.name]
    tests = [_test(company, kind, condition) for condition in conditions]
    if "Active" in kind.properties and not any(each.property == "Active" for each in conditions):
        tests.append(lambda row: bool(row["Active"]))
    rows = _candidates(table, conditions)
    for test in tests:
        rows = [row for row in rows if test(row)]
    return rows


def _candidates(table: Table, conditions: list[Condition]) -> list[Record]:
    """Returns the rows that an index leaves over; all of them where no condition has one."""
    for each in conditions:
        if each.operator in ("=", "in") and each.property in ("Id", *INDEXED):
            return table.having_any(each.property, each.values)
    return list(table.rows.values())


def _test(company: Company, kind: Kind, condition: Condition) -> Test:
    compared_as = kind.properties[condition.property]
    value_of = _getter(company.tables[kind.name], condition.property, compared_as)
    ignore_case = company.switches.ignore_case_in_queries and compared_as == "text"
    if condition.operator == "like":
        if compared_as not in ("text", "id", "date"):
            raise refusals.bad_query(f"QueryValidationError: LIKE is not supported for {condition.property}")
        pattern = ".*".join(re.escape(part) for part in condition.values[0].split("%"))
        matches = re.compile(pattern, re.DOTALL | (re.IGNORECASE if ignore_case else 0)).fullmatch
        return lambda row: matches(str(value_of(row) or "")) is not None
    wanted = [_operand(condition.property, compared_as, value) for value in condition.values]
    if ignore_case:
        folded = frozenset(value.casefold() for value in wanted)
        return lambda row: str(value_of(row) or "").casefold() in folded
    if condition.operator == "in":
        members = frozenset(wanted)
        return lambda row: value_of(row) in members
    compare = _COMPARE[condition.operator]

    def compared(row: Record) -> bool:
        value = value_of(row)
        return value is not None and compare(value, wanted[0])

    return compared


def _getter(table: Table, name: str, compared_as: str) -> Callable[[Record], Any]:
    if name == "MetaData.LastUpdatedTime":
        return lambda row: table.touched[row["Id"]]
    if compared_as == "time":
        return lambda row: times.read(row["MetaData"]["CreateTime"])
    if compared_as == "id":
        return lambda row: int(row["Id"])
    if compared_as == "ref":
        return lambda row: row.get(name, {}).get("value")
    return lambda row: row.get(name)


def _operand(name: str, compared_as: str, text: str) -> Any:
    try:
        if compared_as == "time":
            return times.read(text)
        if compared_as == "id":
            return int(text)
        if compared_as == "number":
            return Decimal(text)
        if compared_as == "flag":
            return {"true": True, "false": False}[text.lower()]
        if compared_as == "date" and not times.is_date(text):
            raise ValueError(text)
    except (ValueError, KeyError, InvalidOperation):
        raise refusals.bad_query(f"QueryValidationError: value {text} is not valid for {name}") from None
    return text[:10] if compared_as == "date" else text


def _sort(company: Company, kind: Kind, rows: list[Record], statement: Statement) -> None:
    table = company.tables[kind.name]
    if not statement.order:
        if kind.transaction:
            rows.sort(key=lambda row: (table.touched[row["Id"]], int(row["Id"])), reverse=True)
        else:
            rows.sort(key=lambda row: str(row[kind.order]).casefold())
    for name, descending in reversed(statement.order):
        known = _property(kind, name)
        if known == "Id" and not company.switches.id_sortable:
            raise refusals.bad_query("QueryValidationError: property 'Id' is not sortable")
        value_of = _getter(table, known, kind.properties[known])
        # what lacks the property comes first
        present = {row["Id"]: value_of(row) for row in rows}
        lacking = [row for row in rows if present[row["Id"]] is None]
        having = [row for row in rows if present[row["Id"]] is not None]
        having.sort(key=lambda row: present[row["Id"]], reverse=descending)
        rows[:] = [*having, *lacking] if descending else [*lacking, *having]


def _size(company: Company, statement: Statement) -> int:
    size = PAGE if statement.most is None else statement.most
    if size > LARGEST_PAGE and company.switches.max_results_over == "refused":
        raise refusals.bad_query(
            f"QueryValidationError: value {size} is too large. Max allowed value is {LARGEST_PAGE}"
        )
    return min(size, LARGEST_PAGE)


def _columns(kind: Kind, statement: Statement) -> frozenset[str]:
    """Returns the columns asked for; those with parts cannot be asked for alone."""
    known = {name.lower(): name for name in kind.fields}
    names = set()
    for column in statement.columns:
        name = known.get(column.lower())
        if name is None:
            raise refusals.bad_query(f"QueryValidationError: Property {column} not found for Entity {kind.name}")
        if kind.fields[name].kind in ("group", "rows") and name not in _ALWAYS:
            raise refusals.bad_query(f"QueryValidationError: property '{column}' cannot be selected")
        names.add(name)
    return frozenset(names)


def _projected(record: Record, columns: frozenset[str]) -> Record:
    return {name: value for name, value in record.items() if not columns or name in columns}
