"""When a task is repeated by itself: only when the same request may succeed later."""

from typing import Any

from prefect import Task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import exponential_backoff

from blocks.errors import AwayError, CapReachedError, TransientError


async def is_transient(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Tells Prefect to repeat a task whose error a short wait may cure; a spent cap and an absence are not such."""
    error = await state.aresult(raise_on_failure=False)
    return isinstance(error, TransientError) and not isinstance(error, CapReachedError | AwayError)


PATIENT: dict[str, Any] = {
    "retries": 3,
    "retry_delay_seconds": exponential_backoff(backoff_factor=2),  # 2, 4, 8 seconds
    "retry_jitter_factor": 0.3,
    "retry_condition_fn": is_transient,
    "cache_policy": NO_CACHE,  # a vendor's answer is never taken from a cache
    "persist_result": False,
}
ONCE: dict[str, Any] = {"cache_policy": NO_CACHE, "persist_result": False}
