"""Makes Prefect hold what a connection file says: blocks, deployments and schedules."""

from collections.abc import Iterable
from typing import Any

from prefect.blocks.core import Block
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.exceptions import ObjectAlreadyExists
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType
from prefect.workers.process import ProcessWorker
from pydantic import ValidationError

from blocks.errors import ConfigurationError
from deployments.config import ConnectionFile
from flows.connection import Connection
from flows.housekeeping.flow import DAILY, housekeeping
from flows.registry import CREDENTIALS, PAIRS, Pair

WORK_POOL = "ml-connector"


async def apply(file: ConnectionFile) -> list[str]:
    """Prefect holds every block and deployment of the file; applying it again changes nothing more.

    Returns one line for each thing, for people.

    Raises:
        ConfigurationError: something in the file is wrong; nothing of the file was stored then.
    """
    credentials = [_credentials(entry) for entry in file.credentials]
    connections = [_connection(entry) for entry in file.connections]
    said = []
    for name, block in credentials:
        await _save(block, name)
        said.append(f"credentials {name} ({block.get_block_type_slug()})")
    if connections:
        await make_work_pool()
        await deploy_housekeeping()
    for name, pair, connection in connections:
        await connection.sides()
        await _save(connection, name)
        await _deploy(name, pair, connection)
        said.append(f"connection {pair.connection.pair}/{name}, {_when(pair, connection)}")
    return said


def _when(pair: Pair, connection: Connection) -> str:
    if not (schedules := connection.schedules()):
        return "runs when the Web Connector comes" if pair.visited else "runs when asked to"
    said = [f"{cron}{_only(asked)}" for cron, asked in schedules]
    return f"runs at {' and at '.join(said)} (UTC)"


def _only(asked: dict[str, Any]) -> str:
    return f" for {', '.join(asked['streams'])}" if "streams" in asked else ""


def _credentials(entry: dict[str, Any]) -> tuple[str, Block]:
    fields = dict(entry)
    slug, name = str(fields.pop("type", "")), str(fields.pop("name", ""))
    if slug not in CREDENTIALS or not name:
        raise ConfigurationError(
            f"credentials {name or '(without a name)'}: type {slug!r} is none of {_either(CREDENTIALS)}"
        )
    return name, _built(CREDENTIALS[slug], fields, f"credentials {name}")


def _connection(entry: dict[str, Any]) -> tuple[str, Pair, Connection]:
    fields = dict(entry)
    pair, name = str(fields.pop("pair", "")), str(fields.pop("name", ""))
    if pair not in PAIRS or not name:
        raise ConfigurationError(f"connection {name or '(without a name)'}: pair {pair!r} is none of {_either(PAIRS)}")
    return name, PAIRS[pair], _built(PAIRS[pair].connection, fields, f"connection {pair}/{name}")


def _either(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _built(kind: type[Any], fields: dict[str, Any], what: str) -> Any:
    if unknown := fields.keys() - kind.model_fields.keys():
        raise ConfigurationError(f"{what}: there is no field {_either(unknown)}")
    try:
        return kind(**fields)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_input=False)
        )
        raise ConfigurationError(f"{what}: {wrong}") from None


async def _save(block: Block, name: str) -> None:
    """Stores the block; what it learned since it was first applied (a webhook key) stays unless the file says it."""
    learned: frozenset[str] = getattr(type(block), "learned", frozenset()) - block.model_fields_set
    try:
        before = await type(block).aload(name) if learned else None
    except ValueError:
        before = None
    if before is not None:
        for field in learned:
            setattr(block, field, getattr(before, field))
    await type(block).aregister_type_and_schema()
    await block.asave(name, overwrite=True)


async def make_work_pool() -> None:
    """The work pool that every deployment's runs go through exists."""
    template = ProcessWorker.get_default_base_job_template()
    async with get_client() as client:
        try:
            await client.create_work_pool(WorkPoolCreate(name=WORK_POOL, type="process", base_job_template=template))
        except ObjectAlreadyExists:
            return


async def _deploy(name: str, pair: Pair, connection: Connection) -> None:
    deployment = await pair.flow.ato_deployment(
        name=name,
        parameters={"connection": name},
        schedules=[Cron(cron, timezone="UTC", parameters=asked) for cron, asked in connection.schedules()],
        tags=[f"pair:{pair.connection.pair}", f"connection:{name}"],
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.ENQUEUE),
        work_pool_name=WORK_POOL,
        entrypoint_type=EntrypointType.MODULE_PATH,
        description=pair.flow.description,
    )
    await deployment.aapply()


async def deploy_housekeeping() -> None:
    """The housekeeping runs every day, whatever connections there are."""
    deployment = await housekeeping.ato_deployment(
        name="daily",
        schedules=[Cron(DAILY, timezone="UTC")],
        work_pool_name=WORK_POOL,
        entrypoint_type=EntrypointType.MODULE_PATH,
        description=housekeeping.description,
    )
    await deployment.aapply()
