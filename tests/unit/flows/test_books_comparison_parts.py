"""A bill that became several orders is compared with each of them, over HTTP."""

from collections.abc import Callable, Iterator

import pytest

from tasks.state.store import Store
from tests.sandbox.bill import BillSandbox
from tests.sandbox.quickbooks_online import QuickBooksSandbox
from tests.sandbox.serving import served
from tests.unit.flows.books_left_by_a_run import Tenants

Opened = Callable[..., Tenants]


@pytest.fixture
def tenants(bill: tuple[BillSandbox, str], store: Store) -> Iterator[Opened]:
    """Yields what opens both systems for one kind of document."""
    company = QuickBooksSandbox()
    company.options(throttle=False)
    with served(company.app) as url:
        yield lambda entity="purchase_order": Tenants(bill, (company, url), store, entity)


async def test_the_parts_of_a_split_bill_are_compared_with_their_own_documents(tenants: Opened) -> None:
    it = tenants()
    it.rules["mixed_departments"] = ["split"]
    made = it.new("INV-4", departments=(0, 1))
    first, second = sorted(it.departments)
    ids = {made["id"]: first, f"{made['id']}/{second}": second}
    documents = {row_id: it.document(made, "INV-4", part)["Id"] for row_id, part in ids.items()}
    for row_id, target_id in documents.items():
        it.link("bills", row_id, target_id, kind="purchase_order", label=it.vendor, source_ref="INV-4")
    closed = it.document(made, "INV-4", first, POStatus="Closed")["Id"]
    old = {"kind": "purchase_order", "state": "archived", "label": it.vendor}
    it.link("bills", f"{made['id']}/-", closed, **old)
    assert await it.compared() == []
    assert await it.compared(deep=False) == [], "only its lines would tell whether the withdrawn part is back"
    wrong = f"{made['id']}/{second}"
    line = next(one for one in made["billLineItems"] if one["classifications"]["departmentId"] == second)
    it.books.edit("PurchaseOrder", documents[wrong], Line=[it.line(line, "41.05")])
    found = await it.compared()
    assert {one.ours for one in found} == {wrong}
    assert "lines' accounts" in found[-1].what
    assert [one.ours for one in await it.compared(deep=False)] == [made["id"]], "all parts together are too much"
    it.books.delete("PurchaseOrder", documents[wrong])
    assert [(one.ours, one.what) for one in await it.compared()] == [
        (wrong, "was deleted in QuickBooks Online, but is in use in BILL")
    ]


async def test_a_part_that_was_never_sent_or_has_no_lines_left_is_found(tenants: Opened) -> None:
    it = tenants()
    it.rules["mixed_departments"] = ["split"]
    made = it.new("INV-4", departments=(0, 1))
    first, second = sorted(it.departments)
    document = it.document(made, "INV-4", first)["Id"]
    it.link("bills", made["id"], document, kind="purchase_order", label=it.vendor, source_ref="INV-4")
    [missing] = await it.compared()
    assert missing.ours.startswith(f"{made['id']}/{second}")
    assert "has no purchase order for it" in missing.what
    one = it.bills[0]
    it.link("bills", f"{one['id']}/{second}", it.document(one, "INV-1", first, Memo="old")["Id"], kind="purchase_order")
    found = {each.ours: each.what for each in await it.compared()}
    said = "has no line of this department left in BILL, but in use in QuickBooks Online"
    assert found[f"{one['id']}/{second}"] == said
