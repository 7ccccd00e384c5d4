"""How BILL's lists and the connection file fit a QuickBooks Online company, against both sandboxes over HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest

from tasks.state.store import Store
from tests.sandbox.bill import BillSandbox
from tests.sandbox.faults import Fault
from tests.sandbox.quickbooks_online import QuickBooksSandbox
from tests.sandbox.serving import served
from tests.unit.flows.books_desk import Desk, entry, of


@pytest.fixture
def books() -> Iterator[tuple[QuickBooksSandbox, str]]:
    """Yields a QuickBooks Online company without vendors or documents, and its address."""
    sandbox = QuickBooksSandbox()
    with served(sandbox.app) as url:
        yield sandbox, url


@pytest.fixture
def desk(
    monkeypatch: pytest.MonkeyPatch,
    store: Store,
    bill: tuple[BillSandbox, str],
    books: tuple[QuickBooksSandbox, str],
) -> Desk:
    made = Desk(monkeypatch, store, bill, books)
    made.seed()
    return made


async def test_classes_are_judged_by_how_the_company_tracks_them(desk: Desk) -> None:
    desk.books.set_preference(ClassTrackingPerTxn=True)
    rows = await desk.rows()
    assert of(rows, "class tracking")[0] == "warning"
    assert "several classes are held" in of(rows, "class tracking")[1]
    assert ("rules", "department classes") not in rows
    desk.books.set_preference(ClassTrackingPerTxn=False)
    rows = await desk.rows()
    assert of(rows, "class tracking") == ("ok", "off: classes are left out")
    assert ("rules", "classes in both") not in rows
    verdict, said = of(await desk.rows(classes={"Automotive": "Medical Devices"}), "class tracking")
    assert verdict == "warning"
    assert "classes in the connection file have no effect" in said


async def test_locations_are_judged_by_what_stands_for_departments(desk: Desk) -> None:
    desk.books.set_preference(DepartmentTerminology="Store")
    rows = await desk.rows()
    assert of(rows, "location tracking") == ("ok", "on; the company calls it Store")
    assert "become the lines' classes" in of(rows, "departments on lines")[1]
    rows = await desk.rows(mixed_departments=["split"])
    assert "an order of their own" in of(rows, "departments on lines")[1]
    rows = await desk.rows(mixed_departments=["split"], target_entity="bill")
    assert of(rows, "departments on lines") == ("warning", "several in one bill: such a bill is held")
    rows = await desk.rows(mixed_departments=["class"], location_from="location")
    assert of(rows, "locations on lines")[0] == "warning", "classes can say departments only"
    desk.books.set_preference(TrackDepartments=False)
    rows = await desk.rows(mixed_departments=["split"], departments={"100": "Final Assembly"})
    assert of(rows, "location tracking")[0] == "warning"
    assert "left out" in of(rows, "departments on lines")[1]
    assert ("rules", "departments in both") not in rows


async def test_what_has_no_active_counterpart_is_named(desk: Desk) -> None:
    desk.bill.seed_chart([{"number": "7999", "name": "Suspense"}])
    desk.bill.seed_classes(["Marine"])
    desk.bill.seed_departments(["Night Shift"])
    used = next(row for row in desk.books.accounts.values() if row.get("AcctNum") == "6010")
    desk.books.edit("Account", used["Id"], Active=False)
    rows = await desk.rows()
    for what, names in {
        "accounts in both": ["6010", "7999"],
        "classes in both": ["Marine"],
        "departments in both": ["Night Shift"],
        "department classes": ["Night Shift"],
    }.items():
        verdict, said = of(rows, what)
        assert verdict == "warning"
        assert all(name in said for name in names), said
    archived = next(
        one["id"] for one in desk.bill.classifications["accounting-classes"].values() if one["name"] == "Marine"
    )
    desk.bill.archive("accounting-classes", archived)
    assert of(await desk.rows(), "classes in both")[0] == "ok", "nobody needs what BILL itself does not use"


async def test_a_chart_without_any_counterpart_is_an_error(desk: Desk) -> None:
    for account in desk.bill.classifications["chart-of-accounts"].values():
        account["account"]["number"], account["name"] = f"X{account['account']['number']}", f"X {account['name']}"
    assert of(await desk.rows(), "accounts in both")[0] == "error"


async def test_each_mapping_must_lead_from_something_to_something(desk: Desk) -> None:
    vendor = desk.bill.seed_vendor(name="Northwind")["id"]
    there = desk.books.add_vendor(DisplayName="Northwind Paper")
    desk.books.seed_terms([{"name": "Net 30", "days": 30}])
    good: dict[str, Any] = {
        "accounts": {"6010": "6020"},
        "classes": {entry(desk, "accounting-classes")["id"]: "Medical Devices"},
        "departments": {"100": "Final Assembly"},
        "department_classes": {"100": "Automotive"},
        "terms": {"t30": "Net 30"},
        "vendors": {vendor: there["Id"]},
    }
    rows = await desk.rows(**good)
    mapped = [name for name in rows if name[1].endswith("mapping")]
    assert len(mapped) == len(good)
    assert all(rows[name].verdict == "ok" for name in mapped)
    wrong: dict[str, Any] = {name: dict.fromkeys(mapping, "nowhere") for name, mapping in good.items()}
    rows = await desk.rows(**wrong)
    assert [rows[name].verdict for name in mapped] == ["error"] * len(good)
    strange: dict[str, Any] = {name: dict.fromkeys(["0canobody"], *mapping.values()) for name, mapping in good.items()}
    rows = await desk.rows(**strange)
    for name in ("accounts", "classes", "departments", "department classes", "vendors"):
        verdict, said = rows["rules", f"mapped {name}"].verdict, rows["rules", f"mapped {name}"].detail
        assert (verdict, said) == ("error", "BILL does not have what the connection file maps: 0canobody")


async def test_a_mapped_entry_that_is_out_of_use_is_named(desk: Desk) -> None:
    vendor, there = desk.bill.seed_vendor(), desk.books.add_vendor(DisplayName="Northwind Paper")
    desk.books.edit("Vendor", there["Id"], Active=False)
    verdict, said = of(await desk.rows(vendors={vendor["id"]: there["Id"]}), "vendors mapping")
    assert verdict == "error"
    assert f"out of use in QuickBooks Online is what the connection file maps {vendor['id']} to {there['Id']}" in said
    assert ("rules", "vendors mapping") not in await desk.rows(vendors={vendor["id"]: "new"})


async def test_a_list_that_cannot_be_read_hides_nothing_else(desk: Desk) -> None:
    refusal = [{"code": "BDC_1145", "message": "no permission"}]
    desk.bill.frame.faults.add(
        Fault(kind="status", match="GET /connect/v3/classifications/accounting", status=403, body=refusal, times=9)
    )
    rows = await desk.rows()
    assert rows["BILL", "read accounting classes"].verdict == "error"
    assert of(rows, "classes in both")[0] == "unverified"
    assert of(rows, "accounts in both")[0] == "ok"
