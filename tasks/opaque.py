"""Hands values to tasks without Prefect walking through them."""

from typing import TypeVar, cast

from prefect.context import FlowRunContext
from prefect.utilities.annotations import quote

Value = TypeVar("Value")


def opaque(value: Value) -> Value:
    """Returns the value for a task's argument: the task gets it as it is, and Prefect does not look inside.

    Otherwise Prefect visits every record of a page, and all that a run has seen so far, in search of futures.
    Outside of a flow run there is nothing to hide it from.
    """
    return cast(Value, quote(value)) if FlowRunContext.get() else value
