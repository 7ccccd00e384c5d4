"""Currencies, locations, departments, accounts and users: how they are told, and their endpoints.

Source: Procurify API, currencies and locations (v2), departments, accounts and users (v3).
"""

from decimal import Decimal
from typing import Any

from tests.sandbox.procurify.calls import Call, Endpoint, Reply
from tests.sandbox.procurify.filters import Filter, Listing
from tests.sandbox.procurify.paging import page_of
from tests.sandbox.procurify.tenant import Tenant, found
from tests.sandbox.procurify.wire import Record, invalid, text

_IDENTITY = {"id": lambda row: row["id"], "name": lambda row: row.get("name")}
_SEARCH = Filter("search", lambda row: [row.get("name"), row.get("external_id")])
_ACTIVE = Filter("flag", lambda row: row["active"])


def currency(tenant: Tenant, identifier: int, short: bool = False) -> Record:
    """Returns a currency as it is told, or as it is told inside orders."""
    row = tenant.currencies[identifier]
    return {name: row[name] for name in ("id", "name", "rate", "base")} if short else dict(row)


def location(tenant: Tenant, row: Record) -> Record:
    """Returns a location as it is told."""
    return {**row, "currency": currency(tenant, row["currency"])}


def department(tenant: Tenant, row: Record) -> Record:
    """Returns a department as it is told."""
    branch = tenant.locations[row["branch"]]
    return {**row, "branch": {name: branch[name] for name in ("id", "name", "headquarter")}}


def account(tenant: Tenant, identifier: int) -> Record:
    """Returns an account as it is told inside lines and allocations."""
    row = tenant.accounts[identifier]
    code, place = tenant.account_codes[row["account_code"]], tenant.departments[row["department"]]
    branch = tenant.locations[place["branch"]]
    told = ("id", "code", "description", "account_type", "active", "parent")
    return {
        "id": row["id"],
        "account_code": {name: code[name] for name in told},
        "department": {
            "id": place["id"], "name": place["name"], "external_id": place["external_id"],
            "active": place["active"], "branch": {"id": branch["id"], "name": branch["name"]},
        },
    }  # fmt: skip


def budgeted(tenant: Tenant, row: Record) -> Record:
    """Returns an account as the list of accounts tells it, with its budget."""
    figures = ("budget", "budget_used_approved", "budget_used_purchased", "balance_approved", "balance_purchased")
    dates = {"start_datetime": None, "end_datetime": None}
    return {**account(tenant, row["id"]), **dates, **dict.fromkeys(figures, "0.00"), "active": row["active"]}


def person(tenant: Tenant) -> Record:
    """Returns the user as records name it."""
    return {name: tenant.user[name] for name in ("id", "firstName", "lastName", "email")} | {"profile_image": None}


def add_currency(tenant: Tenant, name: str, rate: Decimal, base: bool = False, active: bool = True) -> Record:
    """Adds a currency and returns it."""
    identifier = max(tenant.currencies, default=0) + 1
    row = {"id": identifier, "name": name, "description": "", "rate": text(rate, 6), "base": base, "active": active}
    tenant.currencies[identifier] = row
    return row


def add_location(tenant: Tenant, name: str, external_id: str | None, zone: str) -> Record:
    """Adds a location and returns it; the first one is the headquarter."""
    identifier = max(tenant.locations, default=0) + 1
    row: Record = {
        "id": identifier, "name": name, "currency": tenant.currency(None), "locationTimezone": zone,
        "headquarter": identifier == 1, "active": True, "external_id": external_id, "legal_entity": None,
        "phoneOne": "604-555-0100",
    }  # fmt: skip
    tenant.locations[identifier] = row
    return row


def add_department(tenant: Tenant, body: Record) -> Record:
    """Adds a department and returns it.

    Raises:
        Refusal: 400, a field is missing or too long, or there is no such location.
    """
    identifier = max(tenant.departments, default=8) + 1
    row = {"id": identifier, "external_id": None, "active": True, **_department(tenant, body)}
    tenant.departments[identifier] = row
    return row


def add_account(tenant: Tenant, code: int, place: int) -> Record:
    """Adds the account of a code and a department, and returns it."""
    row = {"id": tenant.next_id("account"), "account_code": code, "department": place, "active": True}
    tenant.accounts[row["id"]] = row
    return row


def _department(tenant: Tenant, body: Record) -> Record:
    if not body.get("name"):
        raise invalid("name", "This field is required.", "required", body)
    if len(str(body["name"])) > 150:
        raise invalid("name", "Ensure this field has no more than 150 characters.", "max_length", body)
    if body.get("branch") not in tenant.locations:
        raise invalid("branch", "This field is required.", "required", body)
    return {name: body[name] for name in ("branch", "name", "external_id", "active") if name in body}


def _listing(**filters: Filter) -> Listing:
    return Listing({"search": _SEARCH, **filters}, _IDENTITY)


_ACCOUNT_SORT = {"id": lambda row: row["id"]}


class Reference:
    """The endpoints of one tenant's reference data; they read it from the call."""

    def endpoints(self) -> list[Endpoint]:
        """Returns what is served."""
        return [
            Endpoint("/api/v2/currencies/", {"GET": self._currencies}),
            Endpoint("/api/v2/locations/", {"GET": self._locations}),
            Endpoint("/api/v2/locations/{id}/", {"GET": self._location}),
            Endpoint("/api/v3/departments/", {"GET": self._departments, "POST": self._add_department}),
            Endpoint("/api/v3/departments/{id}/", {"PUT": self._put_department}),
            Endpoint("/api/v3/accounts/", {"GET": self._accounts}),
            Endpoint("/api/v3/users/", {"GET": self._users}),
            Endpoint("/api/v3/users/me/", {"GET": lambda call: (200, _enveloped(user(call.tenant)))}),
        ]

    def _currencies(self, call: Call) -> Reply:
        named = {"name": Filter("text", lambda row: row["name"]), "base": Filter("flag", lambda row: row["base"])}
        return 200, page_of(call, [*call.tenant.currencies.values()], _listing(active=_ACTIVE, **named), dict)

    def _locations(self, call: Call) -> Reply:
        listing = _listing(active=_ACTIVE, headquarter=Filter("flag", lambda row: row["headquarter"]))
        rows = [*call.tenant.locations.values()]
        return 200, page_of(call, rows, listing, lambda row: location(call.tenant, row))

    def _location(self, call: Call) -> Reply:
        identifier = call.parts["id"]
        row = found(call.tenant.locations, int(identifier) if identifier.isdigit() else 0)
        return 200, _enveloped(location(call.tenant, row))

    def _departments(self, call: Call) -> Reply:
        branch = Filter("int", lambda row: row["branch"])
        listing = _listing(branch=branch, locations=Filter("ints", lambda row: row["branch"]))
        rows = [*call.tenant.departments.values()]
        return 200, page_of(call, rows, listing, lambda row: department(call.tenant, row))

    def _add_department(self, call: Call) -> Reply:
        return 201, _enveloped(department(call.tenant, add_department(call.tenant, call.fields)))

    def _put_department(self, call: Call) -> Reply:
        identifier = call.parts["id"]
        row = found(call.tenant.departments, int(identifier) if identifier.isdigit() else 0)
        row.update(_department(call.tenant, call.fields))
        return 200, _enveloped(department(call.tenant, row))

    def _accounts(self, call: Call) -> Reply:
        tenant = call.tenant
        filters = {
            "account_code": Filter("ints", lambda row: row["account_code"]),
            "active": _ACTIVE,
            "department": Filter("int", lambda row: row["department"]),
            "departments": Filter("ints", lambda row: row["department"]),
            "id": Filter("int", lambda row: row["id"]),
            "locations": Filter("ints", lambda row: tenant.departments[row["department"]]["branch"]),
        }
        rows = [*tenant.accounts.values()]
        return 200, page_of(call, rows, Listing(filters, _ACCOUNT_SORT), lambda row: budgeted(tenant, row))

    def _users(self, call: Call) -> Reply:
        filters = {"is_active": Filter("flag", lambda row: row["is_active"])}
        return 200, page_of(call, [call.tenant.user], Listing(filters), lambda _: user(call.tenant))


def user(tenant: Tenant) -> Record:
    """Returns the user whom the application acts as."""
    place = next(iter(tenant.departments.values()), None)
    branch: Any = next(iter(tenant.locations.values()))
    return {
        **tenant.user,
        "department": department(tenant, place) if place else None,
        "location": {"id": branch["id"], "name": branch["name"]},
    }


def _enveloped(row: Record) -> Record:
    return {"metadata": {}, "data": row}
