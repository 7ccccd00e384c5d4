"""What `reconcile` needs of BILL, and how it compares with any books."""
