"""What `reconcile` finds between BILL and QuickBooks Desktop."""
