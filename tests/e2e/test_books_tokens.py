"""The consent for QuickBooks Online survives many processes and kills; where it cannot, a person is told what to do."""

import pytest

from tests.e2e.books import Books
from tests.e2e.callers import Caller, at_once, callers
from tests.e2e.patience import until
from tests.sandbox.faults import Fault

ROUNDS = 5
TOKENS = "/tokens/bearer"


def test_four_processes_with_an_expired_token_renew_it_once(books: Books) -> None:
    it = books
    it.hurry()
    it.quickbooks.options(rotate_always=True)
    it.apply()

    with callers(it, 4) as four:
        for round_ in range(ROUNDS):
            assert at_once(four, "read 1") == ["ok"] * 4
            assert it.quickbooks.renewals == round_ + 1
            it.quickbooks.expire_access()

    assert it.quickbooks.refused_renewals == 0


def test_a_connection_outlives_a_lost_renewal_and_a_killed_one_while_intuit_takes_the_old_token(books: Books) -> None:
    it = books
    it.quickbooks.options(rotate_always=True, grace_hours=24)
    it.apply()
    with callers(it, 2) as [one, other]:
        it.quickbooks.frame.faults.add(Fault("lost_after", TOKENS))
        assert at_once([one], "read 1") == ["ok"]
        it.quickbooks.expire_access()

        killed_while_it_renews(it, one)

        assert at_once([other], "read 1") == ["ok"]


@pytest.mark.parametrize("how", ["lost", "killed"])
def test_where_the_old_token_is_dead_a_lost_renewal_ends_in_a_request_for_consent(books: Books, how: str) -> None:
    it = books
    it.quickbooks.options(rotate_always=True)
    it.apply()
    with callers(it, 1) as [one]:
        if how == "killed":
            killed_while_it_renews(it, one)
        else:
            it.quickbooks.frame.faults.add(Fault("lost_after", TOKENS))
            assert at_once([one], "read 1")[0].startswith("ConsentNeededError")

    done = it.command("run", it.pair, it.connection, expect=3)

    last = done.stderr.strip().splitlines()[-1]
    assert f"company {it.quickbooks.realm_id}" in last
    assert f"/oauth/quickbooks-online/{it.connection}/start" in last


def killed_while_it_renews(it: Books, one: Caller) -> None:
    """Intuit has given it new tokens, and it was killed before it heard of them."""
    it.quickbooks.frame.faults.add(Fault("slow_after", TOKENS, seconds=3))
    before = it.quickbooks.renewals
    one.tell("read 1")
    until(lambda: it.quickbooks.renewals > before)
    one.kill()
