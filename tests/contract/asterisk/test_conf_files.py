"""What we render, read by somebody else's parser: pyst2's asterisk.config."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest

from ivr.asterisk.layout import make_dirs
from ivr.asterisk.modules import OPTIONAL, REQUIRED
from ivr.asterisk.render import render_files
from ivr.asterisk.secrets import Secrets
from ivr.core.settings import Settings
from tests.unit.asterisk.sites import small_site

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from asterisk.config import Config, Item

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # it does not close the files it reads
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Config]:
    """Every rendered file, parsed."""
    folder = tmp_path_factory.mktemp("conf")
    modules = folder / "modules"
    modules.mkdir()
    for name in (*REQUIRED, *OPTIONAL):
        (modules / f"{name}.so").touch()
    settings = Settings(home=folder / "home", cache=folder, sip_port=7160, ami_port=7138)
    secrets = Secrets(ami="manager-secret", agents={"li": "secret-of-li", "wang": "secret-of-wang"})
    files = render_files(small_site(), settings, secrets, make_dirs(settings, modules), "22.10.1")
    found = {}
    for name, text in files.items():
        path = folder / name
        # pyst2 knows no templates: [6001](ivr-agent)
        path.write_text(re.sub(r"^(\[[^\]]+\])\(.*\)$", r"\1", text, flags=re.MULTILINE), "utf-8")
        if "[" in text and name != "extensions.conf":
            found[name] = Config(str(path))
    return found


def values(config: Config, category: str, number: int = 0) -> dict[str, str]:
    matching = [found for found in config.categories if found.name.partition("]")[0] == category]
    return {item.name: item.value.lstrip("> ") for item in matching[number].items if isinstance(item, Item)}


def test_all_files_parse(parsed: dict[str, Config]) -> None:
    assert {"asterisk.conf", "pjsip.conf", "queues.conf", "manager.conf", "cel.conf", "rtp.conf"} <= set(parsed)
    assert all(config.categories for config in parsed.values())


def test_every_directory_of_the_instance_is_set(parsed: dict[str, Config]) -> None:
    directories = values(parsed["asterisk.conf"], "directories")
    assert {"astetcdir", "astmoddir", "astdatadir", "astrundir", "astlogdir", "astspooldir", "astagidir"} <= set(
        directories
    )
    assert all(Path(place).is_absolute() for place in directories.values())


def test_each_agent_has_an_account_of_his_own(parsed: dict[str, Config]) -> None:
    endpoint = values(parsed["pjsip.conf"], "6001", 0)
    assert endpoint["auth"] == endpoint["aors"] == "6001"
    assert endpoint["callerid"] == '"李雷" <6001>'
    assert values(parsed["pjsip.conf"], "6001", 1) == {"username": "6001", "password": "secret-of-li"}
    assert values(parsed["pjsip.conf"], "6002", 1)["password"] == "secret-of-wang"


def test_nobody_may_transfer_and_callers_reach_service_numbers_only(parsed: dict[str, Config]) -> None:
    common = values(parsed["pjsip.conf"], "ivr-endpoint")
    assert common["allow_transfer"] == common["allow_subscribe"] == common["direct_media"] == "no"
    assert values(parsed["pjsip.conf"], "anonymous") == {"context": "ivr-incoming"}


def test_queues_are_as_the_site_says(parsed: dict[str, Config]) -> None:
    support = values(parsed["queues.conf"], "support")
    assert (support["timeout"], support["servicelevel"], support["announce-position"]) == ("12", "20", "yes")
    sales = values(parsed["queues.conf"], "sales")
    assert (sales["servicelevel"], sales["announce-position"], sales["announce-frequency"]) == ("30", "no", "0")
    common = values(parsed["queues.conf"], "ivr-queue")
    assert common["joinempty"] == "yes"
    assert common["membergosub"] == "ivr-agent"
    assert not any(
        item.name == "member"
        for found in parsed["queues.conf"].categories
        for item in found.items
        if isinstance(item, Item)
    )


def test_the_ports_are_those_of_the_settings(parsed: dict[str, Config]) -> None:
    assert values(parsed["pjsip.conf"], "ivr-udp")["bind"] == "127.0.0.1:7160"
    assert values(parsed["manager.conf"], "general")["port"] == "7138"
    assert values(parsed["manager.conf"], "ivr")["secret"] == "manager-secret"
