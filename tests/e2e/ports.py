"""Ports for servers that other processes start."""

import random
import socket

BELOW = range(15_000, 32_000)  # what systems give to outgoing connections begins above, so that nobody else takes one


def unused_port() -> int:
    """Returns a port of this machine that nobody uses, and that the system gives to nobody.

    Raises:
        OSError: none was found.
    """
    for port in random.SystemRandom().sample(BELOW, 100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise OSError("no port is free")
