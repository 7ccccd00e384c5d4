"""How do we reach a system? One folder per vendor, the same file names in each."""
