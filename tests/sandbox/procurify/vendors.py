"""Vendors: validation, groups, and their endpoints under both list addresses.

Source: Procurify API, vendors (v3). Names and external ids need not be unique; PUT tells `*_ref` as ids.
"""

from typing import Any

from tests.sandbox.procurify.calls import Call, Endpoint, Reply
from tests.sandbox.procurify.filters import Filter, Listing
from tests.sandbox.procurify.paging import page_of
from tests.sandbox.procurify.records import Vendor
from tests.sandbox.procurify.tenant import Tenant, found
from tests.sandbox.procurify.wire import Record, Refusal, not_found

OTHER = 1  # the placeholder's id
REQUIRED = ("name", "email", "type", "overall_score")
LENGTHS = {
    "name": 150, "addressLineOne": 300, "addressLineTwo": 300, "postalCode": 20, "city": 50, "state_province": 40,
    "country": 80, "phoneOne": 20, "phoneTwo": 20, "fax": 20, "contact": 50, "url": 200, "external_id": 100,
    "po_pdf_labels": 200,
}  # fmt: skip
REFS = ("payment_term_ref", "shipping_term_ref", "payment_method_ref", "shipping_method_ref")
WRITABLE = (2, 3, 4, 6, 7)
TYPES = {"other": 1, "amazon_punchout": 2, "preferred": 3, "regular": 4, "employee": 5, "cc_provider": 6, "checkout": 7}
_PLAIN = ("active", "comments", "currency", "tax", "default_payment_method", "is_1099_eligible", "email", "type",
          "is_auto_email_po_enabled", "email_configurations", "overall_score")  # fmt: skip
_BLANK: Record = {
    **dict.fromkeys(LENGTHS), **dict.fromkeys(REFS), "active": True, "comments": None, "currency": None, "tax": None,
    "default_payment_method": None, "is_1099_eligible": False, "is_auto_email_po_enabled": False, "email": [],
    "email_configurations": [], "overall_score": None, "type": 3,
}  # fmt: skip
_GROUPS: dict[str, tuple[int, ...]] = {
    "all": (1, 2, 3, 4, 5, 6, 7), "default": (3, 4), "preferred": (3,), "purchasable": (2, 3, 4, 7),
    "requestable": (2, 3), "other": (1,), "credit_card_providers": (6,),
}  # fmt: skip


def add_vendor(tenant: Tenant, body: Record, *, past_the_api: bool = False) -> Vendor:
    """Adds a vendor; the web app may add types that the API may not.

    Raises:
        Refusal: 400, a field is missing, too long or of a wrong type.
    """
    fields = {**_BLANK, **_checked(tenant, body, REQUIRED, past_the_api)}
    vendor = Vendor(1 if not tenant.vendors else tenant.next_id("vendor"), fields, tenant.now())
    tenant.vendors[vendor.id] = vendor
    return vendor


def change_vendor(tenant: Tenant, vendor: Vendor, body: Record, *, past_the_api: bool = False) -> Vendor:
    """Changes the fields that are given; the vendor's date moves even if there are none.

    Raises:
        Refusal: 400, a field is too long or of a wrong type.
    """
    vendor.fields.update(_checked(tenant, body, (), past_the_api))
    vendor.modified = tenant.now()
    return vendor


def told(tenant: Tenant, vendor: Vendor, refs_as_ids: bool = False) -> Record:
    """Returns a vendor as lists, reads and writes tell it."""
    refs = {name: vendor.fields[name] if refs_as_ids else tenant.terms.get(vendor.fields[name]) for name in REFS}
    return {
        "id": vendor.id, **vendor.fields, **refs, "dateModified": tenant.times.zulu(vendor.modified),
        "payment_methods": [], "creditcards": [], "performance": None, "vendor_request": None,
    }  # fmt: skip


def named(tenant: Tenant, identifier: int) -> Record:
    """Returns a vendor as orders and bills name it."""
    fields = tenant.vendors[identifier].fields
    return {"id": identifier, **{name: fields[name] for name in ("name", "active", "external_id", "type", "currency",
                                                                 "email")}}  # fmt: skip


def _checked(tenant: Tenant, body: Record, required: tuple[str, ...], past_the_api: bool) -> Record:
    wrong: dict[str, Record] = {
        name: {"message": "This field is required.", "code": "required"} for name in required if name not in body
    }
    for name, limit in LENGTHS.items():
        if len(str(body.get(name) or "")) > limit:
            wrong[name] = {"message": f"Ensure this field has no more than {limit} characters.", "code": "max_length"}
    if "name" in body and not str(body["name"] or "").strip():
        wrong["name"] = {"message": "This field may not be blank.", "code": "blank"}
    if "type" in body and not past_the_api and body["type"] not in WRITABLE:
        wrong["type"] = {"message": f'"{body["type"]}" is not a valid choice.', "code": "invalid_choice"}
    if not _addresses(body.get("email", [])):
        wrong["email"] = {"message": "Enter a valid email address.", "code": "invalid"}
    if body.get("currency") is not None and body["currency"] not in tenant.currencies:
        wrong["currency"] = {"message": "Invalid pk - object does not exist.", "code": "does_not_exist"}
    for name in REFS:
        if body.get(name) is not None and not (isinstance(body[name], dict) and body[name].get("name")):
            wrong[name] = {"message": "Invalid data. Expected a dictionary.", "code": "invalid"}
    if wrong:
        raise Refusal(400, wrong, body)
    plain = {name: body[name] for name in (*LENGTHS, *_PLAIN) if name in body}
    return plain | {name: _term(tenant, body[name]) for name in REFS if name in body}


def _addresses(emails: Any) -> bool:
    return isinstance(emails, list) and all(isinstance(each, str) and "@" in each for each in emails)


def _term(tenant: Tenant, ref: Record | None) -> int | None:
    """Returns the id of a term or method by its name, made if there is none."""
    if ref is None:
        return None
    for each in tenant.terms.values():
        if each["name"] == ref["name"]:
            return int(each["id"])
    row = {"id": tenant.next_id("term"), "name": ref["name"], "description": ref.get("description"), "active": True}
    tenant.terms[row["id"]] = row
    return int(row["id"])


class Vendors:
    """The endpoints."""

    def endpoints(self) -> list[Endpoint]:
        """Returns what is served; a group and an id stand at the same place of the address."""
        return [
            Endpoint("/api/v3/vendors/", {"GET": self._plain, "POST": self._create}),
            Endpoint("/api/v3/vendors/{id}/", {"GET": self._one, "PUT": self._put, "PATCH": self._patch}),
        ]

    def _plain(self, call: Call) -> Reply:
        if not call.tenant.switches.plain_vendor_list:
            raise not_found()
        return self._group(call, "all")

    def _one(self, call: Call) -> Reply:
        if call.parts["id"] in _GROUPS and call.tenant.switches.vendor_groups:
            return self._group(call, call.parts["id"])
        return 200, {"metadata": {}, "data": told(call.tenant, self._vendor(call))}

    def _group(self, call: Call, group: str) -> Reply:
        tenant, types = call.tenant, _GROUPS[group]
        hidden = not (group == "all" and tenant.switches.inactive_in_all)
        rows = [
            each for each in tenant.vendors.values()
            if each.fields["type"] in types and (each.fields["active"] or not hidden)
            and not (call.asked("exclude_other") in ("true", "True", "1") and each.id == OTHER)
        ]  # fmt: skip
        return 200, page_of(call, rows, _LISTING, lambda row: told(tenant, row))

    def _create(self, call: Call) -> Reply:
        return 201, {"metadata": {}, "data": told(call.tenant, add_vendor(call.tenant, call.fields))}

    def _put(self, call: Call) -> Reply:
        vendor = self._vendor(call)
        _checked(call.tenant, call.fields, REQUIRED, False)
        changed = change_vendor(call.tenant, vendor, call.fields)
        return 200, {"metadata": {}, "data": told(call.tenant, changed, refs_as_ids=True)}

    def _patch(self, call: Call) -> Reply:
        changed = change_vendor(call.tenant, self._vendor(call), call.fields)
        return 200, {"metadata": {}, "data": told(call.tenant, changed)}

    def _vendor(self, call: Call) -> Vendor:
        identifier = call.parts["id"]
        return found(call.tenant.vendors, int(identifier) if identifier.isdigit() else 0)


_KIND = {number: name for name, number in TYPES.items()}
_LISTING = Listing(
    {
        "external_id": Filter("named", lambda row: row.fields["external_id"]),
        "name": Filter("named", lambda row: row.fields["name"]),
        "search": Filter("search", lambda row: [row.fields[each] for each in ("name", "external_id", "contact")]),
        "type": Filter("int", lambda row: row.fields["type"]),
        "type__in": Filter("texts", lambda row: _KIND.get(row.fields["type"])),
    },
    {"id": lambda row: row.id, "name": lambda row: row.fields["name"], "dateModified": lambda row: row.modified},
)
