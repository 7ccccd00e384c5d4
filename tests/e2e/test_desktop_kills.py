"""Processes that are killed when QuickBooks has written something that nobody knows of yet: it is there once."""

import random
from collections.abc import Callable

import pytest

from tests.e2e.desktop import Desktop, completed
from tests.e2e.desktop_audit import assert_explained
from tests.e2e.desktop_books import assert_same_books
from tests.e2e.desktop_office import Office
from tests.e2e.desktop_ordeal import Impatient, settled
from tests.e2e.desktop_witness import assert_executed_once


def kill_web(it: Impatient) -> None:
    it.kill_web()
    it.start_web()


def kill_run(it: Impatient) -> None:
    assert it.kill_runs() == 1


def kill_both(it: Impatient) -> None:
    kill_run(it)
    kill_web(it)


@pytest.mark.parametrize("kill", [kill_web, kill_run, kill_both])
def test_what_was_written_when_a_process_was_killed_is_there_once(
    desktop: Desktop, kill: Callable[[Impatient], None]
) -> None:
    it = Impatient.of(desktop, batch_size=4)
    it.seed(0, 0)
    Office(it.bill, it.company, random.Random(1)).begin(vendors=5, bills=9, payments=3)
    it.apply()
    it.company.after_write = lambda: kill(it)
    with it.serving():
        pc = it.pc()

        while it.company.after_write is not None:  # the first update may end before its run is there, and asks
            completed(pc)
        assert it.company.written > 0

        settled(it, pc)
    assert_same_books(it.bill, it.company)
    assert_executed_once(it.company)
    assert_explained(it)
