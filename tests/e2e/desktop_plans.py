"""What goes wrong in one update: one trouble, at a random point."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.sandbox.faults import Fault, Kind
from tests.sandbox.quickbooks_desktop.connector_trouble import Point, Trouble

CALLS: tuple[tuple[Point, int], ...] = (  # operations, and up to which of their calls something may go wrong
    ("serverVersion", 1), ("clientVersion", 1), ("authenticate", 1), ("sendRequestXML", 12), ("receiveResponseXML", 9),
    ("getLastError", 2), ("closeConnection", 1),
)  # fmt: skip
WORK: tuple[Point, ...] = ("before", "middle", "after")
REFUSALS = ("0x80040408", "0x8004040A", "0x80040414", "0x80040416", "0x80040420", "0x80040422")
BILL_CALLS = ("GET .*/vendors", "GET .*/bills", "GET .*/payments", "POST .*/vendors", "P(ATCH|UT) .*/vendors")


@dataclass
class Plan:
    """What goes wrong in one update, and in words."""

    name: str
    troubles: list[Trouble] = field(default_factory=list)
    kills: tuple[str, ...] = ()  # `web`, `run`: what is killed
    at: Point = "sendRequestXML"  # where it is killed
    nth: int = 1  # at which time that an update comes there
    later: float = 0.0  # seconds after that
    back: bool = True  # a web app that is killed is there again at once, not only after the update
    fault: Fault | None = None  # of BILL
    refusals: list[str] = field(default_factory=list)  # of QuickBooks, when it is opened
    connector: dict[str, Any] = field(default_factory=dict)  # switches of the Web Connector
    company: dict[str, Any] = field(default_factory=dict)  # switches of QuickBooks


def random_plan(chance: random.Random) -> Plan:
    """Returns one trouble; each kind is as likely as any other."""
    plan = chance.choice(PLANS)(chance)
    plan.company |= {"message_sets_kept": chance.choice([0, 0, 1])}
    return plan


def _call_lost(chance: random.Random) -> Plan:
    at, most = chance.choice(CALLS)
    kind, nth = chance.choice(["call_lost", "reply_lost"]), chance.randint(1, most)
    return Plan(f"{kind} at {at} {nth}", [Trouble(kind, at, nth)])  # type: ignore[arg-type]


def _connector_dies(chance: random.Random) -> Plan:
    at, most = chance.choice([*CALLS, ("before", 9), ("after", 9), ("pause", 2)])
    nth = chance.randint(1, most)
    return Plan(f"Web Connector dies at {at} {nth}", [Trouble("connector_dies", at, nth)])


def _quickbooks_dies(chance: random.Random) -> Plan:
    at, nth, requests = chance.choice(WORK), chance.randint(2, 9), chance.randint(0, 5)
    death = chance.choice(["silent", "reported"])
    known = requests > 0 and chance.random() < 0.5  # a set that is known, and of which nothing is there, needs a person
    said = f"QuickBooks dies {at} document {nth}, {requests} requests done, {death}"
    return Plan(
        said + (", its set known" if known else ""),
        [Trouble("quickbooks_dies", at, nth, requests)],
        connector={"death": death},
        company={"dead_set_known": known},
    )


def _answer_twice(chance: random.Random) -> Plan:
    nth = chance.randint(1, 9)
    return Plan(f"answer {nth} comes twice", [Trouble("answer_twice", "receiveResponseXML", nth)])


def _authenticates_again(chance: random.Random) -> Plan:
    at, most = chance.choice(CALLS[3:6])
    nth = chance.randint(1, most)
    return Plan(f"authenticate again after {at} {nth}", [Trouble("authenticate_again", at, nth)])


def _killed(*kills: str) -> Callable[[random.Random], Plan]:
    def plan(chance: random.Random) -> Plan:
        at, most = chance.choice([*CALLS[2:5], ("before", 9), ("after", 9)])
        nth, later, back = chance.randint(1, most), chance.choice([0.0, chance.uniform(0, 0.5)]), chance.random() < 0.5
        said = f"kill -9 of {' and '.join(kills)} {later:.2f} s after {at} {nth}"
        return Plan(said, kills=kills, at=at, nth=nth, later=later, back=back)

    return plan


def _bill_fails(chance: random.Random) -> Plan:
    kinds: tuple[Kind, ...] = ("lost_before", "lost_after", "status", "html", "html_after")
    kind = chance.choice(kinds)
    fault = Fault(kind, chance.choice(BILL_CALLS), chance.randint(1, 6), chance.randint(0, 2), 503)
    return Plan(f"BILL: {kind} of {fault.match}, {fault.times} times after {fault.skip}", fault=fault)


def _not_opened(chance: random.Random) -> Plan:
    refusal = chance.choice(REFUSALS)
    lost = chance.choice([[], [Trouble("call_lost", "connectionError")], [Trouble("reply_lost", "connectionError")]])
    return Plan(f"QuickBooks is not opened: {refusal}, {lost and lost[0].kind}", lost, refusals=[refusal] * 2)


PLANS: tuple[Callable[[random.Random], Plan], ...] = (
    _call_lost, _call_lost, _connector_dies, _connector_dies, _quickbooks_dies, _quickbooks_dies, _answer_twice,
    _authenticates_again, _killed("web"), _killed("run"), _killed("web", "run"), _bill_fails, _not_opened,
)  # fmt: skip
