"""What is found out about a connection of Procurify and QAD before it runs; reads only."""

from collections.abc import Mapping
from typing import Any

from flows.checks import Checks, Findings
from flows.procurify_qad.checks.accounts import judge_accounts, judge_departments
from flows.procurify_qad.checks.documents import judge_invoices, judge_orders
from flows.procurify_qad.checks.parties import judge_currencies, judge_suppliers, judge_zone
from flows.procurify_qad.checks.procurify import ProcurifyLists, examine_procurify
from flows.procurify_qad.checks.qad import QadLists, examine_qad
from flows.procurify_qad.rules import ProcurifyQadConnection


def judge_rules(rules: ProcurifyQadConnection, seen: Mapping[str, Any], found: Findings) -> None:
    """The reference data of both systems and the connection's rules have their verdicts."""
    procurify: ProcurifyLists = seen["procurify"] or ProcurifyLists()
    qad: QadLists = seen["qad"] or QadLists()
    judge_suppliers(rules, procurify, qad, found)
    judge_currencies(procurify, qad, found)
    judge_accounts(rules, procurify, qad, found)
    judge_departments(rules, procurify, qad, found)
    judge_orders(rules, procurify, qad, found)
    judge_invoices(rules, qad, found)
    judge_zone(rules, procurify, found)


CHECKS = Checks(alone={"procurify": examine_procurify, "qad": examine_qad}, together=judge_rules)
