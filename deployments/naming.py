"""Which connection a person means by a name."""

from blocks.errors import ConfigurationError
from tasks.state.queries import pairs_of
from tasks.state.store import Store


def split_name(connection: str) -> tuple[str | None, str]:
    """Returns the pair, if the name says it as PAIR/NAME, and the name."""
    pair, slash, name = connection.rpartition("/")
    return (pair if slash else None), name


def one_connection(store: Store, connection: str) -> tuple[str, str]:
    """Returns the pair and the name of a connection that has run before.

    Raises:
        ConfigurationError: none or several fit; the text says what to write.
    """
    pair, name = split_name(connection)
    pairs = [pair] if pair else pairs_of(store, name)
    if len(pairs) > 1:
        either = " or ".join(f"{one}/{name}" for one in pairs)
        raise ConfigurationError(f"several pairs have a connection {name!r}: write {either}")
    if not pairs:
        raise ConfigurationError(f"no run of a connection {name!r} is known; see `ml-connector run --help`")
    return pairs[0], name
