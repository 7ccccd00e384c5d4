"""What a company has set in QuickBooks Desktop decides about records as the rules do: the closing date, currencies.

A record that waits for such a setting is not read again in each run: as with a rule, it is tried again once the
setting is another one. Else a thousand bills older than the closing date would be read in every cycle, for ever.
"""

from dataclasses import replace

from blocks.quickbooks_desktop.company import Company
from blocks.source import content_hash
from tasks.outcomes import Cause
from tasks.state.ledger import Ledger

SETTINGS = "settings"  # as the stream of a cause: the company's settings, or the connection's rules


def in_settings(record: str) -> tuple[Cause, ...]:
    """Returns the cause of a hold that only another setting of the company, or another rule, ends."""
    return (Cause(SETTINGS, record),)


def with_settings(ledger: Ledger, company: Company) -> Ledger:
    """Returns the ledger with the company's settings among the rules whose change makes held records due."""
    settings = [company.closing_date, company.multicurrency, company.home_currency, company.class_tracking]
    return replace(ledger, rules_hash=content_hash([ledger.rules_hash, settings]))
