"""A chart of accounts, departments, locations and classes such as a contract manufacturer keeps; plain data."""

CHART: list[dict[str, str]] = [
    {"number": number, "name": name, "type": kind}
    for number, name, kind in (
        ("1010", "Operating Bank Account", "BANK"),
        ("1200", "Trade Receivables", "ACCOUNTS_RECEIVABLE"),
        ("1310", "Raw Material Inventory", "OTHER_CURRENT_ASSET"),
        ("1320", "Work in Process", "OTHER_CURRENT_ASSET"),
        ("1330", "Finished Goods", "OTHER_CURRENT_ASSET"),
        ("1340", "Customer-Owned Tooling", "OTHER_CURRENT_ASSET"),
        ("1400", "Prepaid Expenses", "OTHER_CURRENT_ASSET"),
        ("1510", "Machinery and Equipment", "FIXED_ASSET"),
        ("1520", "Tools, Dies and Fixtures", "FIXED_ASSET"),
        ("1530", "Computer Equipment", "FIXED_ASSET"),
        ("1700", "Long-Term Deposits", "OTHER_ASSET"),
        ("2010", "Trade Payables", "ACCOUNTS_PAYABLE"),
        ("2050", "Goods Received Not Invoiced", "OTHER_CURRENT_LIABILITY"),
        ("2110", "Corporate Card", "CREDIT_CARD"),
        ("2200", "Accrued Freight", "OTHER_CURRENT_LIABILITY"),
        ("2600", "Equipment Loan", "LONG_TERM_LIABILITY"),
        ("3000", "Retained Earnings", "EQUITY"),
        ("4000", "Product Sales", "INCOME"),
        ("4900", "Scrap Sales", "OTHER_INCOME"),
        ("5010", "Purchased Components", "COST_OF_GOODS_SOLD"),
        ("5020", "Printed Circuit Boards", "COST_OF_GOODS_SOLD"),
        ("5030", "Sheet Metal and Castings", "COST_OF_GOODS_SOLD"),
        ("5040", "Subcontracted Plating", "COST_OF_GOODS_SOLD"),
        ("5050", "Inbound Freight", "COST_OF_GOODS_SOLD"),
        ("5060", "Customs Duties", "COST_OF_GOODS_SOLD"),
        ("5070", "Purchase Price Variance", "COST_OF_GOODS_SOLD"),
        ("5080", "Packaging Material", "COST_OF_GOODS_SOLD"),
        ("6010", "Production Supplies", "EXPENSE"),
        ("6020", "Solder and Chemicals", "EXPENSE"),
        ("6030", "Maintenance and Repair", "EXPENSE"),
        ("6040", "Calibration Services", "EXPENSE"),
        ("6050", "Electricity and Gas", "EXPENSE"),
        ("6060", "Waste Disposal", "EXPENSE"),
        ("6070", "Temporary Labor", "EXPENSE"),
        ("6100", "Rent", "EXPENSE"),
        ("6110", "Software Subscriptions", "EXPENSE"),
        ("6120", "Telephone and Internet", "EXPENSE"),
        ("6130", "Travel", "EXPENSE"),
        ("6140", "Legal and Audit Fees", "EXPENSE"),
        ("6150", "Outbound Freight", "EXPENSE"),
        ("6160", "Quality Certification", "EXPENSE"),
        ("8100", "Bank Charges", "OTHER_EXPENSE"),
    )
]

DEPARTMENTS: list[dict[str, str]] = [
    {"code": code, "name": name}
    for code, name in (
        ("100", "Surface Mount Line"),
        ("110", "Through-Hole and Wave Solder"),
        ("120", "Final Assembly"),
        ("130", "Test Engineering"),
        ("140", "Machine Shop"),
        ("200", "Incoming Inspection and Quality"),
        ("210", "Warehouse and Shipping"),
        ("220", "Plant Maintenance"),
        ("300", "Purchasing"),
        ("400", "Sales and Programs"),
        ("500", "Finance and Administration"),
        ("510", "Information Technology"),
    )
]

LOCATIONS: list[str] = ["Rockford Plant", "Ciudad Juárez Plant", "Huntsville Design Center", "Erie Distribution Center"]

CLASSES: list[str] = ["Automotive", "Medical Devices", "Aerospace & Defense", "Industrial Controls", "Shared Services"]
