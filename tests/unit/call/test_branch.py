"""Callers of some languages go another way."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialplan.checks import check_site
from ivr.call.runner import run_flow
from tests.unit.call.conftest import MakeCall
from tests.unit.dialplan.sites import write_site

STEPS = {
    "hello": {"step": "answer", "next": "ask"},
    "ask": {"step": "language", "choices": {"1": "zh-CN", "2": "en-US", "3": "ko-KR"}, "next": "which"},
    "which": {"step": "branch", "languages": {"ko-KR": "korean"}, "next": "others"},
    "korean": {"step": "hangup", "prompts": ["thanks-for-calling"]},
    "others": {"step": "hangup"},
}


@pytest.mark.parametrize(("key", "said"), [("3", "thanks-for-calling"), ("1", "goodbye"), ("2", "goodbye")])
async def test_the_language_of_the_call_decides(make_call: MakeCall, key: str, said: str) -> None:
    call, channel, trace = make_call(key, steps=STEPS)
    await run_flow(call, "hello")
    assert [prompt for _, prompt in channel.heard][-1] == said
    assert trace.events("which") == ["branch"]


def flow(languages: str) -> str:
    """A flow that branches."""
    return (
        "start: hello\nsteps:\n  hello: {step: answer, next: greet}\n  greet: {step: greeting, next: which}\n"
        f"  which: {{step: branch, languages: {languages}, next: wait}}\n"
        "  wait: {step: queue, queue: service, timeout: bye}\n  bye: {step: hangup}\n"
    )


@pytest.mark.parametrize(
    ("languages", "codes"),
    [
        ("{zh-CN: bye}", []),
        ("{ko-KR: bye}", ["DP224"]),
        ("{zh-CN: nowhere}", ["DP202"]),
        ("{}", ["DP109"]),
        ("{zh-CN: which}", ["DP205"]),
    ],
)
def test_branches_are_checked(tmp_path: Path, languages: str, codes: list[str]) -> None:
    assert [found.code for found in check_site(write_site(tmp_path, flows__main=flow(languages)))] == codes
