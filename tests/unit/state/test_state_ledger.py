"""What is known of each record, and when a record that stands still deserves another try."""

from dataclasses import replace
from typing import Any

from sqlmodel import col, select

from blocks.source import Row
from tasks.outcomes import Cause, Outcome, in_source, in_target
from tasks.state import queries
from tasks.state.ledger import Ledger
from tasks.state.models import Audit, Hold

PARTY = "10S1001 USD"


def of(source_id: str, outcome: Any, *causes: Cause, stream: str = "bills", **more: Any) -> Outcome:
    row = Row(source_id, f"N-{source_id}", f"hash-{source_id}", {"id": source_id})
    return Outcome(stream, row, outcome, more.pop("reason", outcome), causes=causes, **more)


def linked(source_id: str, stream: str = "vendors", **link: Any) -> Outcome:
    whole = {"kind": "bill", "state": "live", "label": PARTY, **link}
    return of(source_id, "created", stream=stream, target_id=f"t-{source_id}", action="create", link=whole)


def due(ledger: Ledger, retried: bool = False) -> list[str]:
    return ledger.due("bills", retried=retried)


def test_what_failed_or_is_in_doubt_is_due_and_what_is_settled_is_not(ledger: Ledger) -> None:
    outcomes = ("created", "updated", "unchanged", "held", "refused", "in_doubt", "failed")
    ledger.keep([of(outcome, outcome) for outcome in outcomes])
    assert due(ledger) == ["failed", "in_doubt"]


def test_a_held_record_is_due_when_all_that_it_waits_for_exists(ledger: Ledger) -> None:
    ledger.keep([of("1", "held", Cause("vendors", "a"), Cause("accounts", "6010"))])
    assert due(ledger) == []
    ledger.keep([linked("a")])
    assert due(ledger) == []
    ledger.keep([linked("6010", "accounts")])
    assert due(ledger) == ["1"]


def test_a_record_is_held_since_it_was_first_held_whatever_it_waits_for_by_now(ledger: Ledger) -> None:
    ledger.keep([of("1", "held", reason="10 of 40 received")])
    first = ledger.records("bills", ["1"])["1"].since
    ledger.keep([of("1", "held", reason="20 of 40 received")])
    assert ledger.records("bills", ["1"])["1"].since == first
    ledger.keep([of("1", "refused", reason="denied")])
    assert ledger.records("bills", ["1"])["1"].since > first


def test_a_suspended_link_does_not_release_what_waits_for_it(ledger: Ledger) -> None:
    ledger.keep([of("1", "held", Cause("accounts", "6010")), linked("6010", "accounts")])
    assert due(ledger) == ["1"]
    ledger.keep([of("6010", "held", stream="accounts", link={"state": "suspended"})])
    assert due(ledger) == []
    assert ledger.links("accounts", ["6010"])["6010"].target_id == "t-6010"


def test_a_record_that_was_decided_about_anew_waits_for_its_new_causes_only(ledger: Ledger) -> None:
    ledger.keep([of("1", "held", Cause("vendors", "a"))])
    ledger.keep([of("1", "held", Cause("vendors", "b"))])
    assert ledger.waiting_for("vendors") == {"b"}
    ledger.keep([of("1", "created", target_id="t", link={})])
    with ledger.store.reading() as session:
        assert session.scalars(select(Hold)).all() == []


def test_new_rules_make_held_and_refused_records_due(ledger: Ledger) -> None:
    ledger.keep([of("1", "held"), of("2", "refused"), of("3", "created")])
    assert due(replace(ledger, rules_hash="rules-2")) == ["1", "2"]


def test_a_record_that_only_its_source_can_change_is_not_due_when_rules_change(ledger: Ledger) -> None:
    ledger.keep([replace(of("1", "held"), causes=in_source("1")), of("2", "held")])
    assert due(replace(ledger, rules_hash="rules-2")) == ["2"]


def test_what_is_cured_in_the_target_is_looked_at_in_every_run(ledger: Ledger) -> None:
    ledger.keep([replace(of("1", "held"), causes=in_target("bill 7 corrected"))])
    assert due(ledger) == ["1"]


def test_a_record_that_a_person_asked_for_is_due_once(ledger: Ledger) -> None:
    ledger.keep([of("1", "refused"), of("2", "refused")])
    assert queries.ask_again(ledger.store, "acme", pair=None, outcome=None, ids=["N-1"]) == 1
    assert due(ledger) == ["1"]
    ledger.keep([of("1", "refused")])
    assert due(ledger) == []


def test_retry_takes_what_this_run_left_refused_and_no_other_runs(ledger: Ledger) -> None:
    ledger.keep([of("1", "refused")])
    replace(ledger, run_id="run-2").keep([of("2", "refused"), of("3", "held")])
    assert due(replace(ledger, run_id="run-2"), retried=True) == ["2"]
    assert due(replace(ledger, run_id="run-2")) == []


def test_connections_do_not_see_one_anothers_records(ledger: Ledger) -> None:
    other = replace(ledger, connection="other", scope="qad-bill/other@q>b")
    ledger.keep([of("1", "failed"), of("2", "held", Cause("vendors", "a"))])
    other.keep([linked("a")])
    assert (due(other), other.records("bills", ["1"]), due(ledger)) == ([], {}, ["1"])


def test_only_news_is_told_again(ledger: Ledger) -> None:
    assert len(ledger.keep([of("1", "refused", reason="too long")])) == 1
    assert ledger.keep([of("1", "refused", reason="too long")]) == []
    assert len(ledger.keep([of("1", "refused", reason="no vendor")])) == 1
    record = ledger.records("bills", ["1"])["1"]
    assert (record.attempts, record.reason) == (3, "no vendor")
    with ledger.store.reading() as session:
        assert session.scalars(select(Audit.summary).order_by(col(Audit.id))).all() == ["too long", "no vendor"]


def test_since_tells_when_the_trouble_began_not_when_it_was_last_seen(ledger: Ledger) -> None:
    ledger.keep([of("1", "refused")])
    began = ledger.records("bills", ["1"])["1"].since
    ledger.keep([of("1", "refused")])
    again = ledger.records("bills", ["1"])["1"]
    assert again.since == began < again.updated_at


def test_a_twin_is_another_linked_record_of_the_same_number_party_and_kind(ledger: Ledger) -> None:
    ledger.keep([linked("1", "bills")])
    named = {"2": ("N-1", PARTY, "bill"), "3": ("N-1", PARTY, "vendor_credit"), "4": ("N-1", "10S1002 USD", "bill")}
    assert ledger.twins("bills", named) == {"2": "1"}
    ledger.keep([of("1", "updated", target_id="t-1", link={"state": "archived"})])
    assert ledger.twins("bills", named) == {}


def test_more_ids_than_one_statement_can_name_are_found(ledger: Ledger) -> None:
    ledger.keep([of(f"{number:04}", "created") for number in range(1100)])
    assert len(ledger.records("bills", [f"{number:04}" for number in range(40_000)])) == 1100


def test_people_find_records_by_the_number_they_know(ledger: Ledger) -> None:
    ledger.keep([of("1", "refused"), of("2", "created")])
    assert ledger.ids_of_refs("bills", ["N-2"]) == ["2"]
    shown = queries.records(ledger.store, "acme", ids=["N-1"])
    assert [(row["source_id"], row["outcome"]) for row in shown] == [("1", "refused")]
    told = queries.audit(ledger.store, "acme", "N-1")
    assert [(row["outcome"], row["source"]) for row in told] == [("refused", {"id": "1"})]
    assert queries.audit(ledger.store, "another", "N-1") == []
