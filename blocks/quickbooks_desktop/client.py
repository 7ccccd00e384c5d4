"""One QuickBooks Desktop company file, asked and written to by way of its Web Connector."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol, Self

from blocks.errors import AnswerLostError, AwayError, ConfigurationError, RefusedError, TransientError
from blocks.exact import Record
from blocks.quickbooks_desktop import queries
from blocks.quickbooks_desktop.answers import Answer, parsed
from blocks.quickbooks_desktop.channel import SYSTEM, Channel
from blocks.quickbooks_desktop.company import Company
from blocks.quickbooks_desktop.documents import messages_of
from blocks.quickbooks_desktop.meanings import MISSING, query_problem
from blocks.quickbooks_desktop.opening import Opening
from blocks.quickbooks_desktop.queries import PAGE, Query
from blocks.quickbooks_desktop.render import Request, document, rendered
from blocks.quickbooks_desktop.sending import Sending

RESTARTS = 3  # of a reading by pages whose session ended
IDS_AT_ONCE = 200  # in one question


class KnownFile(Protocol):
    """What is known of the company file beforehand."""

    @property
    def file_id(self) -> str:
        """What the Web Connector has written into it."""
        ...

    @property
    def owner_id(self) -> str:
        """Whose that is."""
        ...


class QuickBooksDesktopClient:
    """Speaks with one company file; what it asks waits for the Web Connector, and goes out in the order of asking.

    Raises:
        AwayError: the Web Connector does not come, or went away.
        AnswerLostError: a document was sent, and nobody knows what became of it.
        VendorError: by what to do next; see `blocks.quickbooks_desktop.meanings`.
    """

    def __init__(self, account: KnownFile, channel: Channel) -> None:
        """Asks nothing yet."""
        self.account, self.channel = account, channel
        self._company: Company | None = None
        self._opening: Opening | None = None
        self._sending = Sending(channel)

    async def __aenter__(self) -> Self:
        """Returns the client."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Has nothing to close: the session is the Web Connector's."""

    async def ready(self) -> str:
        """The Web Connector is there with the right company file; returns that company's name and product.

        Raises:
            ConfigurationError: it is another company file, or this QuickBooks is too old.
        """
        company = await self.company()
        if old := company.too_old():
            raise ConfigurationError(old, system=SYSTEM, remedy="Install QuickBooks 2014 or newer.")
        wanted, found = (_plain(one) for one in (self.account.file_id, company.file_id))
        if wanted and found and wanted != found:
            said = f"the company file that is open, {company.name}, belongs to another connection (FileID {found})"
            remedy = f"Open the right company in QuickBooks, or import this connection's .QWC file for {company.name}."
            raise ConfigurationError(said, system=SYSTEM, field="FileID", remedy=remedy)
        return str(company)

    async def company(self) -> Company:
        """Returns what is known of the company; waits for the Web Connector to come."""
        if self._company is None:
            self._company = Company.of(await self.channel.greeting(), self.account.owner_id)
        return self._company

    async def ask(self, asked: Sequence[Query]) -> list[Answer]:
        """Returns an answer to each question, in order, all by one document.

        What the session's opening document asked in exactly the same way is answered from it, once.

        Raises:
            RefusedError: QuickBooks does not take a question.
        """
        for query in asked:
            queries.check(query)
        if self._opening is None:
            self._opening = Opening(await self.channel.opening())
        held = [self._opening.take(query) for query in asked]
        left = [query for query, answer in zip(asked, held, strict=True) if answer is None]
        fresh = iter(await self._asked(left) if left else ())
        answers = [next(fresh) if answer is None else answer for answer in held]
        for answer in answers:
            if error := query_problem(answer):
                raise error
        return answers

    async def records(self, query: Query) -> list[Record]:
        """Returns the records that one question asks for."""
        return list((await self.ask([query]))[0].records)

    async def every(self, query: Query, page: int = PAGE) -> AsyncIterator[list[Record]]:
        """Yields the records page by page, where QuickBooks gives them so, and else all at once; see `walk`."""
        [answer] = await self.ask([queries.first(query, page)])
        async for records in self.walk(query, answer, page):
            yield records

    async def walk(self, query: Query, answer: Answer, page: int = PAGE) -> AsyncIterator[list[Record]]:
        """Yields the records of the answer to `queries.first`, and then those of the pages that follow.

        A session that ends meanwhile takes its pages with it: they are asked from the first again, so that a record
        may come several times.
        """
        restarts = 0
        while True:
            yield list(answer.records)
            if not answer.remaining or not answer.iterator_id:
                return
            try:
                [answer] = await self.ask([queries.following(query, answer.iterator_id, page)])
            except (RefusedError, TransientError) as error:
                restarts += 1
                if restarts > RESTARTS or isinstance(error, AwayError):
                    raise
                [answer] = await self.ask([queries.first(query, page)])

    async def by_ids(self, query: Query) -> dict[str, Record]:
        """Returns the records that a question by ids asks for, by their ids; one that is not there is left out."""
        name = "ListID" if "ListID" in query.body else "TxnID"
        wanted = list(dict.fromkeys(query.body.get(name, ())))
        parts = [wanted[start : start + IDS_AT_ONCE] for start in range(0, len(wanted), IDS_AT_ONCE)]
        answers = await self.ask([_for(query, name, part) for part in parts]) if parts else []
        # Whether the others are shown where one is missing depends on the code, so they are asked for one by one.
        doubtful = [one for part, answer in zip(parts, answers, strict=True) if _hides(answer, part) for one in part]
        if doubtful:
            answers += await self.ask([_for(query, name, [one]) for one in doubtful])
        return {str(row[name]): row for answer in answers for row in answer.records if row.get(name)}

    async def write(self, requests: Sequence[Request], set_id: str) -> list[Answer]:
        """Returns an answer to each request, in order; one that fails stops none of the others.

        What QuickBooks cannot read has the code `meanings.UNREAD`. The requests have ids, each its own.

        Raises:
            AnswerLostError: some may have been done.
        """
        messages = {one.attributes["requestID"]: rendered(one) for one in requests}
        answers = await self.send(messages, set_id)
        return [_answered(answers, request_id) for request_id in messages]

    async def resend(self, set_id: str) -> list[Answer]:
        """Returns the answers to the document that was kept under this id, which is sent again byte for byte.

        QuickBooks does not do again what it has done under the id.
        """
        kept = await self.channel.kept(set_id)
        if kept is None:
            raise KeyError(f"nothing was sent as message set {set_id}")
        return list((await self.send(messages_of(kept), set_id)).values())

    async def send(self, messages: Mapping[str, str], set_id: str) -> dict[str, Answer]:
        """Returns the answers by request id, as far as there are any; see `sending.Sending.send`."""
        self._opening = Opening(None)  # what was asked before is not true any more
        return await self._sending.send(messages, set_id)

    def doubting(self) -> AbstractContextManager[None]:
        """An absence after something was written leaves that in doubt; see `sending.Sending.doubting`."""
        return self._sending.doubting()

    async def _asked(self, asked: Sequence[Query]) -> list[Answer]:
        numbered = [_numbered(query, number) for number, query in enumerate(asked, 1)]
        try:
            answered = parsed(await self.channel.exchange(document(numbered)))
        except AnswerLostError as lost:  # nothing is in doubt of a question
            raise AwayError(str(lost), system=SYSTEM, code=lost.code, remedy=lost.remedy) from lost
        by_id = {answer.request_id: answer for answer in answered.answers}
        missing = [query.message for query in numbered if query.attributes["requestID"] not in by_id]
        if missing:
            raise TransientError(f"{SYSTEM} did not answer {missing[0]}", system=SYSTEM)
        return [by_id[query.attributes["requestID"]] for query in numbered]


def _for(query: Query, name: str, ids: Sequence[str]) -> Query:
    return query._replace(body={**query.body, name: list(ids)})


def _hides(answer: Answer, asked: Sequence[str]) -> bool:
    return answer.code == MISSING and len(asked) > 1


def _numbered(query: Query, number: int) -> Query:
    return query._replace(attributes={**query.attributes, "requestID": str(number)})


def _answered(answers: Mapping[str, Answer], request_id: str) -> Answer:
    if request_id not in answers:
        raise AnswerLostError(f"{SYSTEM} did not answer request {request_id}", system=SYSTEM)
    return answers[request_id]


def _plain(guid: str) -> str:
    return guid.strip("{} ").upper()
