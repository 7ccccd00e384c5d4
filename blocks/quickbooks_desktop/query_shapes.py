"""What we may ask QuickBooks Desktop: the content of each query of qbXML 13.0, in the order in which it must come."""

from blocks.quickbooks_desktop.fields import Field, Shape, days, flags, group, key, ref

_MOST = Field("MaxReturned", "count")
_KEPT = key("IncludeRetElement", 50, many=True)  # which fields to return; all if none is named
_OWNER = key("OwnerID", 38, many=True)
_CHANGED = (Field("FromModifiedDate", "moment"), Field("ToModifiedDate", "moment"))
_NAMED = (key("ListID", many=True), key("FullName", 209, many=True))
_ACTIVE = key("ActiveStatus", 12)
_NUMBERS = (
    key("TxnID", many=True),
    key("RefNumber", 20, many=True),
    key("RefNumberCaseSensitive", 20, many=True),
)
_CRITERION = key("MatchCriterion", 10, required=True)
_OF_ENTITIES = group("EntityFilter", key("ListID", many=True), key("FullName", 209, many=True))
_OF_ACCOUNTS = group("AccountFilter", key("ListID", many=True), key("FullName", 159, many=True))
_DOCUMENTS = (
    *_NUMBERS,
    _MOST,
    group("ModifiedDateRangeFilter", *_CHANGED),
    group("TxnDateRangeFilter", *days("FromTxnDate", "ToTxnDate")),
    _OF_ENTITIES,
    _OF_ACCOUNTS,
    group("RefNumberFilter", _CRITERION, key("RefNumber", 20, required=True)),
)
_LINES, _LINKS = flags("IncludeLineItems", "IncludeLinkedTxns")
_DELETED = group("DeletedDateRangeFilter", Field("FromDeletedDate", "moment"), Field("ToDeletedDate", "moment"))
_LIST = (*_NAMED, _MOST, _ACTIVE, *_CHANGED)

QUERIES: dict[str, Shape] = {
    "HostQuery": (_KEPT,),
    "CompanyQuery": (_KEPT, _OWNER),
    "PreferencesQuery": (_KEPT,),
    "AccountQuery": (*_LIST, key("AccountType", 24, many=True), _KEPT, _OWNER),
    "ClassQuery": (*_LIST, _KEPT),
    "TermsQuery": (*_LIST, _KEPT),
    "VendorQuery": (
        *_LIST,
        group("NameFilter", _CRITERION, key("Name", 41, required=True)),
        _KEPT,
        _OWNER,
    ),
    "BillQuery": (*_DOCUMENTS, key("PaidStatus", 11), _LINES, _LINKS, _KEPT, _OWNER),
    "BillPaymentCheckQuery": (*_DOCUMENTS, _LINES, _KEPT, _OWNER),
    "BillPaymentCreditCardQuery": (*_DOCUMENTS, _LINES, _KEPT, _OWNER),
    "VendorCreditQuery": (*_DOCUMENTS, _LINES, _LINKS, _KEPT, _OWNER),
    "BillToPayQuery": (ref("PayeeEntityRef", 209, required=True), ref("APAccountRef", 159), *days("DueDate"), _KEPT),
    "TxnDeletedQuery": (key("TxnDelType", 30, required=True, many=True), _DELETED, _KEPT),
    "ListDeletedQuery": (key("ListDelType", 30, required=True, many=True), _DELETED, _KEPT),
}
ITERATED = frozenset(  # those that QuickBooks gives page by page; the attribute is a mistake anywhere else
    {"VendorQuery", "BillQuery", "BillPaymentCheckQuery", "BillPaymentCreditCardQuery", "VendorCreditQuery"}
)
