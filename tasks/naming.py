"""Readable task runs: the name tells what was done, once it is done."""

from prefect.context import TaskRunContext


def renamed(name: str) -> None:
    """The current task run is called this from its next state on; outside of Prefect nothing happens.

    The name travels with the task run's own events, so that no further call to the server is made.
    """
    context = TaskRunContext.get()
    if context:
        context.task_run.name = name


def counted(counts: dict[str, int]) -> str:
    """Returns "98 created, 2 refused", leaving zeros out, or "nothing to do"."""
    said = ", ".join(f"{number:,} {word.replace('_', ' ')}" for word, number in counts.items() if number)
    return said or "nothing to do"
