"""The tables of our own state; vendor fields do not appear here, only our own terms."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Column, DateTime, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


def utc_now() -> datetime:
    """Returns this moment, aware."""
    return datetime.now(UTC)


class Moment(TypeDecorator[datetime]):
    """An aware moment, stored in UTC; SQLite would forget the zone otherwise."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Any) -> datetime | None:
        """Stores the moment in UTC without its zone."""
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, _dialect: Any) -> datetime | None:
        """Returns the moment, aware."""
        return value.replace(tzinfo=UTC) if value else None


def _moment(nullable: bool = False) -> Any:
    return Field(default=None if nullable else ..., sa_type=Moment, nullable=nullable)


def _sealed() -> Any:
    return Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class Link(SQLModel, table=True):
    """A source record stands for a target record; both sides' identities are part of the scope."""

    __tablename__ = "link"
    __table_args__ = (
        Index("link_by_target", "scope", "stream", "target_id"),
        Index("link_by_owner", "scope", "stream", "owner"),
        Index("link_by_label", "scope", "stream", "label"),
    )

    scope: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    source_id: str = Field(primary_key=True)
    target_id: str
    source_ref: str = ""
    kind: str = ""  # which of the stream's targets holds it, for example "bill" or "vendor_credit"
    state: str = "live"  # live, archived, reversed
    sent_hash: str = ""  # of the body that the target holds by our last write
    revision: int = 0  # grows when a reversed record is made anew
    label: str = ""  # what other records need to know of the target, for example a vendor's currency
    changed_at: datetime | None = _moment(nullable=True)  # of our last write, by the target's clock
    evidence: str = ""  # why an existing target record was adopted
    owner: str = ""  # of a line: the source id of the record that it belongs to
    version: str = ""  # of the target record after our last write, where the target counts them (`EditSequence`)
    agreed: bytes | None = _sealed()  # the fields that both sides were last seen to agree on; see `tasks.agreed`
    created_at: datetime = _moment()
    updated_at: datetime = _moment()


class Record(SQLModel, table=True):
    """What became of a source record the last time it was looked at."""

    __tablename__ = "record"
    __table_args__ = (Index("record_by_outcome", "scope", "stream", "outcome"),)

    scope: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    source_id: str = Field(primary_key=True)
    pair: str
    connection: str
    source_ref: str = ""
    source_hash: str = ""  # of the source record as it was listed
    rules_hash: str = ""  # of the rules that the outcome was decided by
    outcome: str
    reason: str = ""
    remedy: str = ""
    target_id: str | None = None
    attempts: int = 0
    run_id: str = ""
    asked: bool = False  # a person asked for another try
    since: datetime = _moment()  # since when it has this outcome for this reason
    updated_at: datetime = _moment()


class Hold(SQLModel, table=True):
    """A record waits for a thing: the record `cause_id` of the stream `cause_stream`."""

    __tablename__ = "hold"
    __table_args__ = (Index("hold_by_cause", "scope", "cause_stream", "cause_id"),)

    scope: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    source_id: str = Field(primary_key=True)
    cause_stream: str = Field(primary_key=True)
    cause_id: str = Field(primary_key=True)


class Intent(SQLModel, table=True):
    """A write that we are about to make; it is committed before the call and settled by its outcome."""

    __tablename__ = "intent"
    __table_args__ = (
        Index(
            "one_open_intent",
            "scope",
            "stream",
            "source_id",
            unique=True,
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
        Index("intent_by_request", "request_id"),
    )

    id: str = Field(default_factory=lambda: uuid4().hex, primary_key=True)
    scope: str
    stream: str
    source_id: str
    source_ref: str = ""
    operation: str  # create, update, archive
    kind: str
    request_id: str  # the same for every attempt
    together: str = ""  # shared by all that were first sent in one call; the same for every attempt
    revision: int = 0
    body: bytes | None = _sealed()
    attempts: int = 1
    opened_at: datetime = _moment()
    tried_at: datetime = _moment()  # when the last attempt began
    settled_at: datetime | None = _moment(nullable=True)
    outcome: str = ""
    target_id: str | None = None


class Attempt(SQLModel, table=True):
    """One try at an intent, with what came of it."""

    __tablename__ = "attempt"

    id: int | None = Field(default=None, primary_key=True)
    intent_id: str = Field(index=True)
    run_id: str
    at: datetime = _moment()
    result: str


class Watermark(SQLModel, table=True):
    """How far a stream was read; everything older has a stored outcome."""

    __tablename__ = "watermark"

    scope: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    until: datetime = _moment()


class Window(SQLModel, table=True):
    """What one run reads of a stream, fixed at its first attempt, and how far it came."""

    __tablename__ = "window"

    run_id: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    scope: str
    since: datetime | None = _moment(nullable=True)
    until: datetime = _moment()
    cursor: str = ""  # where the next page begins
    pages: int = 0
    done: bool = False


class Audit(SQLModel, table=True):
    """Why a record is as it is; rows are only ever added (the database refuses anything else)."""

    __tablename__ = "audit"
    __table_args__ = (Index("audit_by_record", "scope", "stream", "source_id"),)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = _moment()
    run_id: str
    scope: str
    stream: str
    source_id: str
    source_ref: str = ""
    action: str
    outcome: str
    summary: str = ""
    payload: bytes | None = _sealed()


class InboxEvent(SQLModel, table=True):
    """A notification that a vendor sent, kept until a run has read the record it speaks of."""

    __tablename__ = "inbox_event"
    __table_args__ = (UniqueConstraint("pair", "connection", "system", "event_id", name="one_row_per_event"),)

    id: int | None = Field(default=None, primary_key=True)
    pair: str
    connection: str
    system: str
    event_id: str
    event_type: str
    stream: str = ""
    record_id: str = ""
    changed_at: datetime | None = _moment(nullable=True)  # when the record changed, by the vendor's clock
    received_at: datetime = _moment()
    handled_at: datetime | None = _moment(nullable=True)
    payload: bytes | None = _sealed()


class Lease(SQLModel, table=True):
    """Somebody alone may do something for now; it ends by itself if its holder dies."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True)
    holder: str
    expires_at: datetime = _moment()


class Closure(SQLModel, table=True):
    """A call budget is closed until a moment, for everyone."""

    __tablename__ = "closure"

    budget: str = Field(primary_key=True)
    until: datetime = _moment()
    why: str


class Pace(SQLModel, table=True):
    """How many turns were taken of one rate of a call budget; its row is locked while a turn is taken."""

    __tablename__ = "pace"

    name: str = Field(primary_key=True)
    turns: int = 0


class Turn(SQLModel, table=True):
    """When one of a rate's last calls was, or will be; there are as many places as calls are allowed."""

    __tablename__ = "turn"

    name: str = Field(primary_key=True)
    place: int = Field(primary_key=True)
    at: datetime = _moment()


class Consent(SQLModel, table=True):
    """Somebody went to a vendor to give consent, and is expected back in the same browser."""

    __tablename__ = "consent"

    state_hash: str = Field(primary_key=True)
    pair: str
    connection: str
    browser_hash: str
    redirect_uri: str
    made_at: datetime = _moment()
    used_at: datetime | None = _moment(nullable=True)


class StoredSession(SQLModel, table=True):
    """A signed-in session, encrypted, shared by every process."""

    __tablename__ = "stored_session"

    key: str = Field(primary_key=True)
    sealed: bytes | None = _sealed()
    used_at: datetime = _moment()


class Mirror(SQLModel, table=True):
    """A reference record of a system as we last read it: an account, a department, a vendor."""

    __tablename__ = "mirror"

    scope: str = Field(primary_key=True)
    system: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    number: str = ""
    name: str = ""
    active: bool = True
    body: bytes | None = _sealed()


class ConnectorSession(SQLModel, table=True):
    """The QuickBooks Web Connector came to a connection: from its login to its goodbye."""

    __tablename__ = "connector_session"
    __table_args__ = (
        Index(
            "one_live_connector_session",
            "pair",
            "connection",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: str = Field(default_factory=lambda: uuid4().hex, primary_key=True)
    pair: str
    connection: str
    ticket_hash: str = Field(index=True)  # the ticket itself is told to the Web Connector alone
    opened_at: datetime = _moment()
    called_at: datetime = _moment()  # when the Web Connector last called
    waits_since: datetime | None = _moment(nullable=True)  # since when it was told to wait, call after call
    ended_at: datetime | None = _moment(nullable=True)
    ended_because: str = ""  # see `connector_sessions`
    said: str = ""  # what the next `getLastError` answers
    company_file: str = ""  # the path that the Web Connector named
    greeting: bytes | None = _sealed()  # what QuickBooks told of itself, its company and its preferences
    run_id: str = ""  # the flow run behind it, if we know one
    percent: int = 0  # how far that run is
    is_over: bool = False  # that run asks for nothing more
    handed_out: int = 0  # how many message sets


class MessageSet(SQLModel, table=True):
    """One qbXML document for QuickBooks Desktop, stored byte for byte before it is sent, and its answer."""

    __tablename__ = "message_set"
    __table_args__ = (
        Index("message_set_by_state", "pair", "connection", "state"),
        Index("message_set_by_set_id", "pair", "connection", "set_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    pair: str
    connection: str
    set_id: str = ""  # its `newMessageSetID`; empty if it only reads
    asker: str = ""  # which run waits for it; empty for what every cycle begins with
    state: str = "waiting"  # waiting, out, answered, failed, lost, withdrawn
    session_id: str = Field(default="", index=True)
    document: bytes | None = _sealed()
    answer: bytes | None = _sealed()
    hresult: str = ""  # where QuickBooks could not work on the document at all
    message: str = ""  # what it said then
    asked_at: datetime = _moment()
    beat_at: datetime = _moment()  # when its asker was last known to wait
    out_at: datetime | None = _moment(nullable=True)
    ended_at: datetime | None = _moment(nullable=True)
