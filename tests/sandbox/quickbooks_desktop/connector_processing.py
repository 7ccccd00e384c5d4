"""Hands one document at a time to QuickBooks, which may die over it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.sandbox.quickbooks_desktop.connector_company import Company
from tests.sandbox.quickbooks_desktop.connector_cycle import ConnectorDiedError
from tests.sandbox.quickbooks_desktop.connector_quickbooks import REFUSALS
from tests.sandbox.quickbooks_desktop.connector_switches import ConnectorSwitches
from tests.sandbox.quickbooks_desktop.connector_trouble import Trouble, Troubles
from tests.sandbox.quickbooks_desktop.errors import TICKET, ProcessorError, QuickBooksDiedError


class Processed(NamedTuple):
    """What receiveResponseXML is called with."""

    response: str
    hresult: str = ""
    message: str = ""


@dataclass
class Session:
    """An open session of QuickBooks with one company file."""

    company: Company
    switches: ConnectorSwitches
    troubles: Troubles
    jump: Callable[[float], None]  # moves the PC's clock by so many seconds
    dead: bool = field(default=False, init=False)

    def process(self, document: str) -> Processed:
        """Returns the response to a document, or why QuickBooks has none.

        Raises:
            QuickBooksDiedError: QuickBooks has ended, and nobody tells the service.
            ConnectorDiedError: the Web Connector was ended before or after the document.
        """
        if self.dead:
            return Processed("", TICKET, REFUSALS[TICKET])
        try:
            self._suffer(self.troubles.at("before"))
            response = self._execute(document)
            self._suffer(self.troubles.at("after"))
        except ProcessorError as failure:
            return Processed("", failure.hresult, failure.message)
        except QuickBooksDiedError:
            self.dead = True
            if self.switches.death == "silent":
                raise
            return Processed("", self.switches.death_hresult, self.switches.death_message)
        return Processed(response)

    def _execute(self, document: str) -> str:
        if self.switches.processing_seconds:
            time.sleep(self.switches.processing_seconds)
        trouble = self.troubles.at("middle")
        if trouble is None:
            return self.company.process(document)
        self.company.switches.die_after = trouble.requests
        try:
            self.company.process(document)
        finally:
            self.company.switches.die_after = None
        raise QuickBooksDiedError("QuickBooks ended over a document that it could finish")

    def _suffer(self, trouble: Trouble | None) -> None:
        if trouble is None:
            return
        if trouble.kind == "clock_jumps":
            self.jump(trouble.seconds)
        elif trouble.kind == "quickbooks_dies":
            raise QuickBooksDiedError(f"QuickBooks ended {trouble.at} a document")
        else:
            raise ConnectorDiedError(f"the Web Connector was ended {trouble.at} QuickBooks had a document")
