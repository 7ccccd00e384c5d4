"""Switches that make a vendor misbehave, by request."""

import re
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["lost_before", "lost_after", "status", "html", "html_after", "slow", "slow_after"]


@dataclass
class Fault:
    """One misbehaviour: which requests it strikes, how often, and what happens to them.

    `lost_before` drops the connection without doing the work, `lost_after` does the work and drops the
    connection instead of answering, `status` answers `status` with `body`, `html` answers an HTML page with
    `status`, `html_after` does the work first, `slow` waits `seconds` and then works as usual, `slow_after` works at
    once and answers after so long.
    """

    kind: Kind
    match: str = ".*"  # a regular expression searched in "METHOD /path?query"
    times: int = 1  # how many requests it strikes; -1 for all
    skip: int = 0  # how many matching requests it lets pass first
    status: int = 503
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 1.0
    struck: int = 0


class Faults:
    """The faults in force, oldest first."""

    def __init__(self) -> None:
        """Starts without any fault."""
        self.active: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Puts a fault in force and returns it, so that a test can read how often it struck."""
        self.active.append(fault)
        return fault

    def clear(self) -> None:
        """Ends all faults."""
        self.active.clear()

    def take(self, line: str) -> Fault | None:
        """Returns the fault that strikes this request line, and counts the strike."""
        for fault in self.active:
            if not re.search(fault.match, line) or fault.times == 0:
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.times -= 1 if fault.times > 0 else 0
            fault.struck += 1
            return fault
        return None
