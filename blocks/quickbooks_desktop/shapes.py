"""What we send to QuickBooks Desktop: the content of each message of qbXML 13.0, in the order in which it must come.

Only fields that we use or may be told to use are here; what is not here cannot be sent by mistake.
"""

from blocks.quickbooks_desktop.fields import (
    Field,
    Shape,
    amount,
    days,
    either,
    flags,
    group,
    key,
    ref,
    texts,
)
from blocks.quickbooks_desktop.query_shapes import QUERIES

SEQUENCE = key("EditSequence", 16, required=True)
MARK = Field("ExternalGUID", "guid")
ADDRESS = texts(Addr1=41, Addr2=41, Addr3=41, Addr4=41, Addr5=41, City=31, State=21, PostalCode=13, Country=31, Note=41)
_VENDOR = (
    *flags("IsActive"),
    ref("ClassRef", 159),
    *texts(CompanyName=41, Salutation=15, FirstName=25, MiddleName=5, LastName=25, JobTitle=41),
    group("VendorAddress", *ADDRESS),
    group("ShipAddress", *ADDRESS),
    *texts(Phone=21, AltPhone=21, Fax=21),
    key("Email", 1023),
    key("Cc", 1023),
    *texts(Contact=41, AltContact=41, NameOnCheck=41),
    key("AccountNumber", 99),
    *texts(Notes=4095),
    ref("VendorTypeRef", 159),
    ref("TermsRef", 31),
    amount("CreditLimit"),
    key("VendorTaxIdent", 15),
    *flags("IsVendorEligibleFor1099"),
)
_PREFILLED = ref("PrefillAccountRef", 159, many=True)
_CURRENCY = ref("CurrencyRef", 64)
_DOCUMENT = (
    group("VendorAddress", *ADDRESS),
    ref("APAccountRef", 159),
    *days("TxnDate", "DueDate"),
    key("RefNumber", 20),
    ref("TermsRef", 31),
    *texts(Memo=4095),
    Field("ExchangeRate", "number"),
)
_LINE = (
    ref("AccountRef", 159),
    amount("Amount"),
    *texts(Memo=4095),
    ref("CustomerRef", 209),
    ref("ClassRef", 159),
    key("BillableStatus", 13),
)
_LINE_ID = key("TxnLineID", required=True)
_TXN_ID = key("TxnID", required=True)
_NUMBER = (Field("IsToBePrinted", "flag", choice="number"), key("RefNumber", 11, choice="number"))

ADDS: dict[str, Shape] = {
    "VendorAdd": (key("Name", 41, required=True), *_VENDOR, MARK, _PREFILLED, _CURRENCY),
    "BillAdd": (ref("VendorRef", 41, required=True), *_DOCUMENT, MARK, group("ExpenseLineAdd", *_LINE, many=True)),
    "BillPaymentCheckAdd": (
        ref("PayeeEntityRef", 209, required=True),
        ref("APAccountRef", 159),
        *days("TxnDate"),
        ref("BankAccountRef", 159, required=True),
        *_NUMBER,
        *texts(Memo=4095),
        Field("ExchangeRate", "number"),
        MARK,
        group("AppliedToTxnAdd", _TXN_ID, amount("PaymentAmount"), required=True, many=True),
    ),
    "AccountAdd": (
        key("Name", 31, required=True),
        *flags("IsActive"),
        ref("ParentRef", 159),
        key("AccountType", 24, required=True),
        key("AccountNumber", 7),
        *texts(Desc=200),
    ),
}
MODS: dict[str, Shape] = {
    "VendorMod": (
        key("ListID", required=True), SEQUENCE, key("Name", 41), *_VENDOR, _PREFILLED, _CURRENCY,
    ),
    "BillMod": (
        _TXN_ID, SEQUENCE, ref("VendorRef", 41), *_DOCUMENT,
        *flags("ClearExpenseLines"),
        group("ExpenseLineMod", _LINE_ID, *_LINE, many=True),
        *flags("ClearItemLines"),
        either("ItemLines", group("ItemLineMod", _LINE_ID), group("ItemGroupLineMod", _LINE_ID)),
    ),
    "BillPaymentCheckMod": (
        _TXN_ID, SEQUENCE, *days("TxnDate"), ref("BankAccountRef", 159), amount("Amount"),
        Field("ExchangeRate", "number"),
        *(field._replace(choice="") for field in _NUMBER),
        *texts(Memo=4095),
        group("AppliedToTxnMod", _TXN_ID, amount("PaymentAmount"), many=True),
    ),
}  # fmt: skip
REMOVALS: dict[str, Shape] = {
    "TxnDel": (key("TxnDelType", 30, required=True), _TXN_ID),
    "TxnVoid": (key("TxnVoidType", 30, required=True), _TXN_ID),
    "ListDel": (key("ListDelType", 30, required=True), key("ListID", required=True)),
}
MESSAGES: dict[str, Shape] = {**ADDS, **MODS, **REMOVALS, **QUERIES}
WRAPPED = frozenset({*ADDS, *MODS})  # the body stands in an element of the message's own name
