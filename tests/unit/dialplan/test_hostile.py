"""Whatever bytes a site's files hold, the answer is a site or a list of problems."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from dialplan.checks import check_site
from dialplan.examples import TINY_SITE
from dialplan.loading import errors_of, load_checked, load_site
from ivr.core.errors import SiteError
from tests.unit.dialplan.sites import write_files

_RICH = """start: hello
human: wait
steps:
  hello: {step: answer, next: greet}
  greet: {step: greeting, next: ask}
  ask: {step: collect, prompts: [enter-number], variable: order, confirm: true, terminator: '*', next: look}
  look:
    step: lookup
    url: https://crm.example.com/{order}
    headers: {Authorization: 'Bearer {env.IVR_LOOKUP_CRM}'}
    save: {state: 'order.lines[0].state'}
    failure: wait
    next: which
  which: {step: branch, cases: [{when: state == 'open' and 1 < 2, go: say}], next: set}
  say: {step: say, say: [{money: '{state}', currency: CNY}, {date: 2026-10-01, weekday: true}], next: sub}
  set: {step: set, values: {a: '{caller}'}, compute: {b: len(order) + 1}, accessible: true, next: sub}
  sub: {step: subflow, flow: main, next: hours}
  hours: {step: hours, hours: office, open: ring, closed: tell, at_break: wait, holiday: wait}
  ring: {step: transfer, agent: lee, busy: wait, failure: tell, after: rate}
  tell: {step: record, prompts: [closed], variable: about, review: true, next: wait}
  rate: {step: survey, questions: [{name: q, prompts: [closed], keys: [1, 2]}], next: bye}
  wait: {step: queue, queue: service, timeout: bye}
  bye: {step: hangup}
"""
_SITE = TINY_SITE | {"flows/rich.yaml": _RICH, "numbers.yaml": "1000: main\n2000: rich\n"}
_FILES = st.sampled_from(sorted(_SITE))
_SNIPPETS = st.sampled_from(
    ["{x}", "{env.PATH}", "{secret.a}", "(", " == ", "**",
     "&a ", "*a", "!!x ", "{", "}", "[", "]", ": ", "\n", "\n  ", "- ", "? ", "'", '"', "#", "~", "<<: ", "---\n", "\t",
     "step", "menu", "0", "\x00", "\u2028", "é", "|", ">", "[key]", "null", ".nan", "\ufeff", "%YAML 1.1\n"]
)  # fmt: skip


def _load(file: str, data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = write_files(Path(name), {**_SITE, file: data})
        site, problems = load_checked(folder)
        for found in problems:
            assert all(
                char.isprintable()
                for char in f"{found.where}{found.text.en}{found.text.zh}{found.cure.en}{found.cure.zh}"
            )
        try:
            assert load_site(folder) == site
        except SiteError as error:
            assert site is None
            assert error.problems == tuple(problems)


@settings(max_examples=60)
@given(file=_FILES, data=st.binary(max_size=300))
def test_random_bytes(file: str, data: bytes) -> None:
    _load(file, data)


@settings(max_examples=120)
@given(
    file=_FILES,
    edits=st.lists(
        st.tuples(st.integers(0, 1500), st.integers(0, 12), st.one_of(_SNIPPETS, st.text(max_size=6))),
        min_size=1,
        max_size=4,
    ),
)
def test_mutated_yaml(file: str, edits: list[tuple[int, int, str]]) -> None:
    text = _SITE[file]
    for at, cut, put in edits:
        start = at % (len(text) + 1)
        text = text[:start] + put + text[start + cut :]
    _load(file, text.encode("utf-8", "surrogatepass"))


_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=8,
)


@settings(max_examples=60)
@given(
    file=_FILES,
    key=st.sampled_from(["steps", "start", "service", "lee", "office", "zone", "languages", "company", "1000"]),
    value=_VALUES,
)
def test_values_of_the_wrong_kind(file: str, key: str, value: object) -> None:
    import json

    _load(file, json.dumps({key: value}).encode("utf-8", "surrogatepass"))


def test_the_site_that_is_changed_is_sound(tmp_path: Path) -> None:
    assert errors_of(check_site(write_files(tmp_path, dict(_SITE)))) == []
