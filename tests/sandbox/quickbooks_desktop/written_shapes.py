"""What the requests that write may hold, in order.

Source: qbXML 13.0, US edition.
"""

ADDRESS = (
    "Addr1:41 Addr2:41 Addr3:41 Addr4:41 Addr5:41 City:31 State:21 PostalCode:13 Country:31 Note:41"  # also in the Rets
)
_CONTACTS = "AdditionalContactRef*{ContactName!:40 ContactValue!:255}~12"
_PERSON = "Salutation:15 FirstName!:25 MiddleName:5 LastName:25 JobTitle:41"
_VENDOR = f"""
  IsActive:BOOL ClassRef@159~12 CompanyName:41 Salutation:15 FirstName:25 MiddleName:5 LastName:25 JobTitle:41~12
  VendorAddress{{{ADDRESS}}} ShipAddress{{{ADDRESS}}}~11 Phone:21 AltPhone:21 Fax:21 Email:1023 Cc:1023~12 Contact:41
  AltContact:41 {_CONTACTS}
"""
_PAYING = """
  VendorTypeRef@159 TermsRef@31 CreditLimit:AMT VendorTaxIdent:15 IsVendorEligibleFor1099:BOOL
"""
VENDOR_ADD = f"""
  Name!:41 {_VENDOR} Contacts*{{{_PERSON} {_CONTACTS}}}~12 NameOnCheck:41 AccountNumber:99 Notes:4095
  AdditionalNotes*{{Note!:4095}}~12 {_PAYING} OpenBalance:AMT OpenBalanceDate:DATE BillingRateRef@31~6
  ExternalGUID:GUID~8 PrefillAccountRef*@159~8 CurrencyRef@64~8
"""
VENDOR_MOD = f"""
  ListID!:ID EditSequence!:EDIT Name:41 {_VENDOR}
  ContactsMod*{{ListID!:ID EditSequence!:EDIT {_PERSON} {_CONTACTS}}}~12 NameOnCheck:41 AccountNumber:99 Notes:4095
  AdditionalNotesMod*{{NoteID!:INT Note!:4095}}~12 {_PAYING} BillingRateRef@31~6 PrefillAccountRef*@159~8
  CurrencyRef@64~8
"""
ACCOUNT_ADD = """
  Name!:31 IsActive:BOOL ParentRef@159 AccountType!:AccountType AccountNumber:7 BankNumber:25 Desc:200 OpenBalance:AMT
  OpenBalanceDate:DATE TaxLineID:INT CurrencyRef@64~8
"""

_DATA = "DataExt*{OwnerID!:GUID DataExtName!:31 DataExtValue!}"
_BILLED = "CustomerRef@209 ClassRef@159 BillableStatus:BillableStatus"
_EXPENSE = f"AccountRef@159 Amount:AMT Memo:4095 {_BILLED} SalesRepRef@5~13"
_SITE = "InventorySiteRef@31~10 InventorySiteLocationRef@31~12"
_ITEM = f"""
  {_SITE} (SerialNumber:4095 | LotNumber:40) Desc:4095 Quantity:QUAN UnitOfMeasure:31 Cost:PRICE Amount:AMT {_BILLED}
  OverrideItemAccountRef@159
"""
_LINES_ADD = f"""
  ExpenseLineAdd*{{{_EXPENSE} {_DATA}~13}}
  (ItemLineAdd*{{ItemRef@159 {_ITEM} LinkToTxn{{TxnID!:ID TxnLineID!:ID}}~4 SalesRepRef@5~13 {_DATA}~13}}
  | ItemGroupLineAdd*{{ItemGroupRef!@31 Quantity:QUAN UnitOfMeasure:31~7 {_SITE} {_DATA}}})*
"""
_LINES_MOD = f"""
  ClearExpenseLines:BOOL ExpenseLineMod*{{TxnLineID!:ID {_EXPENSE}}} ClearItemLines:BOOL
  (ItemLineMod*{{TxnLineID!:ID ItemRef@159 {_ITEM} SalesRepRef@5~13}}
  | ItemGroupLineMod*{{TxnLineID!:ID ItemGroupRef@31 Quantity:QUAN UnitOfMeasure:31 ItemLineMod*{{TxnLineID!:ID}}}})*
"""
BILL_ADD = f"""
  VendorRef!@41 VendorAddress{{{ADDRESS}}}~13 APAccountRef@159 TxnDate:DATE DueDate:DATE RefNumber:20 TermsRef@31
  Memo:4095 ExchangeRate:NUMBER~8 ExternalGUID:GUID~9 LinkToTxnID*:ID~4 {_LINES_ADD}
"""
BILL_MOD = f"""
  TxnID!:ID EditSequence!:EDIT VendorRef@41 VendorAddress{{{ADDRESS}}}~13 APAccountRef@159 TxnDate:DATE DueDate:DATE
  RefNumber:20 TermsRef@31 Memo:4095 ExchangeRate:NUMBER~8 {_LINES_MOD}
"""
VENDOR_CREDIT_ADD = f"""
  VendorRef!@41 APAccountRef@159 TxnDate:DATE RefNumber:20 Memo:4095 ExchangeRate:NUMBER~8 ExternalGUID:GUID~9
  {_LINES_ADD}
"""

_APPLIED = """
  TxnID!:ID PaymentAmount:AMT SetCredit*{CreditTxnID!:ID AppliedAmount!:AMT Override:BOOL~10} DiscountAmount:AMT
  DiscountAccountRef@159 DiscountClassRef@159~11
"""
_PAYMENT = "Memo:4095 ExchangeRate:NUMBER~8 ExternalGUID:GUID~9"
BILL_PAYMENT_CHECK_ADD = f"""
  PayeeEntityRef!@209 APAccountRef@159 TxnDate:DATE BankAccountRef!@159 (IsToBePrinted!:BOOL | RefNumber!:11)!
  {_PAYMENT} AppliedToTxnAdd!*{{{_APPLIED}}}
"""
BILL_PAYMENT_CHECK_MOD = f"""
  TxnID!:ID EditSequence!:EDIT TxnDate:DATE BankAccountRef@159 Amount:AMT ExchangeRate:NUMBER~8
  (IsToBePrinted!:BOOL | RefNumber!:11) Memo:4095 AppliedToTxnMod*{{{_APPLIED}}}
"""
BILL_PAYMENT_CREDIT_CARD_ADD = f"""
  PayeeEntityRef!@209 APAccountRef@159 TxnDate:DATE CreditCardAccountRef!@159 RefNumber:11 {_PAYMENT}
  AppliedToTxnAdd!*{{{_APPLIED}}}
"""
TXN_DEL = "TxnDelType!:TxnDelType TxnID!:ID"
TXN_VOID = "TxnVoidType!:TxnVoidType TxnID!:ID"
LIST_DEL = "ListDelType!:ListDelType ListID!:ID"
