"""What answers hold, in order; a value that is empty is left out.

Source: qbXML 13.0, US edition.
"""

from tests.sandbox.quickbooks_desktop.written_shapes import ADDRESS

_SAVED = "TimeCreated TimeModified EditSequence"
_DATA = "DataExtRet*{OwnerID DataExtName DataExtType DataExtValue}"
_BLOCK = "{Addr1 Addr2 Addr3 Addr4 Addr5}"
_CONTACTS = "AdditionalContactRef*{ContactName ContactValue}"
_PERSON = "Salutation FirstName MiddleName LastName JobTitle"
VENDOR = f"""
  ListID {_SAVED} Name IsActive:BOOL ClassRef@0 CompanyName {_PERSON} VendorAddress{{{ADDRESS}}}
  VendorAddressBlock{_BLOCK} ShipAddress{{{ADDRESS}}} Phone AltPhone Fax Email Cc Contact AltContact {_CONTACTS}
  ContactsRet*{{ListID {_SAVED} Contact {_PERSON} {_CONTACTS}}} NameOnCheck AccountNumber Notes
  AdditionalNotesRet*{{NoteID:INT Date:DATE Note}} VendorTypeRef@0 TermsRef@0 CreditLimit:AMT VendorTaxIdent
  IsVendorEligibleFor1099:BOOL Balance:AMT BillingRateRef@0 ExternalGUID PrefillAccountRef*@0 CurrencyRef@0 {_DATA}
"""
CUSTOMER = f"ListID {_SAVED} Name FullName IsActive:BOOL ParentRef@0 Sublevel:INT CompanyName Balance:AMT"
ACCOUNT = f"""
  ListID {_SAVED} Name FullName IsActive:BOOL ParentRef@0 Sublevel:INT AccountType SpecialAccountType AccountNumber
  BankNumber Desc Balance:AMT TotalBalance:AMT CashFlowClassification CurrencyRef@0 {_DATA}
"""
CLASS = f"ListID {_SAVED} Name FullName IsActive:BOOL ParentRef@0 Sublevel:INT"
STANDARD_TERMS = (
    f"ListID {_SAVED} Name IsActive:BOOL StdDueDays:INT StdDiscountDays:INT DiscountPct:NUMBER"  # days after TxnDate
)
DATE_DRIVEN_TERMS = f"""
  ListID {_SAVED} Name IsActive:BOOL DayOfMonthDue:INT DueNextMonthDays:INT DiscountDayOfMonth:INT DiscountPct:NUMBER
"""
NAMED = f"ListID {_SAVED} Name IsActive:BOOL"

_LINKED = "LinkedTxn*{TxnID TxnType TxnDate:DATE RefNumber LinkType Amount:AMT}"
_BILLED = "CustomerRef@0 ClassRef@0 BillableStatus"
_LINES = f"""
  ExpenseLineRet*{{TxnLineID AccountRef@0 Amount:AMT Memo {_BILLED} SalesRepRef@0}}
  ItemLineRet*{{TxnLineID ItemRef@0 Desc Quantity:QUAN UnitOfMeasure Cost:PRICE Amount:AMT {_BILLED}}}
"""
_NUMBERED = f"TxnID {_SAVED} TxnNumber:INT"
BILL = f"""
  {_NUMBERED} VendorRef@0 VendorAddress{{{ADDRESS}}} APAccountRef@0 TxnDate:DATE DueDate:DATE AmountDue:AMT
  CurrencyRef@0 ExchangeRate:NUMBER AmountDueInHomeCurrency:AMT RefNumber TermsRef@0 Memo IsPaid:BOOL ExternalGUID
  {_LINKED} {_LINES} OpenAmount:AMT {_DATA}
"""
VENDOR_CREDIT = f"""
  {_NUMBERED} VendorRef@0 APAccountRef@0 TxnDate:DATE CreditAmount:AMT CurrencyRef@0 ExchangeRate:NUMBER
  CreditAmountInHomeCurrency:AMT RefNumber Memo ExternalGUID {_LINKED} {_LINES} OpenAmount:AMT {_DATA}
"""
_APPLIED = f"""
  AppliedToTxnRet*{{TxnID TxnType TxnDate:DATE RefNumber BalanceRemaining:AMT Amount:AMT DiscountAmount:AMT
  DiscountAccountRef@0 DiscountClassRef@0 {_LINKED}}} {_DATA}
"""
_PAID = "Amount:AMT CurrencyRef@0 ExchangeRate:NUMBER AmountInHomeCurrency:AMT RefNumber Memo"
BILL_PAYMENT_CHECK = f"""
  {_NUMBERED} PayeeEntityRef@0 APAccountRef@0 TxnDate:DATE BankAccountRef@0 {_PAID} Address{{{ADDRESS}}}
  AddressBlock{_BLOCK} IsToBePrinted:BOOL ExternalGUID {_APPLIED}
"""
BILL_PAYMENT_CREDIT_CARD = f"""
  {_NUMBERED} PayeeEntityRef@0 APAccountRef@0 TxnDate:DATE CreditCardAccountRef@0 {_PAID} ExternalGUID {_APPLIED}
"""

_PAYABLE = "TxnID TxnType APAccountRef@0 TxnDate:DATE RefNumber"
BILL_TO_PAY = f"""
  BillToPay{{{_PAYABLE} DueDate:DATE AmountDue:AMT CurrencyRef@0 ExchangeRate:NUMBER AmountDueInHomeCurrency:AMT}}
  CreditToApply{{{_PAYABLE} CreditRemaining:AMT CurrencyRef@0 ExchangeRate:NUMBER CreditRemainingInHomeCurrency:AMT}}
"""
TXN_DELETED = "TxnDelType TxnID TimeCreated TimeDeleted RefNumber"
LIST_DELETED = "ListDelType ListID TimeCreated TimeDeleted FullName"
TXN_VOIDED = "TxnVoidType TxnID TimeCreated TimeModified RefNumber"
RECOVERY = "ListID TxnID TxnNumber:INT EditSequence ExternalGUID"
HOST = """
  ProductName MajorVersion MinorVersion Country SupportedQBXMLVersion* IsAutomaticLogin:BOOL QBFileMode
"""
COMPANY = f"""
  IsSampleCompany:BOOL CompanyName LegalCompanyName FirstMonthFiscalYear FirstMonthIncomeTaxYear TaxForm {_DATA}
"""
PREFERENCES = """
  AccountingPreferences{IsUsingAccountNumbers:BOOL IsRequiringAccounts:BOOL IsUsingClassTracking:BOOL
    IsUsingAuditTrail:BOOL IsAssigningJournalEntryNumbers:BOOL ClosingDate:DATE}
  MultiCurrencyPreferences{IsMultiCurrencyOn:BOOL HomeCurrencyRef@0}
  PurchasesAndVendorsPreferences{IsUsingInventory:BOOL DaysBillsAreDue:INT IsAutomaticallyUsingDiscounts:BOOL}
"""
