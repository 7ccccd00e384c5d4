"""Which QuickBooks classes stand for BILL's departments, where a company says departments by the lines' classes."""

from collections.abc import Mapping

from blocks.quickbooks_online.account import SYSTEM
from blocks.quickbooks_online.company import Company
from flows.bill_quickbooks_online.rules import BillQuickBooksOnlineConnection
from flows.charts import Chart, Coded
from tasks.state.mirrors import Mirrored


def may_be_classes(rules: BillQuickBooksOnlineConnection, company: Company) -> bool:
    """Tells whether the departments of some bill's lines may become their classes."""
    by_line = company.class_per == "line" and rules.location_from == "department"
    return by_line and "class" in rules.mixed_departments


def department_classes(
    departments: Mapping[str, Mirrored], classes: Mapping[str, Mirrored], rules: BillQuickBooksOnlineConnection
) -> dict[str, str]:
    """Returns QuickBooks' class by BILL's department, by the rules or by the department's name."""
    chart = Chart(SYSTEM, classes, {}, frozenset())
    found = {}
    for one, department in departments.items():
        mapped = rules.department_classes.get(one, rules.department_classes.get(department.number))
        match = chart.match(Coded("", department.name), mapped)
        if match and match[0].active:
            found[one] = match[0].id
    return found
