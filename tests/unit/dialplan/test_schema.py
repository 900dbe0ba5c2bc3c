"""The JSON Schema of each file accepts what the check accepts, and refuses what it refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from dialplan.codes import CODES
from dialplan.examples import EXAMPLES, TINY_SITE
from dialplan.schema import DIALECT, FILES
from dialplan.schema import schema as make_schema
from dialplan.sites import demo_site
from tests.unit.dialplan.json_schema import faults

SITES = demo_site().parent
schema = lru_cache(make_schema)

# What a file alone shows.
_KNOWN = {"DP101", "DP102", "DP103", "DP104", "DP106", "DP107", "DP109", "DP110", "DP112", "DP114", "DP124", "DP128"}


class _Core(yaml.SafeLoader):
    """YAML 1.2 as editors read it: no dates, no sexagesimal numbers; keys are text."""


_Core.yaml_implicit_resolvers = {
    first: [(tag, kind) for tag, kind in kinds if "timestamp" not in tag and "int" not in tag]
    for first, kinds in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(text: str) -> Any:
    """A file as the editor's language server sees it."""

    def named(value: Any) -> Any:
        if isinstance(value, dict):
            return {str(key): named(one) for key, one in value.items()}
        if isinstance(value, list):
            return [named(one) for one in value]
        return int(value) if isinstance(value, str) and value.isdigit() and (value == "0" or value[0] != "0") else value

    return named(yaml.load(text, Loader=_Core))


def files() -> Iterator[tuple[str, Path]]:
    """Every file of the sites that travel with the code, with the part it is."""
    for site in sorted(SITES.iterdir()):
        for part, name in FILES.items():
            for path in sorted(site.glob(name)):
                yield part, path


@pytest.mark.parametrize(("part", "path"), [pytest.param(*one, id=f"{one[1].parent.name}-{one[0]}") for one in files()])
def test_the_files_of_our_own_sites_fit(part: str, path: Path) -> None:
    spec = schema(part)
    assert list(faults(read(path.read_text("utf-8")), spec, spec)) == []


def part_of(file: str) -> str:
    return "flow" if file.startswith("flows/") else file.removesuffix(".yaml")


@pytest.mark.parametrize("code", sorted(_KNOWN))
def test_what_the_schema_can_know_it_refuses(code: str) -> None:
    example = EXAMPLES[code]
    assert isinstance(example.text, str)
    spec = schema(part_of(example.file))
    assert list(faults(read(example.text), spec, spec))


@pytest.mark.parametrize("code", [code for code in CODES if code[:3] in {"DP3", "DP4"}])
def test_what_is_only_unwise_or_needs_the_rest_of_the_site_fits(code: str) -> None:
    example = EXAMPLES[code]
    assert isinstance(example.text, str)
    spec = schema(part_of(example.file))
    assert list(faults(read(example.text), spec, spec)) == []


@pytest.mark.parametrize("part", ["whole", *FILES])
def test_every_part_is_a_schema_of_its_own(part: str) -> None:
    spec = schema(part)
    assert spec["$schema"] == DIALECT
    text = json.dumps(spec)
    referred = {one.split('"')[0] for one in text.split('"#/$defs/')[1:]}
    assert referred == set(spec.get("$defs", {}))


def test_settings_are_told_in_chinese_too() -> None:
    spec = schema("queues", "zh")
    told = [field["description"] for one in spec["$defs"].values() for field in one["properties"].values()]
    assert told
    assert all(any("\u4e00" <= char <= "\u9fff" for char in text) for text in told)


def test_the_tiny_site_fits() -> None:
    for file, text in TINY_SITE.items():
        spec = schema(part_of(file))
        assert list(faults(read(text), spec, spec)) == []
