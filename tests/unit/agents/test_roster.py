"""agents.yaml is changed a block at a time, and only into a sound site."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialplan.loading import load_site
from ivr.agents.roster import NewAgent, add_agent, remove_agent
from ivr.core.errors import SiteError, UsageError
from tests.unit.dialplan.sites import write_site

FILE = """\
# The day shift.

lee:            # since 2019
  name: Lee
  extension: 6001
  number: 801
  queues: [service]
  # his desk is by the window

# The night shift.
kim:
  name: "金"
  extension: 6002
  number: 802
# end of the list
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_site(tmp_path / "site", agents=FILE)


def text(folder: Path) -> str:
    return (folder / "agents.yaml").read_text("utf-8")


def test_who_is_added_stands_at_the_end_with_the_next_free_numbers(folder: Path) -> None:
    site, agent = add_agent(folder, NewAgent("park", '朴 "P": #1', queues=["service"]))
    assert (agent.extension, agent.number, agent.name) == ("6003", "803", '朴 "P": #1')
    assert text(folder).startswith(FILE)
    assert load_site(folder).agents["park"] == agent == site.agents["park"]


def test_a_number_in_use_is_passed_over(folder: Path) -> None:
    (folder / "queues.yaml").write_text("service: {extension: 6003}\n", "utf-8")
    _, agent = add_agent(folder, NewAgent("park", "Park"))
    assert agent.extension == "6004"


def test_who_is_removed_takes_his_block_along_and_nothing_else(folder: Path) -> None:
    _, gone = remove_agent(folder, "lee")
    assert gone.extension == "6001"
    assert text(folder) == "# The day shift.\n\n" + FILE[FILE.index("\n# The night") :]
    remove_agent(folder, "kim")
    assert text(folder).endswith("# end of the list\n{}\n")
    assert load_site(folder).agents == {}
    add_agent(folder, NewAgent("lee", "Lee"))
    assert list(load_site(folder).agents) == ["lee"]
    assert "# The night shift." in text(folder)


def test_the_last_of_the_file_can_go(folder: Path) -> None:
    remove_agent(folder, "kim")
    assert text(folder) == FILE.split("kim:", maxsplit=1)[0] + "# end of the list\n"


def test_without_a_file_there_is_one_after(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "site", agents=None)
    add_agent(folder, NewAgent("lee", "Lee", queues=["service"]))
    assert list(load_site(folder).agents) == ["lee"]


@pytest.mark.parametrize(
    ("new", "error"),
    [
        (NewAgent("lee", "Lee"), UsageError),
        (NewAgent("x: {}\ny", "X"), UsageError),
        (NewAgent("X", "X"), UsageError),
        (NewAgent("x", "a\nb"), UsageError),
        (NewAgent("x", "a\ud800"), UsageError),
        (NewAgent("x", ""), UsageError),
        (NewAgent("x", "n" * 61), UsageError),
        (NewAgent("x", "X", extension="6001, number: 1"), UsageError),
        (NewAgent("x", "X", queues=["a], name: [b"]), UsageError),
        (NewAgent("x", "X", extension="6001"), SiteError),
        (NewAgent("x", "X", number="801"), SiteError),
        (NewAgent("x", "X", queues=["nope"]), SiteError),
    ],
)
def test_what_cannot_be_changes_nothing(folder: Path, new: NewAgent, error: type[Exception]) -> None:
    with pytest.raises(error):
        add_agent(folder, new)
    assert text(folder) == FILE
    assert sorted(path.name for path in folder.iterdir()) == [
        "agents.yaml", "flows", "hours.yaml", "numbers.yaml", "queues.yaml", "site.yaml",
    ]  # fmt: skip


def test_a_file_in_one_line_is_for_an_editor(tmp_path: Path) -> None:
    line = "{lee: {name: Lee, extension: 6001, number: 801, queues: [service]}}\n"
    folder = write_site(tmp_path / "site", agents=line)
    with pytest.raises(UsageError, match="on a line of his own"):
        add_agent(folder, NewAgent("kim", "Kim"))
    with pytest.raises(UsageError, match="on a line of his own"):
        remove_agent(folder, "lee")
    assert text(folder) == line


def test_a_site_with_errors_is_mended_first(folder: Path) -> None:
    (folder / "numbers.yaml").write_text("1000: nowhere\n", "utf-8")
    with pytest.raises(SiteError, match="nothing was changed"):
        remove_agent(folder, "lee")
    assert text(folder) == FILE


def test_nobody_is_removed_who_is_not_there(folder: Path) -> None:
    with pytest.raises(UsageError, match="no agent"):
        remove_agent(folder, "nobody")
