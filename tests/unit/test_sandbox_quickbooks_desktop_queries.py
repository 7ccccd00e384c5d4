"""Queries of QuickBooks Desktop find what they should, say what is missing, and page by iterators."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.sandbox.quickbooks_desktop import CompanyFile
from tests.sandbox.quickbooks_desktop.driver import Desk, Reply, add, fields, line, query, request


@pytest.fixture
def desk() -> Desk:
    return Desk(CompanyFile())


@pytest.fixture
def vendor(desk: Desk) -> str:
    return desk.vendor()


def at(desk: Desk, moment: datetime) -> None:
    """Moves the clock to a moment."""
    desk.company.clock.advance((moment - desk.company.clock.now()).total_seconds() + 0.01)


def names(reply: Reply) -> list[str]:
    return reply.all("Name")


def test_nothing_found_depends_on_how_it_was_asked(desk: Desk, vendor: str) -> None:
    nothing = desk.ask(query("Vendor", FromModifiedDate="2099-01-01"))
    assert (nothing.code, nothing.severity, len(nothing.node)) == (1, "Info", 0)
    assert nothing.text == "A query request did not find a matching object in QuickBooks"
    partly = desk.ask(query("Vendor", "<FullName>Contoso</FullName>", FullName="northwind paper CO"))
    assert (partly.code, partly.severity, names(partly)) == (500, "Warn", ["Northwind Paper Co"])
    assert partly.text == (
        "The query request has not been fully completed. There was a required element"
        ' ("Contoso") that could not be found in QuickBooks.'
    )
    lost = "8000FFFF-1785959100"
    assert desk.ask(query("Vendor", ListID=lost)).code == 3120
    both = desk.ask(query("Vendor", f"<ListID>{vendor}</ListID>", ListID=lost))
    assert (both.code, names(both)) == (500, ["Northwind Paper Co"])
    assert desk.ask(query("Bill", TxnID="3A1-1785959100")).code == 3120
    assert desk.ask(query("Bill", RefNumber="INV-9")).code == 500
    assert desk.ask(query("Bill", TxnID="nonsense")).code == 3000
    desk.company.options(missing_list_id="500", missing_ref_number="1")
    assert desk.ask(query("Vendor", ListID=lost)).code == 500
    assert desk.ask(query("Bill", RefNumber="INV-9")).code == 1


def test_inactive_elements_hide_unless_asked_for(desk: Desk, vendor: str) -> None:
    desk.vendor("Contoso")
    desk.company.make_inactive("Vendor", vendor)
    assert names(desk.ask(query("Vendor"))) == ["Contoso"]
    assert names(desk.ask(query("Vendor", ActiveStatus="InactiveOnly"))) == ["Northwind Paper Co"]
    assert names(desk.ask(query("Vendor", ActiveStatus="All"))) == ["Contoso", "Northwind Paper Co"]
    assert desk.ask(query("Vendor", ListID=vendor)).get("IsActive") == "false"


def matching(criterion: str, name: str) -> str:
    return f"<NameFilter>{fields(MatchCriterion=criterion, Name=name)}</NameFilter>"


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (matching("StartsWith", "north"), {"Northwind Paper Co"}),
        (matching("Contains", "o"), {"Northwind Paper Co", "Contoso"}),
        (matching("EndsWith", "SO"), {"Contoso"}),
        ("<NameRangeFilter><FromName>A</FromName><ToName>D</ToName></NameRangeFilter>", {"Contoso"}),
        ("<NameRangeFilter><FromName>D</FromName></NameRangeFilter>", {"Northwind Paper Co"}),
        ("<TotalBalanceFilter><Operator>GreaterThan</Operator><Amount>1.00</Amount></TotalBalanceFilter>", {"Contoso"}),
        ("<MaxReturned>1</MaxReturned>", {"Contoso"}),
    ],
)  # fmt: skip
def test_lists_are_filtered(desk: Desk, vendor: str, filters: str, found: set[str]) -> None:
    desk.bill(desk.vendor("Contoso"), "5.00")
    assert set(names(desk.ask(query("Vendor", filters)))) == found


def test_backward_ranges_are_refused(desk: Desk) -> None:
    assert desk.ask(query("Vendor", FromModifiedDate="2026-02-01", ToModifiedDate="2026-01-31")).code == 3030
    backward = "<NameRangeFilter><FromName>D</FromName><ToName>A</ToName></NameRangeFilter>"
    assert desk.ask(query("Vendor", backward)).code == 3031


def test_accounts_are_found_by_type_and_terms_of_both_kinds_together(desk: Desk) -> None:
    assert names(desk.ask(query("Account", AccountType="Bank"))) == ["Checking"]
    terms = desk.ask(query("Terms"))
    assert {each.tag for each in terms.node} == {"StandardTermsRet", "DateDrivenTermsRet"}
    assert "20" in terms.all("DayOfMonthDue") and "30" in terms.all("StdDueDays")
    assert {each.tag for each in desk.ask(query("StandardTerms")).node} == {"StandardTermsRet"}


@pytest.fixture
def bills(desk: Desk, vendor: str) -> dict[str, str]:
    other = desk.vendor("Contoso")
    desk.company.add_account("Freight", "CostOfGoodsSold")
    made = {"INV-1": desk.bill(vendor, "10.00"), "inv-1": desk.bill(other, "20.00", number="inv-1")}
    made["A/2"] = desk.bill(other, "30.00", number="A/2", account="Freight")
    desk.pay(vendor, {made["INV-1"]: "10.00"})
    return made


ALL_BILLS = ("INV-1", "inv-1", "A/2")


def among(kind: str, inner: str) -> str:
    return f"<{kind}>{inner}</{kind}>"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (fields(RefNumber="inv-1"), {"INV-1", "inv-1"}),
        (fields(RefNumberCaseSensitive="inv-1"), {"inv-1"}),
        (fields(RefNumber="A/2") + fields(RefNumber="INV-1"), {*ALL_BILLS}),
        (fields(PaidStatus="PaidOnly"), {"INV-1"}),
        (fields(PaidStatus="NotPaidOnly"), {"inv-1", "A/2"}),
        (among("EntityFilter", fields(FullName="contoso")), {"inv-1", "A/2"}),
        (among("EntityFilter", fields(FullNameWithChildren="Northwind Paper Co")), {"INV-1"}),
        (among("AccountFilter", fields(FullName="Freight")), {"A/2"}),
        (among("AccountFilter", fields(FullName="Accounts Payable")), {*ALL_BILLS}),
        (among("RefNumberFilter", fields(MatchCriterion="StartsWith", RefNumber="a/")), {"A/2"}),
        (among("RefNumberRangeFilter", fields(FromRefNumber="B")), {"INV-1", "inv-1"}),
        (
            among("EntityFilter", fields(FullName="Contoso"))
            + among("RefNumberFilter", fields(MatchCriterion="Contains", RefNumber="INV")),
            {"inv-1"},
        ),
        (among("TxnDateRangeFilter", fields(FromTxnDate="2026-01-05", ToTxnDate="2026-01-05")), {*ALL_BILLS}),
        (among("TxnDateRangeFilter", fields(FromTxnDate="2026-01-06")), set()),
        (among("TxnDateRangeFilter", fields(DateMacro="NextFiscalYear")), set()),
        (among("TxnDateRangeFilter", fields(DateMacro="All")), {*ALL_BILLS}),
    ],
)  # fmt: skip
def test_bills_are_filtered(desk: Desk, bills: dict[str, str], asked: str, found: set[str]) -> None:
    reply = desk.ask(query("Bill", asked))
    assert set(reply.all("RefNumber")) == found
    assert reply.code == (0 if found else 1)


def test_a_filter_for_an_unknown_entity_is_an_invalid_reference(desk: Desk) -> None:
    assert desk.ask(query("Bill", among("EntityFilter", fields(FullName="Nobody")))).code == 3140


def test_lines_and_links_come_only_on_request(desk: Desk, bills: dict[str, str]) -> None:
    asked = {"TxnID": bills["INV-1"]}
    bare = desk.ask(query("Bill", **asked))
    assert bare.all("ExpenseLineRet/Amount") == bare.all("LinkedTxn/Amount") == []
    assert desk.ask(query("Bill", **asked, IncludeLineItems="true")).all("ExpenseLineRet/Amount") == ["10.00"]
    assert desk.ask(query("Bill", **asked, IncludeLinkedTxns="true")).all("LinkedTxn/TxnType") == ["BillPaymentCheck"]
    assert desk.ask(query("BillPaymentCheck")).all("AppliedToTxnRet/TxnID") == []
    paid = desk.ask(query("BillPaymentCheck", IncludeLineItems="true"))
    assert paid.all("AppliedToTxnRet/RefNumber") == ["INV-1"]


def test_only_the_elements_that_are_named_come_back(desk: Desk, vendor: str) -> None:
    few = desk.ask(query("Vendor", "<IncludeRetElement>Shoe</IncludeRetElement>", IncludeRetElement="Name"))
    assert [each.tag for each in few.node[0]] == ["Name"]
    desk.company.options(unknown_ret_element="refused")
    assert desk.ask(query("Vendor", IncludeRetElement="Shoe")).code == 3210


def test_metadata_counts(desk: Desk, bills: dict[str, str]) -> None:
    only = desk.ask(request("BillQuery", metaData="MetaDataOnly"))
    assert (only.node.get("retCount"), len(only.node)) == ("3", 0)
    both = desk.ask(request("BillQuery", metaData="MetaDataAndResponseData"))
    assert (both.node.get("retCount"), len(both.node)) == ("3", 3)
    assert desk.ask(request("BillQuery")).node.get("retCount") is None


def page(desk: Desk, step: str, identifier: str = "", most: str = "2", more: str = "") -> Reply:
    attributes = {"iterator": step, **({"iteratorID": identifier} if identifier else {})}
    return desk.ask(request("VendorQuery", fields(MaxReturned=most) + more, **attributes))


def test_an_iterator_pages_through_a_snapshot(desk: Desk) -> None:
    for number in range(5):
        desk.vendor(f"V{number}")
    first = page(desk, "Start")
    identifier = str(first.node.get("iteratorID"))
    assert list(first.node.attrib)[-3:] == ["retCount", "iteratorRemainingCount", "iteratorID"]
    assert (first.node.get("retCount"), first.node.get("iteratorRemainingCount")) == ("2", "3")
    desk.vendor("V00")
    second = page(desk, "Continue", identifier)
    assert (names(first), names(second)) == (["V0", "V1"], ["V2", "V3"])
    assert page(desk, "Continue", identifier, most="3").code == 3000  # another query
    assert page(desk, "Continue", identifier, more=fields(ActiveStatus="All")).code == 3000
    last = page(desk, "Continue", identifier)
    assert (names(last), last.node.get("iteratorRemainingCount")) == (["V4"], "0")
    assert page(desk, "Continue", identifier).code == 3000  # it has ended
    assert page(desk, "Continue").code == 3150


def test_an_iterator_ends_with_its_session(desk: Desk) -> None:
    for number in range(3):
        desk.vendor(f"V{number}")
    identifier = str(page(desk, "Start").node.get("iteratorID"))
    stopped = str(page(desk, "Start").node.get("iteratorID"))
    assert page(desk, "Stop", stopped).code == 0
    assert page(desk, "Continue", stopped).code == 3000
    desk.company.end_session()
    desk.company.begin_session("Desk")
    assert page(desk, "Continue", identifier).code == 3000


def test_a_restored_file_has_no_iterators(desk: Desk) -> None:
    for number in range(3):
        desk.vendor(f"V{number}")
    identifier = str(page(desk, "Start").node.get("iteratorID"))
    desk.company.restore(desk.company.backup())
    assert page(desk, "Continue", identifier).code == 3000


@pytest.mark.parametrize(("snapshot", "left"), [(True, ["V2", "V3"]), (False, ["V2b"])])
def test_later_pages_show_records_as_at_the_start_unless_a_switch_says_otherwise(
    desk: Desk, snapshot: bool, left: list[str]
) -> None:
    desk.company.options(iterator_snapshot=snapshot)
    made = [desk.vendor(f"V{number}") for number in range(4)]
    identifier = str(page(desk, "Start").node.get("iteratorID"))
    desk.company.edit_vendor(made[2], Name="V2b")
    desk.company.delete("Vendor", made[3])
    assert names(page(desk, "Continue", identifier)) == left


def test_what_was_deleted_is_told_for_ninety_days(desk: Desk, bills: dict[str, str]) -> None:
    desk.company.delete("Bill", bills["A/2"])
    gone = desk.ask(query("TxnDeleted", "<TxnDelType>VendorCredit</TxnDelType>", TxnDelType="Bill"))
    assert (gone.get("TxnDelType"), gone.get("TxnID"), gone.get("RefNumber")) == ("Bill", bills["A/2"], "A/2")
    assert [each.tag for each in gone.node[0]] == ["TxnDelType", "TxnID", "TimeCreated", "TimeDeleted", "RefNumber"]
    assert desk.ask(query("TxnDeleted", TxnDelType="VendorCredit")).code == 1
    future = "<DeletedDateRangeFilter><FromDeletedDate>2099-01-01</FromDeletedDate></DeletedDateRangeFilter>"
    assert desk.ask(query("TxnDeleted", future, TxnDelType="Bill")).code == 1
    desk.company.clock.advance(timedelta(days=91).total_seconds())
    assert desk.ask(query("TxnDeleted", TxnDelType="Bill")).code == 1


def test_what_may_be_paid_is_by_payable_account_and_due_date(desk: Desk, vendor: str) -> None:
    desk.company.add_account("Trade Payables", "AccountsPayable")
    desk.bill(vendor, "1.00")
    desk.company.add_bill(vendor, [("Checking", "2.00")], APAccountRef="Trade Payables", DueDate="2026-03-01")
    asked = {"PayeeEntityRef": vendor}
    amounts = "BillToPay/AmountDue"
    assert desk.ask(query("BillToPay", **asked)).all(amounts) == ["1.00"]
    assert desk.ask(query("BillToPay", **asked, APAccountRef="=Trade Payables")).all(amounts) == ["2.00"]
    desk.company.options(bill_to_pay_account="all")
    assert desk.ask(query("BillToPay", **asked)).all(amounts) == ["1.00", "2.00"]
    assert desk.ask(query("BillToPay", **asked, DueDate="2026-02-28")).all(amounts) == ["1.00"]
    assert desk.ask(query("BillToPay", PayeeEntityRef=desk.vendor("Contoso"))).code == 1


WINTER, SUMMER = datetime(2027, 1, 19, 12, 0, tzinfo=UTC), datetime(2027, 7, 19, 11, 21, 56, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "old_release", "shown"),
    [
        (WINTER, False, "2027-01-19T07:00:00-05:00"),
        (WINTER, True, "2027-01-19T07:00:00-05:00"),
        (SUMMER, False, "2027-07-19T07:21:56-04:00"),
        (SUMMER, True, "2027-07-19T07:21:56-05:00"),  # an hour late, as recorded from old installations
    ],
)
def test_old_releases_give_summer_times_the_winter_offset(
    desk: Desk, moment: datetime, old_release: bool, shown: str
) -> None:
    desk.company.options(winter_offset=old_release)
    at(desk, moment)
    made = desk.ask(add("Vendor", Name="A"))
    assert made.get("TimeModified") == shown
    assert names(desk.ask(query("Vendor", FromModifiedDate=shown, ToModifiedDate=shown))) == ["A"]  # both inclusive


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("2027-07-19T07:21:56", "", True),
        ("2027-07-19T07:21:57", "", False),
        ("2027-07-19", "2027-07-19", True),  # from the start of the day to its end
        ("", "2027-07-18", False),
        ("2027-07-20", "", False),
        ("2027-07-19T11:21:56+00:00", "", True),
        ("2027-07-19T11:21:57+00:00", "", False),
        ("", "2027-07-19T07:21", False),
    ],
)
def test_a_range_is_local_time_and_includes_both_ends(desk: Desk, first: str, last: str, found: bool) -> None:
    at(desk, SUMMER)
    desk.bill(desk.vendor(), "1.00")
    bounds = fields(**{name: value for name, value in (("FromModifiedDate", first), ("ToModifiedDate", last)) if value})
    assert desk.ask(query("Bill", f"<ModifiedDateRangeFilter>{bounds}</ModifiedDateRangeFilter>")).code == 1 - found


def test_by_a_switch_an_old_release_misreads_offsets_too(desk: Desk) -> None:
    at(desk, SUMMER)
    desk.vendor("A")
    desk.company.options(winter_offset=True, winter_offset_in_filters=False)
    assert desk.ask(query("Vendor", FromModifiedDate="2027-07-19T07:21:56-05:00")).code == 1
    assert desk.ask(query("Vendor", FromModifiedDate="2027-07-19T07:21:56")).code == 0


def test_host_company_and_preferences(desk: Desk) -> None:
    assert desk.ask(request("HostQuery")).get("QBFileMode") == "SingleUser"
    assert desk.ask(request("HostQuery")).all("SupportedQBXMLVersion")[-1] == "13.0"
    assert desk.ask(request("CompanyQuery")).get("CompanyName") == "Acme Co"
    assert desk.ask(request("PreferencesQuery")).get("AccountingPreferences/IsUsingClassTracking") == "true"


def test_vendor_credits_come_with_their_lines_and_links(desk: Desk, vendor: str) -> None:
    desk.ask(add("VendorCredit", line("7.00"), VendorRef=vendor, RefNumber="CR-1"))
    found = desk.ask(query("VendorCredit", RefNumber="cr-1", IncludeLineItems="true"))
    assert (found.get("CreditAmount"), found.all("ExpenseLineRet/Amount")) == ("7.00", ["7.00"])
