"""QAD Adaptive ERP: browses and business entities of one tenant, under names that do not depend on the tenant."""
