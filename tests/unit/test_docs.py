"""What the documentation names is there: commands, options, settings, fields, files and pictures."""

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from prefect.cli.deploy._models import PrefectYamlModel
from prefect.flows import Flow, load_flow_from_entrypoint

from deployments.applying import WORK_POOL
from deployments.cli import app
from deployments.config import Settings
from flows.registry import CREDENTIALS, PAIRS

ROOT = Path(__file__).parents[2]
README, CONTRIBUTING = ROOT / "README.md", ROOT / "CONTRIBUTING.md"
CODE = ("blocks", "tasks", "flows", "deployments", "tests")
PAGES = sorted(
    {*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(one for top in CODE for one in (ROOT / top).rglob("*.md"))}
)
COMMAND = "ml-connector"
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
VARIABLE = re.compile(r"\bML_CONNECTOR_[A-Z_]+[A-Z]")
CODE_SPAN = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```\w*\n(.*?)^```", re.DOTALL | re.MULTILINE)
PATH = re.compile(r"(?:blocks|tasks|flows|deployments|tests|docs)/[\w./]*")


class Named(NamedTuple):
    """A command line that a page names."""

    page: str
    line: str

    def __str__(self) -> str:
        """Shows the line as the test's name."""
        return self.line


def commands() -> Iterator[Named]:
    """Yields every `ml-connector` command line of every page."""
    for page in PAGES:
        text = page.read_text()
        blocks = [line for block in FENCE.findall(text) for line in block.splitlines()]
        spans = CODE_SPAN.findall(FENCE.sub("", text))
        for line in [*blocks, *spans]:
            said = line.split("#")[0].replace(f".venv/bin/{COMMAND}", COMMAND).strip()
            words = said.split()
            while words and re.fullmatch(r"[A-Z_]+=\S*", words[0]):
                words.pop(0)
            if words[:1] == [COMMAND] and len(words) > 1:
                yield Named(page.name, " ".join(words))


def anchors(page: Path) -> set[str]:
    """Returns the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("named", sorted(set(commands())), ids=str)
def test_every_command_that_a_page_names_exists(named: Named) -> None:
    words = shlex.split(named.line)[1:]
    options = {word.split("=")[0] for word in words if word.startswith("--")} - {"--help"}
    if words[0].startswith("-"):
        assert words == ["--help"]
        return
    assert words[0] in list(app), f"{named.page}: there is no command {words[0]}"
    known = {name for one in app[words[0]].assemble_argument_collection() for name in one.names}
    assert options <= known, f"{named.page}: {words[0]} has no {options - known}"


@pytest.mark.parametrize("named", sorted(one for one in set(commands()) if one.page == "README.md"), ids=str)
def test_the_readmes_command_lines_are_complete(named: Named) -> None:
    words = shlex.split(named.line)[1:]
    if words == ["--help"] or len(words) == 1:
        return  # a mention of the command by its name
    app.parse_args(words, exit_on_error=False, print_error=False)


def test_readme_names_every_command() -> None:
    named = {one.line.split()[1] for one in commands()} | set(CODE_SPAN.findall(README.read_text()))
    assert {one for one in app if not one.startswith("-")} - {"sandbox"} <= named


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text()):
        if target.startswith(("https://", "http://")):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.is_file(), f"{target} does not exist"
        assert found.is_relative_to(ROOT), f"{target} is outside of the project"
        assert not anchor or anchor in anchors(found), f"{target}: {found.name} has no such heading"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_a_page_names_exist(page: Path) -> None:
    for span in CODE_SPAN.findall(page.read_text()):
        if PATH.fullmatch(span):
            assert (ROOT / span).exists(), f"there is no {span}"


def test_variables_are_settings_or_variables_of_the_tests() -> None:
    settings = {f"ML_CONNECTOR_{name.upper()}" for name in Settings.model_fields}
    of_tests = {
        name
        for file in (ROOT / "tests").rglob("*.py")
        if file != Path(__file__)
        for name in VARIABLE.findall(file.read_text())
        if name.startswith("ML_CONNECTOR_TEST_")
    }
    assert set(VARIABLE.findall(README.read_text())) == settings
    assert set(VARIABLE.findall(CONTRIBUTING.read_text())) == of_tests
    for page in PAGES:
        assert set(VARIABLE.findall(page.read_text())) <= settings | of_tests, page.name


def test_every_field_of_the_connection_file_is_explained() -> None:
    explained = set(CODE_SPAN.findall(README.read_text()))
    for slug, kind in CREDENTIALS.items():
        assert {slug, *kind.model_fields} <= explained, slug
    for name, pair in PAIRS.items():
        assert set(pair.connection.model_fields) <= set(CODE_SPAN.findall(page_of(name).read_text())), name


def page_of(pair: str) -> Path:
    """Returns the pair's own page."""
    return ROOT / "flows" / pair.replace("-", "_") / "README.md"


@pytest.mark.parametrize("pair", PAIRS)
def test_the_pairs_defaults_are_as_its_page_says(pair: str) -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", page_of(pair).read_text(), re.MULTILINE)
    fields = PAIRS[pair].connection.model_fields
    told = {name: default.replace("`", "") for name, default in rows if name in fields}
    assert len(told) >= len(fields) - 2
    for name, default in told.items():
        assert default == _said(fields[name].get_default(call_default_factory=True)), name


def _said(default: object) -> str:
    if isinstance(default, dict) and default:
        return ", ".join(f"{key}: {value}" for key, value in default.items())
    if isinstance(default, list) and default:
        return ", ".join(map(str, default))
    if isinstance(default, float):
        return f"{default:g}"
    return "empty" if default == "" else str(default).lower() if isinstance(default, bool) else str(default)


@pytest.mark.parametrize(
    "page", [page for page in PAGES if "```yaml" in page.read_text()], ids=lambda page: page.parent.name
)
def test_a_pages_connection_file_is_one(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from deployments.config import read_connection_file

    [example] = re.findall(r"^```yaml\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)
    for name in re.findall(r"\$\{(\w+)\}", example):
        monkeypatch.setenv(name, "s3cret")
    path = tmp_path / "acme.yaml"
    path.write_text(example)
    file = read_connection_file(path)
    for entry in file.credentials:
        kind = CREDENTIALS[entry["type"]]
        kind(**{name: value for name, value in entry.items() if name not in {"type", "name"}})
        assert entry.keys() - {"type", "name"} <= kind.model_fields.keys()
    for entry in file.connections:
        connection = PAIRS[entry["pair"]].connection
        connection(**{name: value for name, value in entry.items() if name not in {"pair", "name"}})
        assert entry.keys() - {"pair", "name"} <= connection.model_fields.keys()


def test_the_readme_lists_every_pair() -> None:
    rows = re.findall(r"^\| \[?`([\w-]+)`.*\| ([^|]+) \|$", README.read_text(), re.MULTILINE)
    assert {name for name, state in rows if state == "works"} == set(PAIRS)
    assert len([name for name, state in rows if state == "not built yet"]) + len(PAIRS) == 5


def test_prefect_yaml_declares_what_apply_makes() -> None:
    declared = PrefectYamlModel.model_validate(yaml.safe_load((ROOT / "deployments/prefect.yaml").read_text()))
    assert declared.pull == []
    for deployment in declared.deployments:
        assert deployment.entrypoint is not None
        flow: Flow[..., Any] = load_flow_from_entrypoint(deployment.entrypoint, use_placeholder_flow=False)
        assert flow.name in PAIRS
        assert deployment.parameters == {"connection": deployment.name}
        assert deployment.tags == [f"pair:{flow.name}", f"connection:{deployment.name}"]
        assert deployment.description == PAIRS[flow.name].flow.description
        assert deployment.work_pool is not None
        assert deployment.work_pool.name == WORK_POOL


def test_the_hooks_before_a_commit_fetch_nothing() -> None:
    declared = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    for repository in declared["repos"]:
        assert repository["repo"] == "local"
        for hook in repository["hooks"]:
            assert hook["language"] == "system"
            assert hook["entry"].startswith(".venv/bin/")
            assert os.access(ROOT / hook["entry"].split()[0], os.X_OK)


def test_the_license_is_whole() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "Copyright 2026 The ml-connector authors" in text
    assert all(f"\n   {number}. " in text for number in range(1, 10))
