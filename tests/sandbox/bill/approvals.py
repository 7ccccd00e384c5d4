"""Bill approvals: policies, who must approve, and what they said.

Source: BILL v3 API, bill approvals.
"""

import operator
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.sandbox.bill.books import Books
from tests.sandbox.bill.endpoints import Call, Endpoint, Reply
from tests.sandbox.bill.fields import Fields, Findings
from tests.sandbox.bill.ledger import touch
from tests.sandbox.bill.lists import value_at
from tests.sandbox.bill.wire import Record, refusal

_COMPARE = {"gte": operator.ge, "gt": operator.gt, "lte": operator.le, "lt": operator.lt, "eq": operator.eq}
_KEYS = {
    "VENDOR_ID": "vendorId",
    "CHART_OF_ACCOUNT_ID": "classifications.chartOfAccountId",
    "DEPARTMENT_ID": "classifications.departmentId",
    "LOCATION_ID": "classifications.locationId",
    "JOB_ID": "classifications.jobId",
}
_OPEN = frozenset({"ASSIGNED", "APPROVING"})


class Approvals:
    """Answers everything under /v3/bill-approvals, and assigns approvers to new bills."""

    def __init__(self, books: Books) -> None:
        """Works on the organization's books."""
        self.books = books

    def endpoints(self) -> list[Endpoint]:
        """Returns the approval endpoints; policies may be created under both documented paths."""
        policies = "/v3/bill-approvals/policies"
        return [
            ("GET", policies, lambda _call: (200, list(self.books.policies.values()))),
            ("POST", policies, lambda call: (201, self.add_policy(call.body))),
            ("POST", "/v3/bill-approvals", lambda call: (201, self.add_policy(call.body))),
            ("PUT", f"{policies}/{{id}}", self._replace_policy),
            ("DELETE", f"{policies}/{{id}}", self._drop_policy),
            ("GET", "/v3/bill-approvals/pending-user-approvals", self._pending),
            ("POST", "/v3/bill-approvals/actions", self._actions),
        ]

    def add_policy(self, body: Any, identifier: str | None = None) -> Record:
        """Adds (or with an identifier replaces) a policy, and returns it.

        Raises:
            Refusal: the name, the rules or the approvers are missing or malformed.
        """
        findings = Findings()
        fields = Fields(body, findings)
        name = fields.text("policyName", required=True)
        approvers = fields.rows("approvers", required=True)
        rules = [_rule(row, findings) for row in fields.rows("rules", required=True)]
        findings.settle()
        identifier = identifier or f"{self.books.organization_id}-{len(self.books.policies) + 1}"
        users = [{"userId": user, "fullName": user} for user in approvers]
        self.books.policies[identifier] = {
            "id": identifier,
            "policyName": name,
            "status": "ACTIVE",
            "rules": rules,
            "approvers": {"users": users, "groups": []},
        }
        return self.books.policies[identifier]

    def assign(self, bill: Record) -> None:
        """Gives a new bill its approvers, in order, when a policy matches; otherwise it is unassigned."""
        for policy in self.books.policies.values():
            if all(_matches(rule, bill) for rule in policy["rules"]):
                users = [user["userId"] for user in policy["approvers"]["users"]]
                self.books.approvers[bill["id"]] = [
                    {"userId": user, "status": "WAITING", "approverOrder": order, "statusChangedTime": self.books.now()}
                    for order, user in enumerate(users)
                ]
                bill["approvalStatus"] = "ASSIGNED"
                return
        bill["approvalStatus"] = "UNASSIGNED"

    def decide(self, bill: Record, action: str, user: str | None = None) -> Record:
        """Records one approver's decision; `user` None decides for everybody who is still waiting.

        Raises:
            Refusal: the bill does not wait for this user.
        """
        rows = self.books.approvers.get(bill["id"], [])
        waiting = [row for row in rows if row["status"] == "WAITING" and user in (None, row["userId"])]
        if user is not None and (not waiting or bill["approvalStatus"] not in _OPEN):
            raise refusal("BDC_1145", f"{bill['id']}: the bill does not wait for this user", 403)
        for row in waiting[:1] if user is not None else waiting:
            row["status"] = "APPROVED" if action == "APPROVE" else "DENIED"
            row["statusChangedTime"] = self.books.now()
        left = any(row["status"] == "WAITING" for row in rows)
        bill["approvalStatus"] = "DENIED" if action == "DENY" else "APPROVING" if left else "APPROVED"
        touch(self.books, bill, self.books.switches.approval_bumps_bill)
        return bill

    def _actions(self, call: Call) -> Reply:
        findings = Findings()
        if not isinstance(call.body, list) or not call.body:
            raise refusal("BDC_1124", "body: must be an array that is not empty")
        decisions: list[tuple[Record | None, str | None]] = []
        for index, row in enumerate(call.body):
            fields = Fields(row, findings, f"[{index}].")
            bill = self.books.reference(fields, "billId", "bill", required=True)
            decisions.append((bill, fields.one_of("action", ("APPROVE", "DENY"), required=True)))
        findings.settle()
        for bill, action in decisions:
            self.decide(bill or {}, action or "", call.session.user_id)
        return 200, {"status": "SUCCESS"}

    def _pending(self, call: Call) -> Reply:
        if call.session.by_token:
            raise refusal("BDC_1302", f"{call.session.user_id}: the id belongs to another kind of object")
        bills = [
            self.books.bills[bill_id]
            for bill_id, rows in list(self.books.approvers.items())
            if any(row["userId"] == call.session.user_id and row["status"] == "WAITING" for row in rows)
        ]
        open_bills = [bill for bill in bills if bill["approvalStatus"] in _OPEN and not bill["archived"]]
        shown = ("vendorId", "amount", "dueDate")
        return 200, {"bills": [{"billId": bill["id"], **{k: bill[k] for k in shown}} for bill in open_bills]}

    def _replace_policy(self, call: Call) -> Reply:
        return 200, self.add_policy(call.body, self._policy(call))

    def _drop_policy(self, call: Call) -> Reply:
        del self.books.policies[self._policy(call)]
        return 200, {"status": "SUCCESS"}

    def _policy(self, call: Call) -> str:
        if call.path["id"] not in self.books.policies:
            raise refusal("BDC_1205", f"{call.path['id']}: no object has this id", 404)
        return call.path["id"]


def _rule(row: Any, findings: Findings) -> Record:
    fields = Fields(row, findings, "rules.")
    key = fields.one_of("key", {"BILL_AMOUNT", *_KEYS}, required=True)
    op = fields.one_of("op", {"in", *_COMPARE}, required=True)
    values = [str(value) for value in fields.rows("values", required=True)]
    if key == "BILL_AMOUNT" and not all(_is_number(value) for value in values):
        fields.wrong("values", "must be numbers")
    return {"key": key, "op": op, "values": [{"value": value, "displayName": value} for value in values]}


def _is_number(text: str) -> bool:
    try:
        Decimal(text)
    except InvalidOperation:
        return False
    return True


def _matches(rule: Record, bill: Record) -> bool:
    values = [value["value"] for value in rule["values"]]
    if rule["key"] == "BILL_AMOUNT":
        compare = _COMPARE.get(rule["op"], operator.eq)
        return any(compare(bill["amount"], Decimal(value)) for value in values)
    path = _KEYS[rule["key"]]
    return any(value_at(holder, path) in values for holder in (bill, *bill["billLineItems"]))
