"""BILL and QuickBooks Online: what is entered in BILL is in the books, too."""
