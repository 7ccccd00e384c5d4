"""What the requests that ask may hold, in order.

Source: qbXML 13.0, US edition.
"""

RET_ELEMENTS = "IncludeRetElement*:50"
OWNERS = "OwnerID*:GUID"
_NAMES = "(NameFilter{MatchCriterion!:MatchCriterion Name!} | NameRangeFilter{FromName ToName})"
_LIST = f"MaxReturned:INT ActiveStatus:ActiveStatus FromModifiedDate:TIME ToModifiedDate:TIME {_NAMES}"
_TREE = "(ListID*:ID | FullName* | ListIDWithChildren:ID | FullNameWithChildren)!"
_CURRENCY = "CurrencyFilter{(ListID*:ID | FullName*)!}~8"
_BALANCE = "TotalBalanceFilter{Operator!:Operator Amount!:AMT}~10"


def _list(more: str = "", tail: str = "") -> str:
    return f"(ListID*:ID | FullName* | {_LIST} {more}) {RET_ELEMENTS} {tail}"


VENDOR_QUERY = _list(f"{_BALANCE} {_CURRENCY} ClassFilter{{{_TREE}}}~12", OWNERS)
CUSTOMER_QUERY = _list(f"{_BALANCE} {_CURRENCY} ClassFilter{{{_TREE}}}~12", OWNERS)
ACCOUNT_QUERY = _list(f"AccountType*:AccountType {_CURRENCY}", OWNERS)
CLASS_QUERY = TERMS_QUERY = _list()

_REF_NUMBERS = """
  (RefNumberFilter{MatchCriterion!:MatchCriterion RefNumber!} | RefNumberRangeFilter{FromRefNumber ToRefNumber})
"""
_DATES = """
  (ModifiedDateRangeFilter{FromModifiedDate:TIME ToModifiedDate:TIME}
  | TxnDateRangeFilter{(FromTxnDate:DATE ToTxnDate:DATE | DateMacro:DateMacro)})
"""
_TRANSACTIONS = f"MaxReturned:INT {_DATES} EntityFilter{{{_TREE}}} AccountFilter{{{_TREE}}} {_REF_NUMBERS} {_CURRENCY}"


def _transactions(more: str = "", tail: str = "") -> str:
    chosen = f"(TxnID*:ID | RefNumber* | RefNumberCaseSensitive* | {_TRANSACTIONS} {more})"
    return f"{chosen} IncludeLineItems:BOOL {tail} {RET_ELEMENTS} {OWNERS}"


BILL_QUERY = _transactions("PaidStatus:PaidStatus", "IncludeLinkedTxns:BOOL")
PAYMENT_QUERY = _transactions()
VENDOR_CREDIT_QUERY = _transactions(tail="IncludeLinkedTxns:BOOL")
BILL_TO_PAY_QUERY = f"PayeeEntityRef!@209 APAccountRef@159 DueDate:DATE {_CURRENCY} {RET_ELEMENTS}"

_DELETED = "DeletedDateRangeFilter{FromDeletedDate:TIME ToDeletedDate:TIME}"
TXN_DELETED_QUERY = f"TxnDelType!*:TxnDelType {_DELETED} {RET_ELEMENTS}"
LIST_DELETED_QUERY = f"ListDelType!*:ListDelType {_DELETED} {RET_ELEMENTS}"
COMPANY_QUERY = f"{RET_ELEMENTS} {OWNERS}"
HOST_QUERY = PREFERENCES_QUERY = RET_ELEMENTS
