"""Whether the Web Connector comes, and how its last session ended; pure."""

from datetime import timedelta

from flows.bill_quickbooks_desktop.checks.visits import LastVisit
from flows.checks import Asked, Findings, Verdict
from tasks.state import connector_sessions as sessions
from tasks.state.models import ConnectorSession, utc_now

CONTACT = "Web Connector"
SILENT = 3  # intervals without a call after which people should look
ENDS: dict[str, tuple[Verdict, str]] = {
    sessions.DONE: ("ok", "complete"),
    sessions.RESTED: ("ok", "QuickBooks was let go because the run had nothing for it for a while; the run went on"),
    sessions.GONE: ("warning", "the Web Connector stopped calling in the middle; its next visit goes on"),
    sessions.CLOSED: ("warning", "it was ended early at the Web Connector; its next visit goes on"),
    sessions.REPLACED: ("warning", "the Web Connector signed in anew in the middle; it went on there"),
}


def judge_contact(visit: LastVisit, asked: Asked, found: Findings) -> None:
    """When the Web Connector was last heard of, and how its session ended, are rows more."""
    if not visit.account.password:
        said = "the credentials hold no password, so that no Web Connector can sign in"
        found.add("password", "error", f"{said}. Enter one there and in the Web Connector.")
    if visit.session is None:
        found.add(CONTACT, "error", f"has never called. {_steps(asked)}")
        return
    _judge_silence(visit, visit.session, found)
    found.add("last session", *_ending(visit.session))


def _judge_silence(visit: LastVisit, session: ConnectorSession, found: Findings) -> None:
    every = timedelta(minutes=visit.account.run_every_minutes)
    silent = utc_now() - session.called_at
    heard = f"last heard of at {session.called_at:%Y-%m-%d %H:%M} UTC, {_ago(silent)}"
    if silent <= SILENT * every:
        found.add(CONTACT, "ok", f"{heard}; it is set to come every {_minutes(visit)}")
        return
    remedy = (
        "See on that machine whether somebody is signed in to Windows, the Web Connector is open with Auto-Run ticked,"
        " and QuickBooks is open (or may be opened unattended)."
    )
    found.add(CONTACT, "warning", f"{heard}, though it should come every {_minutes(visit)}. {remedy}")


def _ending(session: ConnectorSession) -> tuple[Verdict, str]:
    asked = f"{session.handed_out:,} message sets"
    if session.ended_at is None:
        dead = utc_now() - session.called_at > timedelta(seconds=sessions.PATIENCE.working)
        verdict, said = ENDS[sessions.GONE] if dead else ("ok", "under way now")
    else:
        verdict, said = ENDS.get(session.ended_because, ("error", session.ended_because))
    return verdict, f"{said} ({asked})" if verdict == "ok" else said


def _steps(asked: Asked) -> str:
    unset = "under an https address, and set ML_CONNECTOR_PUBLIC_URL to it"
    where = f"at {asked.public_url}" if asked.public_url else unset
    return (
        f"Make the web app reachable {where}; run `ml-connector qwc {asked.name}`; add what it prints to the Web"
        " Connector on the machine with QuickBooks, as Admin of the company in single-user mode; type the password"
        " there, tick Auto-Run, and choose Update Selected."
    )


def _minutes(visit: LastVisit) -> str:
    every = visit.account.run_every_minutes
    return "minute" if every == 1 else f"{every} minutes"


def _ago(silent: timedelta) -> str:
    minutes = int(silent.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} minutes ago"
    return f"{minutes // 60} hours ago" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days ago"
