"""The lines of bills and vendor credits, and what a change does to them."""

from decimal import Decimal
from typing import Any

from tests.sandbox.bill.books import Books
from tests.sandbox.bill.fields import ZERO, Fields, Findings, cents
from tests.sandbox.bill.wire import Record

TEXT_LIMIT = 4000


def read_lines(books: Books, fields: Fields, path: str) -> list[Record]:
    """Returns the lines of a request that states all of them; at least one is required."""
    rows = fields.rows(path, required=True)
    return [_read(books, row, fields.findings, f"{path}[{index}].") for index, row in enumerate(rows)]


def total(lines: list[Record]) -> Decimal:
    """Returns the sum of the lines."""
    return sum((line["amount"] for line in lines), ZERO)


def numbered(books: Books, lines: list[Record], entity: str) -> list[Record]:
    """Returns the lines, each with an id; lines that have one keep it."""
    return [{"id": line.pop("id", None) or books.ids.new(entity), **line} for line in lines]


def patched_lines(books: Books, fields: Fields, path: str, before: list[Record]) -> list[Record]:
    """Returns the lines after a PATCH: those named by id change, and one sent without classifications loses them."""
    after = {line["id"]: dict(line) for line in before}
    for index, row in enumerate(fields.rows(path)):
        at = f"{path}[{index}]."
        given = Fields(row, fields.findings, at)
        identifier = given.text("id", required=True)
        if identifier is None:
            continue
        if identifier not in after:
            given.wrong("id", f"the record has no line {identifier}", "BDC_1205", 404)
            continue
        kept = {name: value for name, value in after[identifier].items() if name != "classifications"}
        if {"quantity", "price"} & set(given.body) and "amount" not in given.body:
            kept.pop("amount")
        after[identifier] = _read(books, {**kept, **given.body}, fields.findings, at)
    return list(after.values())


def edited_lines(lines: list[Record], before: list[Record]) -> list[Record]:
    """Returns the lines as a form shows them after an edit: one with an id keeps what the form does not change."""
    known = {line["id"]: line for line in before}
    return [_edited(known.get(str(line.get("id")), {}), line) for line in lines]


def _edited(before: Record, line: Record) -> Record:
    counted = {"quantity", "price"} & set(line)
    recounted = {"amount"} if counted and "amount" not in line else set()
    uncounted = {"quantity", "price"} if "amount" in line and not counted else set()
    return {name: value for name, value in before.items() if name not in recounted | uncounted} | line


def check_ids(fields: Fields, path: str, lines: list[Record], before: list[Record]) -> None:
    """Notes every line id that the record does not have."""
    known = {line["id"] for line in before}
    for index, line in enumerate(lines):
        if "id" in line and line["id"] not in known:
            fields.wrong(f"{path}[{index}].id", f"the record has no line {line['id']}", "BDC_1205", 404)


def _read(books: Books, row: Any, findings: Findings, prefix: str) -> Record:
    fields = Fields(row, findings, prefix)
    line: Record = {"id": fields.text("id"), "amount": fields.number("amount")}
    line["quantity"] = fields.number("quantity", places=6)
    line["price"] = fields.number("price", places=6)
    line["description"] = fields.text("description", limit=TEXT_LIMIT)
    line["classifications"] = books.classified(fields, "classifications")
    if fields.at("amount") is None:
        line["amount"] = _product(line, fields)
    return {name: value for name, value in line.items() if value is not None} | {"amount": line["amount"] or ZERO}


def _product(line: Record, fields: Fields) -> Decimal | None:
    if line["quantity"] is None or line["price"] is None:
        fields.wrong("amount", "either amount, or quantity and price, must be given", "BDC_1117")
        return None
    return cents(line["quantity"] * line["price"])
