"""Strangers at the Web Connector's address: refused, while updates go on and the web app stays as small as it was."""

import os
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.e2e.desktop import CONNECTION, PASSWORD, Desktop, completed
from tests.e2e.desktop_strangers import (
    MEGABYTE,
    NAMESPACE,
    Address,
    call,
    endless,
    enveloped,
    half_open,
    most_resident,
    resident,
)
from tests.e2e.patience import until

LOGINS = int(os.environ.get("ML_CONNECTOR_TEST_DESKTOP_LOGINS", "1000"))
GUESSERS = 100  # at a time: more than are held back
GROWTH, PEAK = 150, 900  # megabytes that the web app may have grown by, afterwards and at most
SECRET = "root:x:0:0"  # of a file that every such system has
TENFOLD = [f"&a{n};" * 10 for n in range(9)]
LAUGHS = "".join(f'<!ENTITY a{n} "{content}">' for n, content in enumerate(TENFOLD, 1))
ATTRIBUTES = " ".join(f'a{n}="1"' for n in range(50_000))
HOSTILE = {
    "entity bomb": enveloped("<c>&a9;</c>", before=f'<!DOCTYPE b [<!ENTITY a0 "ha">{LAUGHS}]>'),
    "external entity": enveloped("<c>&f;</c>", before='<!DOCTYPE b [<!ENTITY f SYSTEM "file:///etc/passwd">]>'),
    "external DTD": enveloped("<c/>", before='<!DOCTYPE b SYSTEM "http://127.0.0.1:9/b.dtd">'),
    "parameter entity": enveloped("<c/>", before='<!DOCTYPE b [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]>'),
    "entity in a ticket": enveloped(
        f'<getLastError xmlns="{NAMESPACE}"><ticket>&f;</ticket></getLastError>',
        before='<!DOCTYPE b [<!ENTITY f SYSTEM "file:///etc/passwd">]>',
    ),
    "XInclude": enveloped('<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'),
    "deep nesting": enveloped("<c>" * 100_000 + "</c>" * 100_000),
    "many elements": enveloped(f'<c xmlns="{NAMESPACE}">{"<d/>" * 200_000}</c>'),
    "many attributes": enveloped(f"<c {ATTRIBUTES}/>"),
    "other namespace": call("serverVersion", namespace="urn:other"),
    "other envelope": call("serverVersion", soap="urn:other"),
    "no envelope": f'<serverVersion xmlns="{NAMESPACE}"/>'.encode(),
    "no call": enveloped(""),
    "two calls": enveloped(f'<serverVersion xmlns="{NAMESPACE}"/><serverVersion xmlns="{NAMESPACE}"/>'),
    "unknown operation": call("dropTables"),
    "long ticket": call("getLastError", ("ticket", "x" * 300_000)),
    "cut off": call("serverVersion")[:-20],
    "UTF-16": call("serverVersion").decode().encode("utf-16"),
    "UTF-7": b'<?xml version="1.0" encoding="utf-7"?>+ADw-Envelope/+AD4-',
    "no UTF-8": call("serverVersion").replace(b"serverVersion", b"server\xff\xfeVersion"),
    "NUL": call("serverVersion") + b"\0",
    "nothing": b"",
    "JSON": b'{"operation": "serverVersion"}',
    "form": b"operation=serverVersion",
}


def serving(it: Desktop) -> tuple[Address, int]:
    """Returns where the Web Connector calls, and the number of the process that answers there."""
    return Address(it.web_port, f"/qbwc/{CONNECTION}"), it.web_processes[-1].number


def enter(it: Desktop, name: str) -> None:
    it.bill.seed_vendor(name=name)


def begin(it: Desktop) -> None:
    it.seed(0, 0)
    enter(it, "Lakeside Tools")
    it.apply()


def test_hostile_bodies_are_refused_and_updates_go_on(desktop: Desktop) -> None:
    it = desktop
    begin(it)
    with it.serving():
        at, process = serving(it)
        pc = it.pc()
        completed(pc)
        before = resident(process)

        for name, body in HOSTILE.items():
            answer = at.post(body)
            assert answer.status_code in (400, 413, 500), name
            assert "<soap:Fault>" in answer.text, name
            assert SECRET not in answer.text, name
        odd = [at.post(call("serverVersion"), Content_Type=kind) for kind in ("application/json", "text/plain", "x")]
        odd += [at.post(call("serverVersion"), Content_Encoding="gzip"), at.post(b"x", Content_Length="1")]
        odd += [httpx.request(verb, at.url, trust_env=False) for verb in ("PUT", "DELETE", "PATCH", "TRACE")]
        assert all(one.status_code < 501 for one in odd)

        enter(it, "Valley Freight")
        completed(pc)
        assert {one["Name"] for one in it.company.vendors.values()} == {"Lakeside Tools", "Valley Freight"}
        assert it.web_processes[-1].number == process and not it.web_processes[-1].has_ended()
        assert resident(process) < before + GROWTH
        assert SECRET not in (it.home / "web.log").read_text()


def test_large_and_endless_bodies_and_half_open_connections_hold_nothing_up(desktop: Desktop) -> None:
    it = desktop
    begin(it)
    with it.serving():
        at, process = serving(it)
        pc = it.pc()
        before = resident(process)
        forged = (("ticket", str(uuid.uuid4())), ("response", "<QBXML>" + "x" * 50 * MEGABYTE))
        bodies = [call("receiveResponseXML", *forged)] * 4 + [b"<" * (60 * MEGABYTE)] * 2
        with half_open(at, 200), ThreadPoolExecutor(8) as strangers:
            answers = [strangers.submit(at.post, body) for body in bodies]
            unending = [strangers.submit(endless, at) for _ in range(2)]
            completed(pc)  # while all of them are at it
            large, refused = [one.result() for one in answers[:4]], [one.result() for one in answers[4:]]
            ends = [one.result() for one in unending]

        assert all(one.status_code in (200, 503) for one in large)  # read, and its ticket not known; or not read now
        assert all("-1" in one.text for one in large if one.is_success)
        assert {one.status_code for one in refused} == {413}
        assert all("413" in status or status == "hung up" for status, _sent in ends)
        assert all(sent < 200 for _status, sent in ends)
        completed(pc)
        print(f"{before:.0f} MB before, {resident(process):.0f} after, {most_resident(process):.0f} at most")
        # What was refused in the middle is given back when it is next swept up, which calls bring about.
        until(lambda: at.post(call("serverVersion")).is_success and resident(process) < before + GROWTH)
        assert most_resident(process) < before + PEAK


def test_tickets_that_nobody_was_given_open_nothing(desktop: Desktop) -> None:
    it = desktop
    begin(it)
    with it.serving():
        at, _process = serving(it)
        other = Address(at.port, "/qbwc/other")
        user = ("strUserName", f"{CONNECTION}-{it.bill.organization_id}")
        opened = at.ask("authenticate", user, ("strPassword", PASSWORD))
        real = opened.text.split("<string>")[1].split("<")[0]
        assert len(real) >= 32

        forged = ["", "0", str(uuid.uuid4()), real.upper() + " ", f"{real}' OR '1'='1", real[:-1], "\t".join(real)]
        for where, ticket in [*((at, one) for one in forged), (other, real)]:
            given = ("ticket", ticket)
            sent = where.ask("sendRequestXML", given, ("strHCPResponse", ""), ("strCompanyFileName", "C:\\x.qbw"))
            assert "<sendRequestXMLResult></sendRequestXMLResult>" in sent.text, ticket
            assert ">-1<" in where.ask("receiveResponseXML", given, ("response", "<QBXML/>")).text, ticket
            assert "knows no session" in where.ask("getLastError", given).text, ticket
            assert ">done<" in where.ask("connectionError", given, ("hresult", "0x1"), ("message", "m")).text, ticket
            assert "knows no session" in where.ask("closeConnection", given).text, ticket

        assert "<string>busy</string>" in at.ask("authenticate", user, ("strPassword", PASSWORD)).text
        closed = at.ask("closeConnection", ("ticket", real)).text
        assert "closed" in closed
        assert ">-1<" in at.ask("receiveResponseXML", ("ticket", real), ("response", "<QBXML/>")).text
        completed(it.pc())  # the real one was over when it was closed, and not before
        assert real not in (it.home / "web.log").read_text()


def test_thousands_of_guesses_open_nothing_and_let_the_owner_in(desktop: Desktop) -> None:
    it = desktop
    begin(it)
    with it.serving():
        at, process = serving(it)
        pc = it.pc()
        completed(pc)
        before = resident(process)

        def guess(number: int) -> str:
            user = ("strUserName", f"{CONNECTION}-{it.bill.organization_id}" if number % 2 else f"user{number}")
            where = at if number % 3 else Address(at.port, f"/qbwc/other{number}")
            return where.ask("authenticate", user, ("strPassword", f"guess-{number}")).text

        with ThreadPoolExecutor(GUESSERS) as strangers:
            guesses = strangers.map(guess, range(LOGINS))
            enter(it, "Valley Freight")
            completed(pc)  # in the middle of it
            answers = list(guesses)

        told = Counter(word for one in answers for word in ("nvu", "busy", "") if f"<string>{word}</string>" in one)
        assert told["nvu"] > 0
        assert told["nvu"] + told["busy"] == LOGINS, told  # busy: nobody could tell in time whether they are right
        assert {one["Name"] for one in it.company.vendors.values()} == {"Lakeside Tools", "Valley Freight"}
        completed(pc)
        print(f"{dict(told)}, {before:.0f} MB before, {resident(process):.0f} after")
        assert resident(process) < before + GROWTH
        log = (it.home / "web.log").read_text()
        assert "was refused" in log
        assert log.count("was refused") < LOGINS
        assert "guess-" not in log
        assert PASSWORD not in log
