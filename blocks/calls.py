"""Makes one call to a vendor: a slot of its budget, the right retries, and an answer in the vendor's terms."""

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt

from blocks.errors import AnswerLostError, CapReachedError, TransientError
from blocks.limits import CallSlots, Rate

READS = frozenset({"GET", "HEAD"})
UNCOUNTED: tuple[Rate, ...] = ()
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class BusyError(TransientError):
    """The vendor turned the call away before doing anything with it, so that even a write may be repeated."""

    def __init__(self, message: str, *, retry_after: float | None = None, system: str = "", code: str = "") -> None:
        """Keeps how long the vendor asked to wait, in seconds."""
        super().__init__(message, system=system, code=code)
        self.retry_after = retry_after


@dataclass(frozen=True)
class Caller:
    """Calls one vendor by its rules; every request of a vendor's client goes through here.

    `judge` gets each answer and raises the error it stands for, or returns; it decides by the vendor's codes.
    """

    client: httpx.AsyncClient
    system: str
    budget: str
    at_once: int
    slots: CallSlots
    judge: Callable[[httpx.Response], None]
    rates: Callable[[str, str], Sequence[Rate]] = lambda _method, _path: UNCOUNTED  # that such a call counts for
    attempts: int = 4
    first_wait: float = 0.5  # seconds; doubles at each attempt, with jitter

    async def __call__(
        self, method: str, path: str, *, repeatable: bool | None = None, **options: Any
    ) -> httpx.Response:
        """Returns the vendor's answer, once it is a success.

        Args:
            method: the HTTP method.
            path: below the client's base address, or a whole address.
            repeatable: whether doing it twice is harmless; by default only reads are.
            options: passed to httpx (params, json, content, headers).

        Raises:
            AnswerLostError: a write was sent and no answer came.
            VendorError: what `judge` made of the answer, after the retries its kind deserves.
        """
        harmless = method in READS if repeatable is None else repeatable
        retrying = AsyncRetrying(
            retry=retry_if_exception(lambda error: _may_repeat(error, harmless)),
            stop=stop_after_attempt(self.attempts),
            wait=self._wait,
            reraise=True,
        )
        return await retrying(self._once, method, path, harmless, options)

    async def _once(self, method: str, path: str, harmless: bool, options: dict[str, Any]) -> httpx.Response:
        try:
            async with self.slots.slot(self.budget, self.at_once, self.rates(method, path)):
                response = await self._send(method, path, harmless, options)
            self.judge(response)
        except CapReachedError as cap:  # of this call, or of the login that it needed
            await self.slots.close(self.budget, cap.until, str(cap))
            raise
        except TransientError as error:
            if harmless or isinstance(error, BusyError | AnswerLostError):
                raise
            # A gateway's 5xx does not tell whether the write behind it was done.
            raise AnswerLostError(str(error), system=self.system, code=error.code) from error
        return response

    async def _send(self, method: str, path: str, harmless: bool, options: dict[str, Any]) -> httpx.Response:
        try:
            return await self.client.request(method, path, **options)
        except NEVER_SENT as error:
            raise BusyError(
                f"{self.system} could not be reached ({type(error).__name__})", system=self.system
            ) from error
        except httpx.TransportError as error:
            kind: type[TransientError] = TransientError if harmless else AnswerLostError
            said = f"{self.system} gave no answer to {method} {path.split('?')[0]} ({type(error).__name__})"
            raise kind(said, system=self.system) from error

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, BusyError) else None
        backoff: float = self.first_wait * 2 ** (state.attempt_number - 1) * random.uniform(0.75, 1.25)
        return max(asked or 0.0, backoff)


def _may_repeat(error: BaseException, harmless: bool) -> bool:
    if isinstance(error, CapReachedError) or not isinstance(error, TransientError):
        return False
    return isinstance(error, BusyError) or harmless


Call = Callable[..., Awaitable[httpx.Response]]
