"""The QuickBooks Online emulator answers statements and change data capture as Intuit does, seen over real HTTP."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.quickbooks_online import QuickBooksSandbox
from tests.sandbox.quickbooks_online.driver import Desk, Door, code, exact
from tests.sandbox.sample import CHART
from tests.sandbox.serving import served


@pytest.fixture(scope="module")
def door() -> Iterator[tuple[Door, str]]:
    door = Door()
    with served(door) as url:
        yield door, url


@pytest.fixture
def desk(door: tuple[Door, str]) -> Iterator[Desk]:
    door[0].qbo = QuickBooksSandbox()
    door[0].qbo.options(throttle=False)
    door[0].qbo.seed_accounts(CHART)
    desk = Desk(door[0].qbo, door[1])
    yield desk
    desk.close()


def ids(desk: Desk, statement: str) -> Any:
    answer = desk.query(statement)
    if isinstance(answer, str):
        return answer
    return [row["Id"] for rows in answer.values() if isinstance(rows, list) for row in rows]


def vendors(desk: Desk, *names: str) -> list[str]:
    return [desk.qbo.add_vendor(DisplayName=name)["Id"] for name in names]


def test_values_are_compared_listed_and_matched(desk: Desk) -> None:
    bob, anna, slash = vendors(desk, "Bob's Burgers", "Anna", "a\\b")
    assert ids(desk, "select * from vendor where displayname = 'Bob\\'s Burgers'") == [bob]
    assert ids(desk, "SELECT * FROM Vendor WHERE DisplayName = 'a\\\\b'") == [slash]
    assert ids(desk, "SELECT * FROM Vendor WHERE DisplayName IN ('Anna', 'Zoe','Bob\\'s Burgers')") == [anna, bob]
    assert ids(desk, f"SELECT * FROM Vendor WHERE Id IN ('{bob}', '{anna}') AND DisplayName LIKE 'B%g%s'") == [bob]
    assert ids(desk, "SELECT * FROM Vendor WHERE DisplayName LIKE '_nna'") == []
    assert ids(desk, "SELECT * FROM Vendor WHERE DisplayName = 'anna'") == []
    desk.qbo.options(ignore_case_in_queries=True)
    assert ids(desk, "SELECT * FROM Vendor WHERE DisplayName = 'anna'") == [anna]
    assert ids(desk, "SELECT * FROM Vendor WHERE Balance > '0.00'") == []


@pytest.mark.parametrize(
    ("statement", "refused"),
    [
        ("SELECT * FROM Vendor WHERE DisplayName = 'Bob''s'", "4000"),
        ("SELECT * FROM Vendor WHERE DisplayName = 'Bob's'", "4000"),
        ("SELECT * FROM Vendor WHERE DisplayName = 'a' OR DisplayName = 'b'", "4000"),
        ("SELECT * FROM Vendor WHERE (DisplayName = 'a')", "4000"),
        ("SELECT * FROM Vendor WHERE DisplayName != 'a'", "4000"),
        ("SELECT * FROM Vendor WHERE Id = 5", "4000"),
        ("SELECT * FROM Vendor GROUP BY Id", "4000"),
        ("SELECT FROM Vendor", "4000"),
        ("DELETE FROM Vendor", "4000"),
        ("SELECT * FROM Vendor STARTPOSITION 0", "4001"),
        ("SELECT * FROM Vendor MAXRESULTS 0", "4001"),
        ("SELECT * FROM Vendors", "4001"),
        ("SELECT * FROM Vendor WHERE AcctNum = '1'", "4001"),
        ("SELECT * FROM Vendor WHERE Nickname = '1'", "4001"),
        ("SELECT * FROM Vendor ORDERBY PrimaryEmailAddr", "4001"),
        ("SELECT * FROM PurchaseOrder WHERE PrivateNote = 'x'", "4001"),
        ("SELECT * FROM PurchaseOrder WHERE DepartmentRef = '1'", "4001"),
        ("SELECT * FROM PurchaseOrder WHERE TxnDate > 'soon'", "4001"),
        ("SELECT * FROM Vendor WHERE MetaData.CreateTime > '2026-05-05T00:00:00 02:00'", "4001"),
        ("SELECT BillAddr FROM Vendor", "4001"),
    ],
)
def test_what_is_not_in_the_language_is_refused(desk: Desk, statement: str, refused: str) -> None:
    assert desk.query(statement) == refused


def test_pages_begin_at_one_and_tell_their_own_size(desk: Desk) -> None:
    made = vendors(desk, *(f"Vendor {number:03}" for number in range(130)))
    page = desk.query("SELECT * FROM Vendor")
    assert (page["startPosition"], page["maxResults"], "totalCount" in page) == (1, 100, False)
    last = desk.query("SELECT * FROM Vendor MAXRESULTS 100 STARTPOSITION 101")
    assert ([row["Id"] for row in last["Vendor"]], last["maxResults"]) == (made[100:], 30)
    assert desk.query("SELECT * FROM Vendor STARTPOSITION 131") == {}
    assert desk.query("SELECT COUNT(*) FROM Vendor") == {"totalCount": 130}
    assert desk.query("SELECT * FROM Vendor MAXRESULTS 5000")["maxResults"] == 130
    desk.qbo.options(max_results_over="refused")
    assert desk.query("SELECT * FROM Vendor MAXRESULTS 1001") == "4001"


def test_inactive_entries_hide_unless_they_are_asked_for(desk: Desk) -> None:
    kept, gone = vendors(desk, "Anna", "Bob")
    desk.qbo.delete("Vendor", gone)
    assert ids(desk, "SELECT * FROM Vendor") == [kept]
    assert desk.query("SELECT COUNT(*) FROM Vendor") == {"totalCount": 1}
    assert ids(desk, "SELECT * FROM Vendor WHERE Active IN (true, false)") == [kept, gone]
    assert ids(desk, "SELECT * FROM Vendor WHERE Active = false") == [gone]
    assert ids(desk, "SELECT * FROM Vendor WHERE Active = 'true'") == [kept]
    assert exact(desk.ask("GET", f"/vendor/{gone}"))["Vendor"]["Active"] is False


def test_documents_are_sorted_by_change_unless_an_order_is_given(desk: Desk) -> None:
    vendor = vendors(desk, "Anna")[0]
    made = []
    for number in (2, 1, 3):
        made.append(desk.write("PurchaseOrder", desk.order(vendor, f"N-{number}"))["Id"])
        desk.qbo.frame.clock.advance(2)
    assert ids(desk, "SELECT * FROM PurchaseOrder") == made[::-1]
    assert ids(desk, "SELECT * FROM PurchaseOrder ORDERBY DocNumber") == [made[1], made[0], made[2]]
    assert ids(desk, "select * from PurchaseOrder order by DocNumber desc") == [made[2], made[0], made[1]]
    answer = desk.query(f"SELECT DocNumber FROM PurchaseOrder WHERE VendorRef = '{vendor}' ORDERBY Id MAXRESULTS 2")
    assert answer == {
        "PurchaseOrder": [{"DocNumber": "N-2"}, {"DocNumber": "N-1"}],
        "startPosition": 1,
        "maxResults": 2,
        "totalCount": 3,
    }
    desk.qbo.options(id_sortable=False)
    assert desk.query("SELECT * FROM PurchaseOrder ORDERBY Id") == "4001"


def test_changed_since_counts_whole_seconds_in_any_zone(desk: Desk) -> None:
    first = desk.qbo.add_vendor(DisplayName="Anna")
    desk.qbo.frame.clock.advance(60)
    second = desk.qbo.add_vendor(DisplayName="Bob")
    since = second["MetaData"]["LastUpdatedTime"]
    where = "SELECT * FROM Vendor WHERE Metadata.LastUpdatedTime >= "
    assert ids(desk, f"{where}'{since}'") == [second["Id"]]
    desk.qbo.frame.clock.advance(60)
    desk.qbo.edit("Vendor", first["Id"], CompanyName="A")
    order = "ORDERBY MetaData.LastUpdatedTime ASC"
    assert ids(desk, f"{where}'{since}' {order}") == [second["Id"], first["Id"]]
    utc = (desk.qbo.frame.clock.now() - timedelta(seconds=30)).isoformat()
    assert ids(desk, f"{where}'{utc}'") == [first["Id"]]


def test_statements_may_be_posted_as_text(desk: Desk) -> None:
    vendors(desk, "Anna")
    address = f"{desk.url}/v3/company/{desk.qbo.realm_id}/query"

    def posted(kind: str) -> Any:
        return desk.http.post(address, content="SELECT * FROM Vendor", headers={"content-type": kind}).json()

    assert posted("application/text")["QueryResponse"]["maxResults"] == 1
    assert posted("text/plain; charset=utf-8")["QueryResponse"]["maxResults"] == 1
    assert code(posted("application/json")) == "1050"


def test_settings_and_the_company_can_be_queried(desk: Desk) -> None:
    settings = desk.query("SELECT * FROM Preferences")["Preferences"][0]
    assert settings["AccountingInfoPrefs"]["TrackDepartments"] is True
    assert desk.query("SELECT * FROM CompanyInfo")["CompanyInfo"][0]["CompanyName"] == "Sandbox Company_US_1"


def captured(desk: Desk, entities: str, since: str) -> Any:
    answer = exact(desk.ask("GET", "/cdc", entities=entities, changedSince=since))
    return answer["CDCResponse"][0]["QueryResponse"] if "CDCResponse" in answer else code(answer)


def test_change_data_capture_tells_of_changes_and_deletions(desk: Desk) -> None:
    vendor = vendors(desk, "Anna")[0]
    orders = [desk.write("PurchaseOrder", desk.order(vendor))["Id"] for _time in range(2)]
    desk.qbo.frame.clock.advance(60)
    since = desk.qbo.frame.clock.now().isoformat()
    desk.qbo.frame.clock.advance(5)
    desk.qbo.delete("PurchaseOrder", orders[0])
    desk.qbo.delete("Vendor", vendor)
    people, bills, documents = captured(desk, "Vendor,Bill,PurchaseOrder", since)
    assert (people["Vendor"][0]["Active"], "totalCount" in people) == (False, False)
    assert bills == {}
    assert documents["totalCount"] == 1
    stub = documents["PurchaseOrder"][0]
    assert (stub["status"], stub["Id"]) == ("Deleted", orders[0])
    assert captured(desk, "Invoice", since) == [{}]


def test_change_data_capture_ends_at_1000_objects_and_30_days(desk: Desk) -> None:
    since = (desk.qbo.frame.clock.now() - timedelta(minutes=1)).isoformat()
    vendors(desk, *(f"Vendor {number}" for number in range(990)))
    accounts, people = captured(desk, "Account,Vendor", since.replace("+00:00", "Z"))
    assert accounts["maxResults"] + people["maxResults"] == 1000
    desk.qbo.frame.clock.advance(31 * 86_400)
    desk.sign_in()
    assert captured(desk, "Vendor", since) == "6000"
    assert captured(desk, "TaxCode", desk.qbo.frame.clock.now().isoformat()) == "500"
    assert captured(desk, "Vendor", "2026-05-05T00:00:00 02:00") == "4001"
    assert captured(desk, "Vendor", "") == "2020"
