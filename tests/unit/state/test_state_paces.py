"""Rates hold over every process that shares the database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from blocks.limits import Rate, in_turn
from tasks.state.models import Turn, utc_now
from tasks.state.paces import take_turns
from tasks.state.store import Store

FIVE = Rate("batches", 5, 60.0)


def wait_of(store: Store, rate: Rate, budget: str = "qbo") -> float:
    """Returns how long the next call that counts for this rate alone waits."""
    return take_turns(store, budget, [rate])[0]


def test_the_first_calls_need_not_wait_and_the_next_waits_for_the_oldest(store: Store) -> None:
    waits = [wait_of(store, FIVE) for _ in range(7)]
    assert waits[:5] == [0.0] * 5
    assert all(55 < wait <= 60 for wait in waits[5:])


def test_the_second_round_waits_for_the_second_stretch(store: Store) -> None:
    waits = [wait_of(store, FIVE) for _ in range(11)]
    assert 115 < waits[10] <= 120


def test_budgets_and_rates_do_not_share_turns(store: Store) -> None:
    for _ in range(5):
        wait_of(store, FIVE)
    assert wait_of(store, FIVE, budget="another") == 0.0
    assert wait_of(store, FIVE._replace(name="calls")) == 0.0


def test_a_call_that_waits_for_one_rate_takes_its_turn_of_the_next_when_it_is_made(store: Store) -> None:
    bursts = Rate("bursts", 6, 30.0)
    both = in_turn([bursts, FIVE])
    assert both == [FIVE, bursts]
    assert [take_turns(store, "qbo", both) for _ in range(5)] == [(0.0, ())] * 5
    wait, left = take_turns(store, "qbo", both)
    assert (wait > 55, left) == (True, [bursts])
    assert wait_of(store, bursts) == 0.0, "the sixth call has taken a turn long before it is made"


def test_no_stretch_of_time_holds_more_than_allowed_however_many_ask_at_once(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: wait_of(store, FIVE), range(40)))
    assert sum(wait == 0.0 for wait in waits) == 5
    for minute in range(8):
        assert sum(60 * minute - 5 < wait <= 60 * minute for wait in waits) == 5


def test_turns_long_ago_do_not_delay(store: Store) -> None:
    for _ in range(5):
        wait_of(store, FIVE)
    with store.session() as session:
        for place in range(5):
            session.get_one(Turn, ("qbo batches", place)).at = utc_now() - timedelta(hours=1)
    assert wait_of(store, FIVE) == 0.0
