"""Vendors of BILL and of QuickBooks Desktop agree, whoever edits them, and whatever their names are."""

from typing import Any

from tests.e2e.bookkeeping import audit_of, enter_vendor, listed_as
from tests.e2e.desktop import Desktop
from tests.e2e.desktop_keeping import assert_at_rest, begin, cycled, later, ruled, vendors

LONG = "Consolidated Northwestern Machine Tool Distribution Partners"  # 60 characters
SHOWN = {
    "Plain Tool Works": "Plain Tool Works",
    f"{LONG[:58]}LP": LONG[:41].strip(),
    LONG: LONG[:37].strip() + " (V)",  # whose beginning another one has already
    "Keystone: Wire": "Keystone - Wire",
    "Müller & Söhne Fußböden": "Müller & Söhne Fußböden",
    "Αθηνά": "Athina",
    "Завод Электрон": "Zavod Elektron",
    "北京精密": "BeiJingJingMi",
    "“Curly” – Ltd…": '"Curly" - Ltd...',
    "Both Sides Inc": "Both Sides Inc (V)",
    "Erika Muster": "Erika Muster (V)",
}  # BILL's names, and what they are in QuickBooks
OWN = {
    "CompanyName": "Own Supplies",
    "VendorAddress": {"Addr1": "Own Supplies", "Addr2": "1 Mill St", "City": "Erie", "PostalCode": "16501"},
    "Phone": "814-555-0100",
    "Email": "ar@own.example",
}  # fmt: skip


def test_new_vendors_and_edits_go_both_ways_and_every_name_can_be_held(desktop: Desktop) -> None:
    it = desktop
    begin(it)
    it.company.add_customer("Both Sides Inc")
    it.company.add_employee("Erika Muster")
    ids = {name: enter_vendor(it, name, email="ar@erie.example", phone="814-555-0111") for name in SHOWN}
    it.apply()
    with it.serving():
        pc = it.pc()

        cycled(it, pc)

        assert vendors(it).keys() == {*SHOWN.values()}

        later(it)
        there = {ours: vendors(it)[theirs]["ListID"] for ours, theirs in SHOWN.items()}
        it.bill.edit_vendor(ids["Plain Tool Works"], name="Fine Tool Works", email="new@erie.example")
        it.company.edit_vendor(there["Keystone: Wire"], Phone="814-555-0999")
        it.company.edit_vendor(there["Αθηνά"], Name="Athina Ltd")
        it.bill.archive("vendors", ids["Завод Электрон"])
        own = it.company.add_vendor("Own Supplies", **OWN)["ListID"]
        nowhere = it.company.add_vendor("Nowhere Ltd")["ListID"]
        cycled(it, pc)

        now, ours = it.company.vendors, it.bill.vendors
        renamed = now[there["Plain Tool Works"]]
        assert (renamed["Name"], renamed["Email"]) == ("Fine Tool Works", "new@erie.example")
        assert ours[ids["Keystone: Wire"]]["phone"] == "814-555-0999"
        assert ours[ids["Keystone: Wire"]]["name"] == "Keystone: Wire"
        assert ours[ids["Αθηνά"]]["name"] == "Athina Ltd"
        assert [one["Name"] for one in now.values() if not one["IsActive"]] == ["Zavod Elektron"]
        [entered] = [one for one in it.bill.vendors.values() if one["name"] == "Own Supplies"]
        address = entered["address"]
        assert (entered["email"], entered["phone"]) == ("ar@own.example", "814-555-0100")
        assert (address["line1"], address["city"], address["zipOrPostalCode"]) == ("1 Mill St", "Erie", "16501")
        assert listed_as(it, "held").keys() == {"Nowhere Ltd"}
        assert "no line1 and no city" in listed_as(it, "held")["Nowhere Ltd"]

        later(it)
        it.company.edit_vendor(own, Email="billing@own.example")
        it.company.delete("Vendor", nowhere)
        cycled(it, pc)
        assert it.bill.vendors[entered["id"]]["email"] == "billing@own.example"
        assert len(it.company.vendors) == len(it.bill.vendors) == len(SHOWN) + 1
        assert_at_rest(it, pc)


def test_of_edits_on_both_sides_the_one_counts_that_the_rules_say_and_both_are_in_the_audit(desktop: Desktop) -> None:
    it = desktop
    begin(it)
    names = ("Edited There Last", "Edited Here Last")
    usual = {"phone": "814-555-0100", "email": "ar@erie.example", "accountNumber": "A-1"}
    ids = {name: enter_vendor(it, name, **usual) for name in names}
    it.rules = {"vendor_edits": {"phone": "bill", "email": "quickbooks", "account_number": "newest"}}
    it.apply()
    with it.serving():
        pc = it.pc()
        cycled(it, pc)
        later(it)
        edit_there(it, "Edited Here Last")
        later(it)
        for vendor in ids.values():
            edit_here(it, vendor)
        later(it)
        edit_there(it, "Edited There Last")

        cycled(it, pc)

        for name, vendor in ids.items():
            newest = "B-here" if name == "Edited Here Last" else "Q-there"
            here, there = it.bill.vendors[vendor], vendors(it)[name]
            assert (here["phone"], here["email"]) == ("814-555-0222", "there@erie.example")
            assert here["accountNumber"] == there["AccountNumber"] == newest
            assert (there["Phone"], there["Email"]) == ("814-555-0222", "there@erie.example")
            assert (here["address"]["line1"], there["VendorAddress"]["Addr2"]) == ("2 Here St", "3 There St")
            said = audit_of(it, name)
            both = ("814-555-0222", "814-555-0333", "here@erie.example", "there@erie.example", "B-here", "Q-there")
            assert [one for one in both if one not in said] == []

        later(it)
        cycled(it, pc)
        held = listed_as(it, "held")
        assert held.keys() == {*names}
        assert all("2 Here St" in said and "3 There St" in said for said in held.values())

        ruled(it, vendor_edits={"default": "bill"})
        later(it)
        cycled(it, pc)
        assert {one["VendorAddress"]["Addr2"] for one in it.company.vendors.values()} == {"2 Here St"}
        assert listed_as(it, "held") == {}


def edit_here(it: Desktop, vendor: str) -> None:
    """Somebody edits everything but the vendor's name in BILL."""
    fields: dict[str, Any] = {"phone": "814-555-0222", "email": "here@erie.example", "accountNumber": "B-here"}
    it.bill.edit_vendor(vendor, address={"line1": "2 Here St"}, **fields)


def edit_there(it: Desktop, name: str) -> None:
    """Somebody edits the same in QuickBooks."""
    vendor = vendors(it)[name]
    address = {**vendor["VendorAddress"], "Addr2": "3 There St"}
    fields = {"Phone": "814-555-0333", "Email": "there@erie.example", "AccountNumber": "Q-there"}
    it.company.edit_vendor(vendor["ListID"], VendorAddress=address, **fields)
