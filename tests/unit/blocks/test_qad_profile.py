"""One declaration of what QAD calls things; overrides apply at any depth, and misspelt ones are named."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from blocks.errors import ConfigurationError
from blocks.exact import decode
from blocks.qad.models import Account, SupplierInvoice, id_of, key_of
from blocks.qad.profile import Profile
from blocks.qad.translation import changed, row_to_logical, to_logical, to_wire
from blocks.qad.wire import day, encode, literal

DEFAULT = Profile.default()
INVOICE = DEFAULT.entity("supplier_invoice")


def test_an_override_replaces_only_what_it_names() -> None:
    tenant = DEFAULT.merged(
        {
            "browsing": {"page_size": 25},
            "entities": {"supplier": {"browse": {"id": "urn:browse:mfg:ad014", "fields": {"code": "vd_mstr.vd_addr"}}}},
        }
    )
    supplier = tenant.entity("supplier")
    assert tenant.browsing.page_size == 25
    assert tenant.browsing.first == "first"
    assert (supplier.columns["code"], supplier.columns["city"]) == ("vd_mstr.vd_addr", "supplierV2.city")
    assert supplier.names["code"] == "supplierCode"
    assert DEFAULT.browsing.page_size == 100


@pytest.mark.parametrize(
    ("overrides", "place"),
    [
        ({"pathes": {}}, "pathes"),
        ({"paths": {"tokens": "/x"}}, "paths.tokens"),
        ({"browsing": {"ops": {"equals": "eq"}}}, "browsing.ops.equals"),
        ({"browsing": {"page_size": "many"}}, "browsing.page_size"),
        ({"entities": {"suplier": {"resource": "x"}}}, "entities.suplier"),
        ({"entities": {"supplier": {"fields": {"curency": "x"}}}}, "entities.supplier.fields.curency"),
        ({"entities": {"supplier": {"browse": {"fields": {"curency": "x"}}}}}, "entities.supplier"),
        ({"entities": {"supplier": {"keys": ["shared_sett"]}}}, "entities.supplier"),
        ({"entities": {"supplier": {"viewuri": "x"}}}, "entities.supplier.viewuri"),
        (
            {"entities": {"supplier_invoice": {"children": {"posting_lines": {"fields": {"acount": "x"}}}}}},
            "entities.supplier_invoice.children.posting_lines.fields.acount",
        ),
        ({"codes": {"payment_statuses": {"VIOD": "V"}}}, "codes.payment_statuses.VIOD"),
        ({"entities": []}, "entities"),
    ],
)
def test_a_misspelt_override_is_named_by_its_place(overrides: dict[str, Any], place: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        DEFAULT.merged(overrides)
    assert place in str(refused.value)


def test_a_near_miss_is_suggested() -> None:
    with pytest.raises(ConfigurationError, match="did you mean currency"):
        DEFAULT.merged({"entities": {"supplier": {"fields": {"curency": "x"}}}})


def test_another_entity_is_a_declaration_only() -> None:
    site = {"resource": "sites", "keys": ["domain", "code"], "fields": {"domain": "domainCode", "code": "siteCode"}}
    assert DEFAULT.merged({"entities": {"site": site}}).entity("site").array == "sites"


def test_a_field_may_be_missing_or_the_tenants_own() -> None:
    own = {"fields": {"tax_id": None}, "extra_fields": {"buyer": "customShort3"}}
    supplier = DEFAULT.merged({"entities": {"supplier": own}}).entity("supplier")
    assert "tax_id" not in supplier.names
    assert supplier.columns["buyer"] == "supplierV2.customShort3"


def test_codes_are_translated_both_ways_and_unknown_ones_pass() -> None:
    tenant = DEFAULT.merged({"codes": {"payment_statuses": {"VOID": "CANCELLED"}}})
    payment = tenant.entity("supplier_payment")
    assert to_wire(tenant, payment, {"status": "VOID"}) == {"paymentStatusCode": "CANCELLED"}
    assert to_logical(tenant, payment, {"paymentStatusCode": "CANCELLED"}) == {"status": "VOID"}
    assert to_logical(tenant, payment, {"paymentStatusCode": "ODD"}) == {"status": "ODD"}


def test_dates_stay_calendar_dates_in_every_spelling() -> None:
    for written in ("2026-03-10T00:00:00.000Z", "2026-03-10T23:59:59.999-08:00", "2026-03-10", date(2026, 3, 10)):
        assert day(written) == date(2026, 3, 10)
    for given_date in (date(2026, 3, 10), "2026-03-10", "2026-03-10T00:00:00.000Z"):
        wire = to_wire(DEFAULT, INVOICE, {"due_date": given_date})
        assert encode(wire) == b'{"dueDate":"2026-03-10T00:00:00.000Z"}'
    assert to_logical(DEFAULT, INVOICE, {"dueDate": None, "invoiceDate": "soon"}) == {
        "due_date": None,
        "invoice_date": "soon",
    }


@given(st.decimals(allow_nan=False, allow_infinity=False, places=10, min_value=-(10**12), max_value=10**12))
def test_money_survives_the_wire_to_the_last_digit(amount: Decimal) -> None:
    assert decode(encode({"a": amount}))["a"] == amount
    assert format(decode(encode([amount]))[0], "f") == format(amount, "f")


def test_a_float_is_never_sent() -> None:
    with pytest.raises(TypeError):
        encode({"amountTC": 1.1})


def test_literals_are_written_as_filters_want_them() -> None:
    moment = datetime(2026, 3, 10, 12, 0, 0, 5000, tzinfo=UTC)
    written = [literal(value) for value in (True, Decimal("1E+2"), 318, date(2026, 3, 10), moment)]
    assert written == ["true", "100", "318", "2026-03-10T00:00:00.000Z", "2026-03-10T12:00:00.005Z"]
    with pytest.raises(ValueError, match="comma"):
        literal("a,b")


def test_an_undeclared_field_is_not_sent() -> None:
    with pytest.raises(ValueError, match="suplier"):
        to_wire(DEFAULT, INVOICE, {"suplier": "10S1001"})
    with pytest.raises(ValueError, match="acount"):
        to_wire(DEFAULT, INVOICE, {"posting_lines": [{"acount": "6100"}]})


def test_only_what_differs_is_a_change() -> None:
    current = {"amount": 1250, "due_date": date(2026, 3, 10), "lines": [{"a": Decimal("1.50"), "b": "x"}], "note": None}
    wanted = {"amount": Decimal("1250.00"), "due_date": "2026-03-10", "lines": [{"a": Decimal("1.5")}], "note": ""}
    assert changed(current, wanted) == {}
    assert changed(current, {"lines": [], "amount": 1}) == {"lines": [], "amount": 1}


def test_a_classic_row_is_read_by_its_own_columns() -> None:
    center = DEFAULT.entity("cost_center")
    row = {"cc_mstr.cc_ctr": "100", "cc_mstr.cc_active": True, "cc_mstr.cc_mod_date": "2026-03-10T00:00:00.000Z"}
    assert row_to_logical(DEFAULT, center, row) == {
        "code": "100",
        "is_active": True,
        "modified_date": date(2026, 3, 10),
    }


@given(st.text(min_size=1), st.integers(0, 9999), st.text(min_size=1), st.integers(0, 10**9))
def test_an_id_leads_back_to_its_key(entity: str, year: int, daybook: str, voucher: int) -> None:
    key = {"entity": entity, "posting_year": year, "daybook": daybook, "voucher": voucher}
    assert key_of(id_of("supplier_invoice", key)) == key


def test_an_invoice_is_read_from_a_sparse_record() -> None:
    record = {"entity": "10USACO", "posting_year": 2026, "daybook": "SI", "voucher": 318, "type": "NEVERSEEN"}
    invoice = SupplierInvoice.model_validate({**record, "original_credit": 0, "original_debit": Decimal("80.00")})
    assert (invoice.id, invoice.total, invoice.is_open) == ("10USACO/2026/SI/318", Decimal("80.00"), None)
    assert invoice.key == key_of(invoice.id)
    tolerant = SupplierInvoice.model_validate(
        {**record, "is_open": "true", "is_locked": "?", "posting_lines": None, "due_date": "", "new": 1}
    )
    assert (tolerant.is_open, tolerant.is_locked, tolerant.posting_lines, tolerant.total) == (True, None, (), None)
    assert Account.model_validate({"code": "6100", "currency": None}).currency == ""


def test_an_amount_that_was_a_float_is_not_believed() -> None:
    with pytest.raises(ValidationError):
        SupplierInvoice.model_validate(
            {"entity": "E", "posting_year": 2026, "daybook": "SI", "voucher": 1, "balance": 0.1}
        )
