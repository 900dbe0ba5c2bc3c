"""What was built is shown: transfers, pauses, measurements, sections, what a person judges, the state of files."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC

import pytest
from rich.cells import cell_len
from rich.console import Console

from ivr.cli.calls import plain
from ivr.core.language import Text
from ivr.reports import sounds
from ivr.reports.arranged import arranged, shown_reading
from ivr.reports.books import NO_BOOK, book_of
from ivr.reports.drawing import LEFT
from ivr.reports.findings import Reading
from ivr.reports.html import pieces, render_html
from ivr.reports.model import CallStory
from ivr.reports.picture import draw
from ivr.reports.terminal import print_story
from ivr.reports.wording import cause_of
from tests.unit.reports.day import HOSTILE
from tests.unit.reports.handed import handed_story


@pytest.fixture
def story() -> CallStory:
    return handed_story()


def page(story: CallStory) -> str:
    return render_html([story], None, title=Text("Calls", "通话"), zone=UTC, language="en")


def printed(story: CallStory, width: int = 110) -> str:
    out = io.StringIO()
    print_story(Console(file=out, width=width), story)
    return out.getvalue()


def told(story: CallStory, width: int = 110) -> str:
    return " ".join(printed(story, width).split())


def test_both_agents_and_the_transfer_are_in_the_story(story: CallStory) -> None:
    assert [(one.agent, one.start, one.end, one.handed_by, one.ended_by) for one in story.talks] == [
        ("agent-lee", 10.0, 40.0, "", "transfer"),
        ("agent-kim", 43.0, 70.0, "agent-lee", "agent"),
    ]
    assert story.talk_s == pytest.approx(57.0)
    talks = [(one.who, one.start, one.end) for one in story.phases if one.kind == "talk"]
    assert talks == [("agent-lee", 10.0, 40.0), ("agent-kim", 43.0, 70.0)]
    events = {event.text.en: event.at for event in story.events}
    assert events["agent-lee hands the caller on → 6002 (unasked)"] == 40.0
    assert events["talks to agent-kim (handed on by agent-lee)"] == 43.0
    assert events["talk ends after 27.0 s, by agent"] == 70.0
    assert events["recording paused"] == 20.0
    assert story.events[-1].text.en == "call ends", "the agent hung up his talk, not what the line said after it"
    assert [step.step for step in story.path] == ["service"]


def test_a_pause_is_one_pause_in_all_files_and_stands_in_the_transcript(story: CallStory) -> None:
    assert story.pauses == ((20.0, 28.0),)
    text = told(story)
    before, _, behind = text.partition("[recording paused 0:20.0–0:28.0]")
    assert "我想付款" in before
    assert "马上为您转接" in behind
    html = page(story)
    assert "［录音暂停 0:20.0–0:28.0］" in html
    assert (
        html.index("我想付款</span></li>")
        < html.index('<li class="pausemark">')
        < html.index("马上为您转接</span></li>")
    )


def test_marks_lie_on_the_axis_of_their_party(story: CallStory) -> None:
    picture = draw(story)
    scale = (picture.right - LEFT) / story.duration
    tops = {row.party: row.y for row in picture.rows}
    assert list(tops) == [("caller", ""), ("agent", "agent-lee"), ("agent", "agent-kim")]
    where = {(box.kind, box.y): box.x for box in picture.marks}
    caller, lee, kim = tops.values()
    assert set(where) == {
        ("dead", caller), ("dead", lee), ("interruption", caller), ("interruption", kim), ("music", caller),
        ("paused", caller), ("paused", lee), ("announced", caller), ("announced", lee),
    }  # fmt: skip
    assert where["paused", lee] == pytest.approx(LEFT + 20.0 * scale)
    assert where["interruption", kim] == pytest.approx(LEFT + 46.2 * scale)
    box = next(box for box in picture.marks if box.kind == "interruption")
    assert box.title.en == "interruption 0:46.2, 0.7 s, by agent-kim"
    kinds = {row.party[1]: row.problem for row in picture.rows if row.problem is not None}
    assert {who: problem.en for who, problem in kinds.items()} == {"agent-kim": "file broken"}


def test_what_is_missing_stands_at_the_end_of_that_agents_talk(story: CallStory) -> None:
    picture = draw(story)
    scale = (picture.right - LEFT) / story.duration
    ends = {round((label.at - LEFT) / scale) for label in picture.hits if "absent" in label.kind}
    assert ends == {40, 70}
    assert not any("E1" in label.text.en and label.kind.startswith("pass") for label in picture.hits)


def test_measurements_are_told_with_their_units(story: CallStory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_LANG", "en")
    assert [sound.agent for sound in story.sounds] == ["agent-lee", "agent-kim"], "a row that says nothing is left out"
    text = told(story)
    assert "talk share agent 75 % · caller 25 %" in text
    assert "interruptions agent 1 · caller 0" in text
    assert "dead air 6.5 s" in text
    assert "announced silence 3.5 s" in text
    assert "hold music 4.0 s" in text
    assert "240 characters/min -19 dBFS (± 1.0) 25 dB 31 of 100, below 40: words are not judged" in text
    monkeypatch.setenv("IVR_LANG", "zh")
    assert "240 字/分钟" in told(story)
    html = page(story)
    assert "31（满分 100），低于 40：不按文字评判" in html
    assert html.count('<svg class="share"') == 2


def test_one_missing_party_is_said(story: CallStory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_LANG", "en")
    first = story.sounds[0]
    alone = replace(story, sounds=(replace(first, features=replace(first.features, caller=None)),))
    assert sounds.together(alone.sounds[0]) == []
    assert "the sound of one party is missing" in told(alone)
    assert "the sound of one party is missing" in page(alone)


def test_verdicts_stand_in_sections_by_agent_and_what_does_not_apply_apart(story: CallStory) -> None:
    lee, kim = arranged(story)
    assert [section.title.en for section in lee.sections] == ["Opening", "Conduct"]
    assert (lee.agent, kim.agent) == ("agent-lee", "agent-kim")
    assert [one.rule for one in lee.sections[1].findings] == ["rate", "first"]
    assert [item.rule for item in lee.sections[1].manual] == ["repeat"]
    assert (lee.sections[1].points, lee.sections[1].possible) == (15.0, 15.0)
    assert [one.rule for one in kim.aside] == ["hold"]


def test_behaviour_shows_value_limits_and_unit_and_a_person_the_reason(
    story: CallStory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IVR_LANG", "en")
    text = told(story, 140)
    assert "Speech rate E1 met 240 characters/min (180 to 300)" in text
    assert "Speech rate E1 not met 455 characters/min (180 to 300)" in text
    assert "The caller hangs up first D8 not met the agent hung up first" in text
    assert "☐ Repeats what matters Conduct C5 a person judges: what matters must be understood" in text
    assert "1 did not apply: Hold" in text
    assert "1 that only a person judges" in text
    html = page(story)
    for part in ("455 字/分钟（180–300）", "由人工判断", "需理解内容", "识别质量过低，不作自动评判", "坐席先挂机"):
        assert part in html, part


@pytest.mark.parametrize(
    ("limits", "en", "zh"),
    [
        ((None, 8.0), "4.3 s (at most 8)", "4.3 秒（至多 8）"),
        ((2.0, None), "4.3 s (at least 2)", "4.3 秒（至少 2）"),
        ((None, None), "4.3 s", "4.3 秒"),
    ],
)
def test_limits_in_words(limits: tuple[float | None, float | None], en: str, zh: str) -> None:
    assert shown_reading(Reading("dead_air", 4.3, Text("s", "秒"), *limits)) == Text(en, zh)


def test_a_measured_stretch_does_not_mark_the_words_in_it(story: CallStory) -> None:
    said = story.utterances[0]
    broken = replace(story.findings[2], start=said.start, end=said.end)
    assert broken.located
    assert {piece.mark for piece in pieces(said, [broken])} == {""}
    assert {piece.mark for piece in pieces(said, [replace(broken, kind="phrase")])} == {"fail"}


def test_the_state_of_each_file_is_told(story: CallStory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_LANG", "zh")
    text = told(story, 160)
    assert "完整 · 未收到结束通知 · 录音暂停 0:20.0–0:28.0 7.2-agent.wav" in text
    assert "文件损坏 · 无媒体数据，缺 2.5 秒 7.3-agent.wav" in text
    assert cause_of("asterisk killed; 3.0 s short") == Text(
        "Asterisk was killed; 3.0 s short", "Asterisk 被终止；3.0 s short"
    )
    refused = replace(story.tracks[0], state="refused", gap_cause="refused by the caller", duration=0.0, gaps=())
    gone = replace(story, tracks=(refused,))
    assert "未录音 · 来电者拒绝录音" in told(gone)
    assert "not recorded: refused by the caller" in page(gone)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_fits_80_columns(story: CallStory, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_LANG", language)
    assert max(cell_len(line) for line in printed(story, 80).splitlines()) <= 80


def test_json_has_all_of_it(story: CallStory) -> None:
    data = json.loads(json.dumps(plain(story)))
    assert data["pauses"] == [[20.0, 28.0]]
    assert data["talks"][1]["handed_by"] == "agent-lee"
    assert data["sounds"][0]["features"]["agent"]["rate_unit"] == "characters/min"
    assert (data["sounds"][0]["health"], data["sounds"][0]["floor"]) == (31.0, 40.0)
    assert data["findings"][1]["measured"]["unit"] == {"en": "characters/min", "zh": "字/分钟"}
    assert data["cards"][0]["items"][3]["reason"]["zh"] == "需理解内容"


def test_hostile_names_in_files_and_measurements_are_harmless(story: CallStory) -> None:
    track = replace(story.tracks[1], note=HOSTILE, gap_cause=HOSTILE, state=HOSTILE)
    first = story.sounds[0]
    assert first.features.agent is not None
    voice = replace(first.features.agent, rate_unit=HOSTILE)
    hostile = replace(
        story,
        tracks=(track,),
        sounds=(replace(first, agent=HOSTILE, features=replace(first.features, agent=voice)),),
        cards=tuple(replace(card, sections=(("conduct", Text(HOSTILE, HOSTILE)),)) for card in story.cards),
    )
    html = page(hostile)
    assert "<script>alert" not in html
    assert "\u202e" not in html
    text = printed(hostile)
    assert not [letter for letter in text if (ord(letter) < 32 and letter != "\n") or letter in "\x7f\u202e"]


@pytest.mark.parametrize("content", ["", "[]", "null", '{"sections": 1, "manual": {"a": 2}}', '{"sections": ["x"]}'])
def test_a_rulebook_that_cannot_be_read_says_nothing(content: str) -> None:
    book = book_of(content)
    assert (dict(book.sections), dict(book.reasons)) == ({}, {})
    assert NO_BOOK.section("conduct") == Text("conduct", "conduct")
