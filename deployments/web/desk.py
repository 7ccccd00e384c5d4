"""Everything that receiving needs, in one place."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from deployments.web.brake import Brake
from deployments.web.endpoints import Endpoints
from deployments.web.intake import Intake
from deployments.web.meters import Meters
from deployments.web.sender import Sender

logger = logging.getLogger(__name__)


class Stir(Protocol):
    """Makes sure that a run will look at the new notices of a connection."""

    def __call__(self, pair: str, connection: str) -> None:
        """Returns at once."""


@dataclass(frozen=True)
class Desk:
    """What the requests of one web app share; at `app.state.desk`."""

    endpoints: Endpoints
    intake: Intake
    brake: Brake
    meters: Meters
    stir: Stir
    resume: Stir  # also when runs failed lately

    def refused(self, sender: Sender, reason: str, times: int = 1) -> None:
        """So many more requests or events of which nothing was stored are counted."""
        self.meters.refused.labels(sender.system, reason).inc(times)

    def passed_over(self, sender: Sender, whom: str, reason: str, which: Sequence[str]) -> None:
        """Parts of a genuine notification that say nothing to us are counted, and logged in one line."""
        self.refused(sender, reason, len(which))
        logger.warning(
            "%s notification for %s passed over: %s (%d, the first: %a)",
            sender.title,
            whom,
            reason.replace("_", " "),
            len(which),
            which[0][:80],
        )
