"""Which connection each event of a genuine notification is for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from deployments.web.endpoints import Endpoint
from deployments.web.sender import Told
from tasks.state.inbox import Notice

LONGEST_ID = 200  # characters; the ids of all vendors are shorter


class Share(NamedTuple):
    """What a notification says to one connection."""

    endpoint: Endpoint
    notices: list[Notice]


def shares(
    told: Iterable[Told], recipients: Mapping[str, Sequence[Endpoint]]
) -> tuple[list[Share], dict[str, list[str]]]:
    """Returns each connection's share, and what is for nobody: by reason, the events' ids or accounts.

    Args:
        told: the events.
        recipients: the connections by the account that they sign in to.
    """
    found: dict[tuple[str, str], Share] = {}
    passed_over: defaultdict[str, list[str]] = defaultdict(list)
    for one in told:
        if not one.event_id or one.event_id != _plain(one.event_id):
            passed_over["unreadable"].append("its event id is not one")
        elif not (whose := recipients.get(one.account)):
            passed_over["another_account"].append(one.account)
        else:
            for endpoint in whose:
                key = (endpoint.pair, endpoint.connection)
                found.setdefault(key, Share(endpoint, [])).notices.append(_notice(endpoint, one))
    return list(found.values()), passed_over


def _notice(endpoint: Endpoint, told: Told) -> Notice:
    event_type, record_id = _plain(told.event_type), _plain(told.record_id)
    stream = endpoint.stream(event_type) if record_id and record_id == told.record_id else ""
    return Notice(told.event_id, event_type, stream, record_id, told.said, told.changed_at)


def _plain(text: str) -> str:
    """Returns the text without what a database might refuse, and not too long."""
    return "".join(filter(str.isprintable, text))[:LONGEST_ID]
