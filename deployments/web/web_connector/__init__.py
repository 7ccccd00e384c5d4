"""What the QuickBooks Web Connector calls: SOAP in and out, and what each call does in a cycle."""
