"""The messages that this QuickBooks knows: what each may hold, and what it does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from tests.sandbox.quickbooks_desktop import asked_shapes as asked
from tests.sandbox.quickbooks_desktop import bills, lists, payments, removal, special_queries, vendors
from tests.sandbox.quickbooks_desktop import written_shapes as shapes
from tests.sandbox.quickbooks_desktop.answers import Answer, Asking, check_elements, plain, written
from tests.sandbox.quickbooks_desktop.books import Books
from tests.sandbox.quickbooks_desktop.kinds import KINDS
from tests.sandbox.quickbooks_desktop.notation import Sequence, sequence
from tests.sandbox.quickbooks_desktop.queries import query
from tests.sandbox.quickbooks_desktop.reading import Record
from tests.sandbox.quickbooks_desktop.refusals import Refusal
from tests.sandbox.quickbooks_desktop.returned_shapes import LIST_DELETED, TXN_DELETED, TXN_VOIDED
from tests.sandbox.quickbooks_desktop.views import view

Act = Callable[[Asking, Record], Answer]
_TXN_DELETED, _LIST_DELETED, _TXN_VOIDED = sequence(TXN_DELETED), sequence(LIST_DELETED), sequence(TXN_VOIDED)


@dataclass(frozen=True)
class Message:
    """One message, without the Rq or Rs of its element."""

    name: str
    content: Sequence
    act: Act
    attributes: frozenset[str] = frozenset()  # of the request, besides requestID

    @property
    def writes(self) -> bool:
        """Tells whether it changes the company file."""
        return not self.name.endswith("Query")


def _write(kind: str, verb: str, shape: str, save: Callable[[Books, Record], Record]) -> Message:
    inner = f"{kind}{verb}"

    def act(asking: Asking, draft: Record) -> Answer:
        only = draft.get("IncludeRetElement", [])
        check_elements(asking.books, [KINDS[kind].ret], only)
        try:
            record = save(asking.books, draft[inner])
        except Refusal as refusal:
            raise _with_current(asking.books, kind, draft[inner], refusal) from None
        return written(asking.books, kind, record, only)

    return Message(inner, sequence(f"{inner}!{{{shape}}} {asked.RET_ELEMENTS}"), act)


def _with_current(books: Books, kind: str, draft: Record, refusal: Refusal) -> Refusal:
    """Returns the refusal, a stale one with the object as it is now where a switch says so."""
    if refusal.code == 3200 and books.switches.stale_reply_has_ret:
        key = KINDS[kind].key
        refusal.body = written(books, kind, books.rows(kind)[draft[key]], []).body
    return refusal


def _query(name: str, shape: str, *kinds: str, iterator: bool = True) -> Message:
    def act(asking: Asking, draft: Record) -> Answer:
        return query(asking, kinds or (name,), draft)

    attributes = {"metaData", *(("iterator", "iteratorID") if iterator else ())}
    return Message(f"{name}Query", sequence(shape), act, frozenset(attributes))


def _special(name: str, shape: str, act: Act, metadata: bool = False) -> Message:
    return Message(name, sequence(shape), act, frozenset({"metaData"} if metadata else ()))


def _delete(asking: Asking, draft: Record, *, what: str, key: str, content: Sequence) -> Answer:
    gone = removal.delete(asking.books, draft[f"{what}DelType"], draft[key])
    told = special_queries.deletion(gone)
    told.pop("TimeCreated")
    body = plain(asking.books, "x", content, told, []).removeprefix("<x>").removesuffix("</x>")
    return Answer(body, kind=gone.kind, identity={key: gone.id})


def _void(asking: Asking, draft: Record) -> Answer:
    kind = draft["TxnVoidType"]
    record = removal.void(asking.books, kind, draft["TxnID"])
    told = {"TxnVoidType": kind, **view(asking.books, kind, record)}
    body = plain(asking.books, "x", _TXN_VOIDED, told, []).removeprefix("<x>").removesuffix("</x>")
    identity = {name: record[name] for name in ("TxnID", "TxnNumber", "EditSequence")}
    return Answer(body, kind=kind, identity=identity)


_ALL = (
    _special("HostQuery", asked.HOST_QUERY, special_queries.host),
    _special("CompanyQuery", asked.COMPANY_QUERY, special_queries.company),
    _special("PreferencesQuery", asked.PREFERENCES_QUERY, special_queries.preferences),
    _write("Vendor", "Add", shapes.VENDOR_ADD, vendors.add_vendor),
    _write("Vendor", "Mod", shapes.VENDOR_MOD, vendors.modify_vendor),
    _query("Vendor", asked.VENDOR_QUERY),
    _query("Customer", asked.CUSTOMER_QUERY),
    _write("Account", "Add", shapes.ACCOUNT_ADD, lists.add_account),
    _query("Account", asked.ACCOUNT_QUERY, iterator=False),
    _query("Class", asked.CLASS_QUERY, iterator=False),
    _query("Terms", asked.TERMS_QUERY, "StandardTerms", "DateDrivenTerms", iterator=False),
    _query("StandardTerms", asked.TERMS_QUERY, iterator=False),
    _write("Bill", "Add", shapes.BILL_ADD, bills.add_bill),
    _write("Bill", "Mod", shapes.BILL_MOD, bills.modify_bill),
    _query("Bill", asked.BILL_QUERY),
    _write("VendorCredit", "Add", shapes.VENDOR_CREDIT_ADD, bills.add_vendor_credit),
    _query("VendorCredit", asked.VENDOR_CREDIT_QUERY),
    _write("BillPaymentCheck", "Add", shapes.BILL_PAYMENT_CHECK_ADD, payments.add_check),
    _write("BillPaymentCheck", "Mod", shapes.BILL_PAYMENT_CHECK_MOD, payments.modify_check),
    _query("BillPaymentCheck", asked.PAYMENT_QUERY),
    _write("BillPaymentCreditCard", "Add", shapes.BILL_PAYMENT_CREDIT_CARD_ADD, payments.add_credit_card),
    _query("BillPaymentCreditCard", asked.PAYMENT_QUERY),
    _special("BillToPayQuery", asked.BILL_TO_PAY_QUERY, special_queries.bills_to_pay, metadata=True),
    _special("TxnDeletedQuery", asked.TXN_DELETED_QUERY, special_queries.deleted, metadata=True),
    _special("ListDeletedQuery", asked.LIST_DELETED_QUERY, special_queries.deleted, metadata=True),
    _special("TxnDel", shapes.TXN_DEL, partial(_delete, what="Txn", key="TxnID", content=_TXN_DELETED)),
    _special("TxnVoid", shapes.TXN_VOID, _void),
    _special("ListDel", shapes.LIST_DEL, partial(_delete, what="List", key="ListID", content=_LIST_DELETED)),
)
MESSAGES: Mapping[str, Message] = {message.name: message for message in _ALL}
