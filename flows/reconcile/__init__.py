"""Do both systems of a pair agree? Reads both anew, compares record by record, and writes nothing."""
