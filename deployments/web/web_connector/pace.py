"""How long the Web Connector is held up, and is asked to wait."""

from dataclasses import dataclass

from tasks.state.connector_sessions import PATIENCE, Patience


@dataclass(frozen=True)
class Pace:
    """How long what takes in a cycle, in seconds."""

    hold: float = 1.5  # for which one call waits for something to send
    look: float = 0.05  # between two looks for it
    bound: float = 60.0  # of waiting, call after call, after which QuickBooks is let go; people may be locked out
    ask: float = 5.0  # between two questions for the state of the flow run
    patience: Patience = PATIENCE
