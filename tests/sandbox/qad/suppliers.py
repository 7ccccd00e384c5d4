"""Business relations and suppliers, whose domain part QAD makes by itself."""

from decimal import Decimal

from tests.sandbox.qad.books import (
    CREDIT_TERMS,
    CURRENCIES,
    DAYBOOK_SETS,
    GL_PROFILES,
    SITES,
    SUPPLIER_SET,
    WORKSPACES,
    Books,
)
from tests.sandbox.qad.entity import Browse, Entity
from tests.sandbox.qad.ledger import BROWSE
from tests.sandbox.qad.wire import Record

PROFILES = {
    "invoiceControlGLProfileCode": "AP-CTRL", "creditNoteControlGLProfileCode": "AP-CRED",
    "prePaymentControlGLProfileCode": "AP-PREP", "purchaseAccountGLProfileCode": "AP-PURCH",
}  # fmt: skip

HEAD_OFFICE = {  # field of the supplier -> field of its business relation
    "businessRelationName": "businessRelationName1", "businessRelationName2": "businessRelationName2",
    "businessRelationName3": "businessRelationName3", "addressName": "businessRelationName1",
    "street1": "headOfficeStreet1", "street2": "headOfficeStreet2", "street3": "headOfficeStreet3",
    "city": "headOfficeCity", "zipCode": "headOfficeZipCode", "stateCode": "headOfficeStateCode",
    "countryCode": "headOfficeCountryCode", "languageCode": "languageCode",
}  # fmt: skip

CLASSIC = {
    "vd_mstr.vd_addr": "supplierCode", "vd_mstr.vd_sort": "addressSearchName", "vd_mstr.vd_curr": "currencyCode",
    "vd_mstr.vd_cr_terms": "creditTermsCode", "vd_mstr.vd_type": "supplierTypeCode",
    "vd_mstr.vd_mod_date": "lastModifiedDate", "ad_mstr.ad_name": "addressName", "ad_mstr.ad_line1": "street1",
    "ad_mstr.ad_line2": "street2", "ad_mstr.ad_line3": "street3", "ad_mstr.ad_city": "city",
    "ad_mstr.ad_state": "stateCode", "ad_mstr.ad_zip": "zipCode", "ad_mstr.ad_ctry": "countryCode",
    "ad_mstr.ad_phone": "telephone",
}  # fmt: skip


def _complete_supplier(books: Books, supplier: Record) -> list[str]:
    _check_supplier(books, {}, supplier)
    relation = books.tables["businessRelationV2s"][supplier["businessRelationCode"]]
    for name, source in HEAD_OFFICE.items():
        supplier[name] = supplier[name] or relation[source]
    supplier["addressSearchName"] = supplier["addressSearchName"] or supplier["addressName"][:28]
    supplier["supplierID"] = books.next("supplierID")
    return []


def _check_supplier(books: Books, _before: Record, supplier: Record) -> None:
    relations = books.tables["businessRelationV2s"]
    books.require(relations, "businessRelationCode", supplier["businessRelationCode"], "Business relation")
    books.require(CURRENCIES, "currencyCode", supplier["currencyCode"], "Currency")
    books.require(CREDIT_TERMS, "creditTermsCode", supplier["creditTermsCode"], "Credit terms")
    statuses = books.tables["invoiceStatuss"]
    books.require(statuses, "invoiceStatusCode", supplier["invoiceStatusCode"], "Invoice status")
    for name in PROFILES:
        books.require(GL_PROFILES, name, supplier[name], "GL profile")


def add_domain_part(books: Books, supplier: Record) -> None:
    """Leaves a domain record, with blank site and daybook set, in each domain that shares the supplier."""
    for row in WORKSPACES.values():
        part = MFG_SUPPLIER.new({"domainContext": row["domainContext"], "supplierCode": supplier["supplierCode"]})
        books.tables["mfgSuppliers"][MFG_SUPPLIER.key(part)] = books.stamped(part, "qad")


def _check_domain_part(books: Books, _before: Record, part: Record) -> None:
    if part["siteCode"]:
        books.require(SITES, "siteCode", part["siteCode"], "Site")
    if part["daybookSetCode"]:
        books.require(DAYBOOK_SETS, "daybookSetCode", part["daybookSetCode"], "Daybook set")


def _complete_domain_part(books: Books, part: Record) -> list[str]:
    books.require(books.tables["supplierV2s"], "supplierCode", part["supplierCode"], "Supplier")
    _check_domain_part(books, {}, part)
    return []


BUSINESS_RELATION = Entity(
    resource="businessRelationV2s",
    interface="com.qad.base.address.IBusinessRelationV2",
    keys=("businessRelationCode",),
    blank={
        "businessRelationCode": "", "businessRelationName1": "", "businessRelationName2": "",
        "businessRelationName3": "", "businessRelationSearchName": "", "isActive": True, "languageCode": "",
        "headOfficeCountryCode": "", "headOfficeAddressTypeCode": "HEADOFFICE", "headOfficeStreet1": "",
        "headOfficeStreet2": "", "headOfficeStreet3": "", "headOfficeCity": "", "headOfficeStateCode": "",
        "headOfficeZipCode": "", "headOfficeTaxZone": "",
    },
    children={"addressV2s": {"addressTypeCode": "", "street1": "", "city": "", "zipCode": "", "countryCode": ""}},
    mandatory=("businessRelationCode", "businessRelationName1", "isActive", "languageCode", "headOfficeCountryCode"),
    limits={"businessRelationSearchName": 28},
)  # fmt: skip

SUPPLIER = Entity(
    resource="supplierV2s",
    interface="com.qad.base.supplier.ISupplierV2",
    keys=("sharedSetCode", "supplierCode"),
    fixed={"sharedSetCode": SUPPLIER_SET},
    blank={
        **dict.fromkeys(("supplierCode", "sharedSetCode", "businessRelationCode", "businessRelationName", "businessRelationName2", "businessRelationName3", "supplierTypeCode", "purchaseTypeCode", "corporateGroupCode", "addressName", "addressSearchName", "addressTypeCode", "street1", "street2", "street3", "city", "zipCode", "stateCode", "countryCode", "countyCode", "EMail", "telephone", "fax", "webSite", "languageCode", "currencyCode", "creditTermsCode", "invoiceStatusCode", *PROFILES, "subAccountProfileCode", "paymentGroupCode", "externalCustomerNumber", "taxZone", "taxClass", "taxUsage", "federalTax", "stateTax", "miscellaneousTax1", "miscellaneousTax2", "miscellaneousTax3", "taxIDFiscalCode", "EORINumber", "remittanceAddressTypeCode"), ""),  # noqa: E501
        **dict.fromkeys(("isIndividualPayments", "isPayBankCharge", "isCompensationAllowed", "isTaxableSupplier", "isTaxIncluded", "isTaxInCity", "isTaxReport", "isWithholdingTax", "isRemittanceRequired", "isSendRemittance"), False),  # noqa: E501
        "isActive": True, "supplierID": 0, "sharedSetID": 1,
    },
    children={name: {"code": "", "description": "", "amount": Decimal(0)} for name in (
        "supplierContactV2s", "remitSupplierContactV2s", "supplierSafDefaultV2s", "supplierVatV2s",
        "bankNumberRefV2s", "MDMBankNrSharedSets",
    )},
    mandatory=("supplierCode", "businessRelationCode", "isActive", "currencyCode", "creditTermsCode",
               "invoiceStatusCode", *PROFILES),
    limits={"supplierCode": 8, "addressSearchName": 28, "currencyCode": 3, "invoiceStatusCode": 20},
    read_only=frozenset({"supplierID", "sharedSetID"}),
    browses=(
        Browse(f"{BROWSE}.base.supplierV2s", prefix="supplierV2."),
        Browse("urn:browse:mfg:ad014", columns=CLASSIC),
    ),
    on_create=_complete_supplier,
    after_create=add_domain_part,
    on_update=_check_supplier,
)  # fmt: skip

MFG_SUPPLIER = Entity(
    resource="mfgSuppliers",
    interface="com.qad.base.supplier.IMfgSupplier",
    keys=("domainContext", "supplierCode"),
    blank={"domainContext": "", "supplierCode": "", "siteCode": "", "daybookSetCode": "", "shipViaCode": ""},
    mandatory=("domainContext", "supplierCode"),
    limits={"domainContext": 8, "supplierCode": 8, "siteCode": 8},
    on_create=_complete_domain_part,
    on_update=_check_domain_part,
)

PARTIES = (BUSINESS_RELATION, SUPPLIER, MFG_SUPPLIER)
