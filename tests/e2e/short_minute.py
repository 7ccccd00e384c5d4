"""Runs a module of ours with Intuit's minute shortened: `python -m tests.e2e.short_minute SECONDS MODULE ...`.

What is known to hold for a minute need not be waited for; the second by which our own minute is longer stays.
"""

import runpy
import sys

from blocks.quickbooks_online import answers, client


def main(seconds: float, module: str, arguments: list[str]) -> None:
    """Runs the module as a command."""
    client.MINUTE += seconds - answers.MINUTE
    answers.MINUTE = seconds
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__")


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2], sys.argv[3:])
