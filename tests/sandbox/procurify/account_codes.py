"""Account codes: unique, in two tiers, with accounts for the departments that are named at creation.

Source: Procurify API, account codes (v3): list, create, PUT. `active` and `departments` cannot be updated.
"""

from typing import Any

from tests.sandbox.procurify.calls import Call, Endpoint, Reply
from tests.sandbox.procurify.filters import Filter, Listing
from tests.sandbox.procurify.paging import page_of
from tests.sandbox.procurify.reference import add_account
from tests.sandbox.procurify.tenant import Tenant, found
from tests.sandbox.procurify.wire import Record, Refusal

LENGTHS = {"code": 50, "description": 200}
_ACCOUNT_TYPES = range(6)


def add_account_code(tenant: Tenant, body: Record) -> Record:
    """Adds an account code and its accounts, and returns it as it is told.

    Raises:
        Refusal: 400, a field is missing or wrong, the code exists, or the parent is itself a child.
    """
    _check(tenant, body, None)
    places = body.get("departments") or []
    row: Record = {
        "id": tenant.next_id("code"), "code": body["code"], "description": body["description"],
        "account_type": body.get("account_type", 2), "active": True, "parent": body.get("parent"),
    }  # fmt: skip
    tenant.account_codes[row["id"]] = row
    for place in places:
        add_account(tenant, row["id"], place)
    return told(tenant, row)


def change_account_code(tenant: Tenant, row: Record, body: Record) -> Record:
    """Renames an account code; other fields than code, description, type and parent are passed over.

    Raises:
        Refusal: 400, as at creation.
    """
    _check(tenant, body, row["id"])
    row.update({name: body[name] for name in ("code", "description", "account_type", "parent") if name in body})
    return told(tenant, row)


def told(tenant: Tenant, row: Record) -> Record:
    """Returns an account code as it is told."""
    applied = sum(each["account_code"] == row["id"] for each in tenant.accounts.values())
    return {**row, "code_length": len(row["code"]), "applied_accounts_count": applied}


def _check(tenant: Tenant, body: Record, own: int | None) -> None:
    wrong: dict[str, Record] = {}
    for name, limit in LENGTHS.items():
        value = body.get(name)
        if not isinstance(value, str) or not value:
            wrong[name] = {"message": "This field is required.", "code": "required"}
        elif len(value) > limit:
            wrong[name] = {"message": f"Ensure this field has no more than {limit} characters.", "code": "max_length"}
    if body.get("account_type", 2) not in _ACCOUNT_TYPES:
        wrong["account_type"] = {"message": f'"{body["account_type"]}" is not a valid choice.',
                                 "code": "invalid_choice"}  # fmt: skip
    if not _fits(tenant, body.get("parent"), own):
        wrong["parent"] = {"message": "A parent must be an account code without a parent.", "code": "invalid"}
    if any(each not in tenant.departments for each in body.get("departments") or []):
        wrong["departments"] = {"message": "Invalid pk - object does not exist.", "code": "does_not_exist"}
    others = (each for each in tenant.account_codes.values() if each["id"] != own)
    if tenant.switches.unique_account_codes and any(each["code"] == body.get("code") for each in others):
        wrong["code"] = {"message": "Account code with this code already exists.", "code": "unique"}
    if wrong:
        raise Refusal(400, wrong, body)


def _fits(tenant: Tenant, parent: Any, own: int | None) -> bool:
    if parent is None:
        return True
    has_children = own is not None and any(each["parent"] == own for each in tenant.account_codes.values())
    return parent != own and not has_children and tenant.account_codes.get(parent, {"parent": 0})["parent"] is None


class AccountCodes:
    """The endpoints; a single code cannot be read, nor deleted."""

    def endpoints(self) -> list[Endpoint]:
        """Returns what is served."""
        return [
            Endpoint("/api/v3/account-codes/", {"GET": self._list, "POST": self._create}),
            Endpoint("/api/v3/account-codes/{id}/", {"PUT": self._put}),
        ]

    def _list(self, call: Call) -> Reply:
        tenant = call.tenant
        parents = {each["parent"] for each in tenant.account_codes.values()}
        filters = {
            "active": Filter("flag", lambda row: row["active"]),
            "code": Filter("text", lambda row: row["code"]),
            "is_parent": Filter("flag", lambda row: row["id"] in parents),
            "search": Filter("search", lambda row: [row["code"], row["description"]]),
        }
        sortable = {name: _getting(name) for name in ("id", "code", "description")}
        rows = [*tenant.account_codes.values()]
        return 200, page_of(call, rows, Listing(filters, sortable), lambda row: told(tenant, row))

    def _create(self, call: Call) -> Reply:
        return 201, {"metadata": {}, "data": add_account_code(call.tenant, call.fields)}

    def _put(self, call: Call) -> Reply:
        identifier = call.parts["id"]
        row = found(call.tenant.account_codes, int(identifier) if identifier.isdigit() else 0)
        return 200, {"metadata": {}, "data": change_account_code(call.tenant, row, call.fields)}


def _getting(name: str) -> Any:
    return lambda row: row[name]
