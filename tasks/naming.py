"""Readable task runs: the name tells what was done, once it is done."""

from typing import get_args

from prefect.context import TaskRunContext

from tasks.outcomes import OutcomeName

ORDER: tuple[str, ...] = get_args(OutcomeName)


def renamed(name: str) -> None:
    """The current task run is called this from its next state on; outside of Prefect nothing happens.

    The name travels with the task run's own events, so that no further call to the server is made.
    """
    context = TaskRunContext.get()
    if context:
        context.task_run.name = name


def counted(counts: dict[str, int]) -> str:
    """Returns "98 created, 2 refused", good news first and zeros left out, or "nothing to do"."""
    ordered = sorted(counts.items(), key=lambda one: ORDER.index(one[0]) if one[0] in ORDER else len(ORDER))
    said = ", ".join(f"{number:,} {word.replace('_', ' ')}" for word, number in ordered if number)
    return said or "nothing to do"
