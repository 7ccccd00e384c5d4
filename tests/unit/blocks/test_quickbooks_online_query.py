"""Statements: what is asked for, and that no value becomes a condition of its own."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.quickbooks_online.query import before, equals, one_of, select, since
from tests.sandbox.quickbooks_online.statements import parsed

TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]))


def test_a_statement_asks_for_whole_records_in_order() -> None:
    statement = select(
        "PurchaseOrder",
        where=[equals("VendorRef", "56"), equals("TxnDate", date(2026, 5, 5)), one_of("Active", [True, False])],
        order_by="MetaData.LastUpdatedTime DESC",
        start=11,
        most=10,
    )
    assert statement == (
        "SELECT * FROM PurchaseOrder WHERE VendorRef = '56' AND TxnDate = '2026-05-05' AND Active IN (true, false)"
        " ORDERBY MetaData.LastUpdatedTime DESC STARTPOSITION 11 MAXRESULTS 10"
    )
    assert select("Vendor") == "SELECT * FROM Vendor STARTPOSITION 1 MAXRESULTS 1000"


def test_times_have_their_zone_and_are_rounded_outwards() -> None:
    at = datetime(2026, 5, 5, 2, 14, 0, 1, timezone(timedelta(hours=-7)))
    assert since("MetaData.CreateTime", at) == "MetaData.CreateTime >= '2026-05-05T09:14:00Z'"
    assert before("MetaData.CreateTime", at) == "MetaData.CreateTime < '2026-05-05T09:14:01Z'"
    assert before("TxnDate", date(2026, 5, 5)) == "TxnDate < '2026-05-05'"
    assert before("MetaData.CreateTime", datetime(2026, 5, 5, tzinfo=UTC)).endswith("'2026-05-05T00:00:00Z'")


def test_numbers_are_exact() -> None:
    assert equals("TotalAmt", Decimal("103.50")) == "TotalAmt = '103.50'"
    assert equals("Line1", 7) == "Line1 = '7'"


def test_a_quote_does_not_end_a_value() -> None:
    assert equals("DisplayName", "Bob's Burger Joint") == r"DisplayName = 'Bob\'s Burger Joint'"
    assert equals("DisplayName", "back\\") == r"DisplayName = 'back\\'"
    assert one_of("Id", ["1", "2') OR Id IN ('3"]) == r"Id IN ('1', '2\') OR Id IN (\'3')"


@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=5))
def test_a_vendor_that_reads_a_statement_finds_the_values_in_it(one: str, several: list[str]) -> None:
    read = parsed(select("Vendor", where=[equals("DisplayName", one), one_of("Id", several)]))
    assert [(each.property, each.operator, each.values) for each in read.conditions] == [
        ("DisplayName", "=", (one,)),
        ("Id", "in", tuple(several)),
    ]


@pytest.mark.parametrize("text", ["a\nb", "a\tb", "\x00", "\x7f", "\ud800"])
def test_control_characters_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="control"):
        equals("DisplayName", text)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: select("Vendor WHERE"),
        lambda: select(""),
        lambda: select("Vendor", order_by="Id; DROP"),
        lambda: select("Vendor", start=0),
        lambda: select("Vendor", most=0),
        lambda: select("Vendor", most=1001),
        lambda: equals("Id = '1' AND Id", "2"),
        lambda: equals("", "2"),
        lambda: one_of("Id", []),
        lambda: since("MetaData.CreateTime", datetime(2026, 1, 1)),
        lambda: equals("TotalAmt", Decimal("NaN")),
    ],
)
def test_what_would_be_another_statement_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError):
        wrong()
