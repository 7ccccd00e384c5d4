"""The properties of each entity, as a request may send them.

Source: QuickBooks Online API reference, one page per entity; Finance.xsd of the PHP SDK.
"""

from collections.abc import Mapping

from tests.sandbox.quickbooks_online.fields import (
    DATE,
    FLAG,
    IGNORED,
    NUMBER,
    REF,
    Field,
    Fields,
    choice,
    group,
    rows,
    text,
)

UNHEARD_OF = "ZzNewInMinorVersion99"  # what `sprinkle` puts into answers; it may come back

_EVERY: Mapping[str, Field] = dict.fromkeys(
    ("Id", "SyncToken", "MetaData", "domain", "sparse", "status", "CustomExtensions", UNHEARD_OF), IGNORED
)
_LIST: Mapping[str, Field] = {**_EVERY, "Active": FLAG}
_LINKS = rows(TxnId=text(50), TxnType=text(50), TxnLineId=text(50))
_CUSTOM = rows(DefinitionId=text(10), Name=IGNORED, Type=text(20), StringValue=text(31))
_ADDRESS = group(
    Id=IGNORED, Line1=text(500), Line2=text(500), Line3=text(500), Line4=text(500), Line5=text(500), City=text(255),
    Country=text(255), CountryCode=text(255), CountrySubDivisionCode=text(255), PostalCode=text(30),
    Lat=IGNORED, Long=IGNORED, Note=text(1000),
)  # fmt: skip
_PHONE, _EMAIL, _SITE = group(FreeFormNumber=text(30)), group(Address=text(100)), group(URI=text(1000))
_BILLABLE = choice("Billable", "NotBillable", "HasBeenBilled")
_MARKUP = group(PercentBased=FLAG, Value=NUMBER, Percent=NUMBER, PriceLevelRef=REF, MarkUpIncomeAccountRef=REF)

_PERSON: Mapping[str, Field] = {
    "DisplayName": text(500), "Title": text(16), "GivenName": text(100), "MiddleName": text(100),
    "FamilyName": text(100), "Suffix": text(16), "CompanyName": text(100), "PrintOnCheckName": text(100),
    "PrimaryEmailAddr": _EMAIL, "PrimaryPhone": _PHONE, "AlternatePhone": _PHONE, "Mobile": _PHONE, "Fax": _PHONE,
    "WebAddr": _SITE, "BillAddr": _ADDRESS, "V4IDPseudonym": IGNORED,
}  # fmt: skip

VENDOR: Fields = {
    **_LIST, **_PERSON,
    "TaxIdentifier": text(20), "BusinessNumber": text(10), "GSTIN": text(15), "GSTRegistrationType": text(15),
    "AcctNum": text(100), "TermRef": REF, "APAccountRef": REF, "CurrencyRef": REF, "Vendor1099": FLAG,
    "T4AEligible": FLAG, "T5018Eligible": FLAG, "HasTPAR": FLAG, "TaxReportingBasis": text(20), "BillRate": NUMBER,
    "CostRate": NUMBER, "Balance": NUMBER, "VendorPaymentBankDetail": IGNORED,
    "OtherContactInfo": rows(Type=text(100), Telephone=_PHONE), "Source": text(50),
}  # fmt: skip

CUSTOMER: Fields = {
    **_LIST, **_PERSON,
    "ShipAddr": _ADDRESS, "Notes": text(2000), "Taxable": FLAG, "Balance": IGNORED, "BalanceWithJobs": IGNORED,
    "CurrencyRef": REF, "Job": FLAG, "FullyQualifiedName": IGNORED,
}  # fmt: skip

EMPLOYEE: Fields = {**_LIST, **_PERSON, "PrimaryAddr": _ADDRESS, "EmployeeNumber": text(100), "BillableTime": FLAG}

ACCOUNT_TYPES: Mapping[str, tuple[str, str]] = {  # type -> classification, subtype when none is given
    "Bank": ("Asset", "Checking"),
    "Accounts Receivable": ("Asset", "AccountsReceivable"),
    "Other Current Asset": ("Asset", "OtherCurrentAssets"),
    "Fixed Asset": ("Asset", "OtherFixedAssets"),
    "Other Asset": ("Asset", "OtherLongTermAssets"),
    "Accounts Payable": ("Liability", "AccountsPayable"),
    "Credit Card": ("Liability", "CreditCard"),
    "Other Current Liability": ("Liability", "OtherCurrentLiabilities"),
    "Long Term Liability": ("Liability", "OtherLongTermLiabilities"),
    "Equity": ("Equity", "RetainedEarnings"),
    "Income": ("Revenue", "SalesOfProductIncome"),
    "Cost of Goods Sold": ("Expense", "SuppliesMaterialsCogs"),
    "Expense": ("Expense", "OfficeGeneralAdministrativeExpenses"),
    "Other Income": ("Revenue", "OtherMiscellaneousIncome"),
    "Other Expense": ("Expense", "OtherMiscellaneousExpense"),
    "Non-Posting": ("Expense", "OtherMiscellaneousServiceCost"),
}

ACCOUNT: Fields = {
    **_LIST,
    "Name": text(100), "AcctNum": text(7), "AccountType": choice(*ACCOUNT_TYPES), "AccountSubType": text(100),
    "Classification": IGNORED, "SubAccount": FLAG, "ParentRef": REF, "FullyQualifiedName": IGNORED,
    "Description": text(100), "CurrencyRef": REF, "CurrentBalance": IGNORED, "CurrentBalanceWithSubAccounts": IGNORED,
    "TaxCodeRef": REF,
}  # fmt: skip

CLASS: Fields = {**_LIST, "Name": text(100), "ParentRef": REF, "SubClass": FLAG, "FullyQualifiedName": IGNORED}

DEPARTMENT: Fields = {
    **_LIST, "Name": text(100), "ParentRef": REF, "SubDepartment": FLAG, "FullyQualifiedName": IGNORED,
}  # fmt: skip

TERM: Fields = {
    **_LIST,
    "Name": text(31), "Type": choice("STANDARD", "DATE_DRIVEN"), "DueDays": NUMBER, "DayOfMonthDue": NUMBER,
    "DiscountPercent": NUMBER, "DiscountDays": NUMBER, "DueNextMonthDays": NUMBER,
}  # fmt: skip

ITEM: Fields = {
    **_LIST,
    "Name": text(100), "Type": choice("Inventory", "Service", "NonInventory", "Category", "Group"),
    "ExpenseAccountRef": REF, "IncomeAccountRef": REF, "AssetAccountRef": REF, "InvStartDate": DATE,
    "QtyOnHand": NUMBER, "TrackQtyOnHand": FLAG, "PurchaseDesc": text(1000), "Description": text(4000),
    "Sku": text(100), "PurchaseCost": NUMBER, "UnitPrice": NUMBER, "PrefVendorRef": REF, "ParentRef": REF,
    "SubItem": FLAG, "FullyQualifiedName": IGNORED, "Taxable": FLAG,
}  # fmt: skip

_DETAIL: Mapping[str, Field] = {
    "ClassRef": REF, "CustomerRef": REF, "BillableStatus": _BILLABLE, "TaxCodeRef": REF, "TaxAmount": NUMBER,
    "TaxInclusiveAmt": NUMBER, "MarkupInfo": _MARKUP,
}  # fmt: skip

ORDER_STATUS = choice("Open", "Closed")

_EXPENSE_LINE = rows(
    Id=text(50), LineNum=NUMBER, Description=text(4000), Amount=NUMBER, Received=IGNORED, CustomExtensions=IGNORED,
    DetailType=text(50), LinkedTxn=_LINKS, CustomField=_CUSTOM,
    AccountBasedExpenseLineDetail=group(AccountRef=REF, **_DETAIL),
    ItemBasedExpenseLineDetail=group(ItemRef=REF, Qty=NUMBER, UnitPrice=NUMBER, PriceLevelRef=REF, **_DETAIL),
)  # fmt: skip

_TRANSACTION: Mapping[str, Field] = {
    **_EVERY,
    "VendorRef": REF, "APAccountRef": REF, "CurrencyRef": REF, "ExchangeRate": NUMBER, "TxnDate": DATE,
    "DocNumber": text(21), "PrivateNote": text(4000), "DepartmentRef": REF, "TotalAmt": IGNORED,
    "LinkedTxn": IGNORED, "RecurDataRef": IGNORED, "AttachableRef": IGNORED, "TransactionLocationType": text(100),
}  # fmt: skip

_PURCHASE: Mapping[str, Field] = {
    **_TRANSACTION,
    "DueDate": DATE, "SalesTermRef": REF, "TxnTaxDetail": IGNORED, "VendorAddr": _ADDRESS, "Line": _EXPENSE_LINE,
    "GlobalTaxCalculation": choice("TaxExcluded", "TaxInclusive", "NotApplicable"),
}  # fmt: skip

PURCHASE_ORDER: Fields = {
    **_PURCHASE,
    "POStatus": ORDER_STATUS, "Memo": text(4000), "ClassRef": REF, "ShipAddr": _ADDRESS, "ShipTo": REF,
    "ShipMethodRef": REF, "POEmail": _EMAIL, "EmailStatus": choice("NotSet", "NeedToSend", "EmailSent"),
    "CustomField": _CUSTOM, "TaxCodeRef": REF,
}  # fmt: skip

BILL: Fields = {**_PURCHASE, "Balance": IGNORED, "HomeBalance": IGNORED, "IncludeInAnnualTPAR": FLAG}

BILL_PAYMENT: Fields = {
    **_TRANSACTION,
    "TotalAmt": NUMBER, "PayType": choice("Check", "CreditCard"), "ProcessBillPayment": FLAG,
    "CheckPayment": group(BankAccountRef=REF, PrintStatus=choice("NotSet", "NeedToPrint", "PrintComplete")),
    "CreditCardPayment": group(CCAccountRef=REF),
    "Line": rows(Id=text(50), LineNum=NUMBER, Amount=NUMBER, LinkedTxn=_LINKS, LineEx=IGNORED),
}  # fmt: skip
