"""A day of five calls in a database, as the journal and the judging leave them, with hostile texts in it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from ivr.storage import quality
from ivr.storage.database import Database
from ivr.storage.models import Call, QueueVisit, Recording, Ring, Score, Step, Transcript, Verdict

START = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>[red]\x1b[31m\u202e\x00"
RATE = 8000

Line = tuple[float, str]


def speech_like(seconds: float, seed: int) -> np.ndarray:
    """Noise that swells about four times a second, as syllables do; float, shape (n,)."""
    noise = np.random.default_rng(seed).normal(0, 0.12, int(seconds * RATE))
    time = np.arange(len(noise)) / RATE
    return noise * (0.25 + 0.75 * np.abs(np.sin(2 * math.pi * 2.1 * time + seed)))


def words(at: float, text: str, conf: float = 0.9) -> list[dict[str, Any]]:
    """Words of 0.3 s, one after the other."""
    return [
        {"word": word, "start": at + 0.32 * index, "end": at + 0.32 * index + 0.3, "conf": conf}
        for index, word in enumerate(text.split())
    ]


class Day:
    """Writes calls, one after the other.

    Args:
        folder: for the sound files; None: rows only.
    """

    def __init__(self, database: Database, folder: Path | None) -> None:
        self.database = database
        self.folder = folder
        self.count = 0

    async def call(
        self,
        *,
        minutes: float,
        length: float | None,
        steps: Sequence[tuple[float, str, str, str, dict[str, Any]]] = (),
        visit: dict[str, Any] | None = None,
        caller_says: Sequence[Line] = (),
        agent_says: Sequence[Line] = (),
        talk: tuple[float, float] | None = None,
        message: tuple[float, float] | None = None,
        verdicts: Sequence[dict[str, Any]] = (),
        score: dict[str, Any] | None = None,
        **fields: Any,
    ) -> int:
        """One call; times in seconds from its start, lines of speech too. Returns its id."""
        self.count += 1
        began = START + timedelta(minutes=minutes)

        def at(seconds: float) -> datetime:
            return began + timedelta(seconds=seconds)

        linkedid = f"{int(began.timestamp())}.{self.count * 10}"
        call = Call(
            linkedid=linkedid,
            number="1000",
            caller="13800138000",
            language="zh-CN",
            flow="main",
            flow_version="b01016d9c62d",
            started_at=began,
            answered_at=at(0.01),
            ended_at=None if length is None else at(length),
        )
        for name, value in fields.items():
            setattr(call, name, value)
        call.steps = [
            Step(seq=seq, at=at(when), step=step, kind=kind, event=event, detail=detail)
            for seq, (when, step, kind, event, detail) in enumerate(steps, 1)
        ]
        if visit:
            times = {name: at(visit[name]) for name in visit if name.endswith("_at")}
            rings = [
                Ring(agent=who, started_at=at(first), ended_at=at(last), result=result)
                for who, first, last, result in visit.get("rings", ())
            ]
            plain = {name: value for name, value in visit.items() if not name.endswith("_at") and name != "rings"}
            call.visits = [QueueVisit(**plain, **times, rings=rings)]
        end = length if length is not None else 10.0
        tracks = [("caller", "", 0.02, end, caller_says)]
        if talk:
            tracks.append(("agent", (visit or {}).get("agent", ""), talk[0], talk[1] - talk[0], agent_says))
        if message:
            tracks.append(("voicemail", "", message[0], message[1] - message[0], caller_says))
        async with self.database.write() as session:
            session.add(call)
            await session.flush()
            for index, (role, who, offset, seconds, lines) in enumerate(tracks):
                recording = self._recording(call, role, who, at(offset), seconds, lines, offset, index)
                session.add(recording)
                await session.flush()
                if lines:
                    transcript = self._transcript(recording, lines, offset, at(end))
                    await quality.save_transcript(session, transcript)
                if role == "agent":
                    rows = [self._verdict(call, recording, one, at(end)) for one in verdicts]
                    scores = [self._score(call, recording, score, at(end))] if score else []
                    await quality.save_judgement(session, rows, scores)
        return call.id

    def _recording(
        self,
        call: Call,
        role: str,
        agent: str,
        started: datetime,
        seconds: float,
        lines: Sequence[Line],
        offset: float,
        index: int,
    ) -> Recording:
        uniqueid = call.linkedid if role == "caller" else f"{call.linkedid}{index}"
        name = f"{uniqueid}-{role}.wav"
        frames = int(seconds * RATE)
        if self.folder is not None:
            sound = np.random.default_rng(index).normal(0, 0.002, frames)
            for when, text in lines:
                piece = speech_like(0.32 * len(text.split()), len(text))
                first = int((when - offset) * RATE)
                piece = piece[: max(0, frames - first)]
                sound[first : first + len(piece)] += piece
            soundfile.write(self.folder / name, np.clip(sound, -1, 1), RATE, subtype="PCM_16")
        return Recording(
            call_id=call.id,
            linkedid=call.linkedid,
            uniqueid=uniqueid,
            role=role,
            agent=agent,
            file=name,
            started_at=started,
            closed_at=started + timedelta(seconds=seconds),
            rate=RATE,
            frames=frames,
            bytes=frames * 2 + 44,
            sha256="ab" * 32,
            state="closed",
        )

    def _transcript(self, recording: Recording, lines: Sequence[Line], offset: float, at: datetime) -> Transcript:
        found = [word for when, text in lines for word in words(when - offset, text)]
        return Transcript(
            recording_id=recording.id,
            model="vosk-model-small-cn",
            pipeline="1",
            text=" ".join(word["word"] for word in found),
            words=found,
            speech=[[when - offset, when - offset + 0.32 * len(text.split())] for when, text in lines],
            snr_db=28.0,
            created_at=at,
        )

    def _verdict(self, call: Call, recording: Recording, one: dict[str, Any], at: datetime) -> Verdict:
        keys = (
            "heard",
            "phrase",
            "missing",
            "missing_titles",
            "reason",
            "reason_zh",
            "by",
            "speaker",
            "title",
            "title_zh",
        )
        evidence = {name: one[name] for name in keys if name in one}
        rest = {name: value for name, value in one.items() if name not in keys}
        return Verdict(
            call_id=call.id,
            recording_id=recording.id,
            agent=recording.agent,
            run=f"run-{call.id}",
            evidence=evidence,
            rulebook="service-zh",
            rulebook_version="1.0+3f2a",
            model="vosk-model-small-cn",
            thresholds="2026-02",
            created_at=at,
            **rest,
        )

    def _score(self, call: Call, recording: Recording, score: dict[str, Any], at: datetime) -> Score:
        return Score(
            call_id=call.id,
            agent=recording.agent,
            run=f"run-{call.id}",
            rulebook="service-zh",
            rulebook_version="1.0+3f2a",
            created_at=at,
            **score,
        )


def ivr_steps() -> list[tuple[float, str, str, str, dict[str, Any]]]:
    """A caller who chooses Chinese and presses 1."""
    return [
        (0.01, "answer", "answer", "enter", {}),
        (0.03, "language", "language", "enter", {}),
        (0.04, "language", "language", "prompt", {"prompt": "language-offer-1", "language": "zh-CN"}),
        (1.9, "language", "language", "prompt", {"prompt": "language-offer-2", "language": "en-US"}),
        (3.2, "language", "language", "key", {"key": "1", "language": "zh-CN"}),
        (3.21, "greeting", "greeting", "enter", {}),
        (3.22, "greeting", "greeting", "prompt", {"prompt": "greeting-morning", "language": "zh-CN"}),
        (6.2, "greeting", "greeting", "prompt", {"prompt": "recording-notice", "language": "zh-CN"}),
        (9.6, "hours", "hours", "open", {"hours": "service"}),
        (9.61, "main-menu", "menu", "enter", {}),
        (9.62, "main-menu", "menu", "prompt", {"prompt": "main-menu", "language": "zh-CN"}),
        (13.4, "main-menu", "menu", "key", {"key": "1"}),
        (13.41, "service", "queue", "enter", {}),
        (13.42, "service", "queue", "prompt", {"prompt": "queue-join", "language": "zh-CN"}),
        (16.0, "service", "queue", "join", {"queue": "service"}),
    ]


def _rule(
    rule: str, norm: str, title: str, title_zh: str, value: str, passed: bool | None, **rest: Any
) -> dict[str, Any]:
    return {"rule": rule, "norm": norm, "title": title, "title_zh": title_zh, "value": value, "passed": passed, **rest}


def _items(*rows: tuple[str, float, float | None, str]) -> list[dict[str, Any]]:
    return [
        {"rule": rule, "weight": weight, "points": points, "value": value, "fail_all": False}
        for rule, weight, points, value in rows
    ]


async def fill(database: Database, folder: Path | None = None) -> list[int]:
    """Five calls: as it should be; a forbidden phrase and no closing; abandoned; voicemail; under way and hostile."""
    day = Day(database, folder)
    heard = {"phrase": "您好 欢迎 致电 客户 服务 热线", "by": "grammar", "speaker": "agent"}
    first = await day.call(
        minutes=0,
        length=62.4,
        outcome="answered",
        hung_up_by="caller",
        steps=[
            *ivr_steps(),
            (44.0, "hold", "talk", "hold", {"by": "agent", "agent": "agent-lee"}),
            (49.5, "hold", "talk", "unhold", {"by": "agent", "agent": "agent-lee"}),
        ],
        visit={
            "queue": "service",
            "joined_at": 16.02,
            "left_at": 25.0,
            "connected_at": 25.0,
            "completed_at": 62.3,
            "position": 2,
            "outcome": "answered",
            "agent": "agent-lee",
            "ended_by": "caller",
            "rings": [("agent-kim", 16.5, 20.5, "no_answer"), ("agent-lee", 21.0, 24.9, "answered")],
        },
        caller_says=[(30.2, "你好 我 想 查 一下 我 的 账单"), (40.0, "是 的"), (55.0, "没有 了 谢谢"), (60.5, "再见")],
        agent_says=[
            (25.6, "您好 欢迎 致电 客户 服务 热线 工号 八 零 二 很 高兴 为 您 服务"),
            (34.0, "好 的 请问 是 本月 的 账单 吗"),
            (42.0, "请 您 稍等 片刻"),
            (50.0, "对不起 让 您 久等 了 账单 已经 发 到 您 的 邮箱"),
            (57.0, "感谢 您的 来电 祝 您 生活 愉快 再见"),
        ],
        talk=(25.0, 62.3),
        verdicts=[
            _rule(
                "opening",
                "C1",
                "opening",
                "开场问候",
                "said",
                True,
                score=96.0,
                start_s=0.6,
                end_s=2.5,
                heard="您好 欢迎 致电 客户 服务 热线",
                reason="heard",
                reason_zh="已听到",
                **heard,
            ),
            _rule(
                "hold",
                "C7",
                "hold: ask and apologise",
                "保持前致意",
                "said",
                True,
                score=91.0,
                start_s=17.0,
                end_s=18.2,
                heard="请 您 稍等 片刻",
                phrase="请您稍等",
                by="text",
                speaker="agent",
                reason="heard",
                reason_zh="已听到",
            ),
            _rule(
                "ask-content",
                "C15",
                "ask for other wishes",
                "询问其他需求",
                "cannot_tell",
                None,
                score=61.0,
                start_s=30.0,
                end_s=31.2,
                heard="没有 了 谢谢",
                phrase="请问还有其他可以帮您的吗",
                missing=["还有", "其他"],
                by="text",
                speaker="caller",
                reason="something similar was heard; a person must listen",
                reason_zh="听到相近的内容，需人工复听",
            ),
            _rule(
                "closing",
                "C16",
                "closing",
                "结束语",
                "said",
                True,
                score=98.0,
                start_s=32.0,
                end_s=34.6,
                heard="感谢 您的 来电 祝 您 生活 愉快 再见",
                phrase="感谢您的来电，祝您生活愉快，再见",
                by="grammar",
                speaker="agent",
                reason="heard",
                reason_zh="已听到",
            ),
            _rule(
                "brush-off",
                "D1",
                "brush-off",
                "推诿",
                "not_said",
                True,
                forbidden=True,
                speaker="agent",
                reason="not heard, and the sound is good enough to tell",
                reason_zh="未听到，且音质足以判断",
            ),
        ],
        score={
            "points": 40.0,
            "possible": 40.0,
            "items": _items(
                ("opening", 10, 10, "said"),
                ("hold", 10, 10, "said"),
                ("ask-content", 10, None, "cannot_tell"),
                ("closing", 10, 10, "said"),
                ("brush-off", 10, 10, "not_said"),
            ),
        },
    )
    second = await day.call(
        minutes=4,
        length=44.0,
        outcome="answered",
        hung_up_by="agent",
        caller="13900139001",
        steps=ivr_steps(),
        visit={
            "queue": "service",
            "joined_at": 16.02,
            "left_at": 19.0,
            "connected_at": 19.0,
            "completed_at": 43.9,
            "position": 1,
            "outcome": "answered",
            "agent": "agent-kim",
            "ended_by": "agent",
            "rings": [("agent-kim", 16.2, 18.9, "answered")],
        },
        agent_says=[(19.8, "您好 请问 有 什么 可以 帮 您"), (34.0, "这个 问题 我 不会 处理 你 " + HOSTILE)],
        talk=(19.0, 43.9),
        verdicts=[
            _rule(
                "opening",
                "C1",
                "opening",
                "开场问候",
                "said",
                True,
                score=88.0,
                start_s=0.8,
                end_s=3.0,
                heard="您好 请问 有 什么 可以 帮 您",
                reason="heard",
                reason_zh="已听到",
                **heard,
            ),
            _rule(
                "closing",
                "C16",
                "closing",
                "结束语",
                "not_said",
                False,
                speaker="agent",
                start_s=0.8,
                end_s=2.0,
                score=52.0,
                heard="您好 请问",
                phrase="再见",
                missing_titles=[{"en": "thanks", "zh": "感谢"}, {"en": "goodbye", "zh": "道别"}],
                reason="not heard, and the sound is good enough to tell",
                reason_zh="未听到，且音质足以判断",
            ),
            _rule(
                "brush-off",
                "D1",
                "brush-off",
                "推诿",
                "said",
                False,
                forbidden=True,
                score=97.0,
                start_s=15.0,
                end_s=16.6,
                heard="这个 问题 我 不会 处理 " + HOSTILE,
                phrase="这个问题我不会处理",
                by="grammar",
                speaker="agent",
                reason="heard",
                reason_zh="已听到",
            ),
            _rule(
                "hold",
                "C7",
                "hold",
                "保持前致意",
                "not_applicable",
                None,
                speaker="agent",
                reason="the call was never on hold",
                reason_zh="通话没有保持",
            ),
        ],
        score={
            "points": 0.0,
            "possible": 30.0,
            "failed_all": True,
            "items": _items(("opening", 10, 10, "said"), ("closing", 10, 0, "not_said"), ("brush-off", 10, 0, "said")),
        },
    )
    third = await day.call(
        minutes=7,
        length=38.0,
        outcome="abandoned",
        hung_up_by="caller",
        steps=[
            *ivr_steps()[:11],
            (15.0, "main-menu", "menu", "timeout", {}),
            (15.1, "main-menu", "menu", "prompt", {"prompt": "no-input", "language": "zh-CN"}),
            (18.0, "main-menu", "menu", "invalid", {"key": "9"}),
            (18.1, "main-menu", "menu", "prompt", {"prompt": "invalid-choice", "language": "zh-CN"}),
            (20.0, "main-menu", "menu", "key", {"key": "1"}),
            (22.0, "service", "queue", "join", {"queue": "service"}),
        ],
        visit={"queue": "service", "joined_at": 22.0, "left_at": 37.9, "position": 3, "outcome": "abandoned"},
    )
    fourth = await day.call(
        minutes=9,
        length=24.0,
        outcome="voicemail",
        hung_up_by="caller",
        number="2000",
        caller_says=[(14.0, "请 回 电话 给 我 谢谢")],
        steps=[
            (0.1, "hours", "hours", "closed", {"hours": "never"}),
            (0.2, "closed", "play", "prompt", {"prompt": "closed", "language": "zh-CN"}),
            (5.0, "message", "voicemail", "prompt", {"prompt": "voicemail-intro", "language": "zh-CN"}),
            (11.0, "message", "voicemail", "record", {"seconds": 60}),
        ],
        message=(11.5, 23.8),
    )
    fifth = await day.call(
        minutes=12,
        length=None,
        number=HOSTILE,
        caller=HOSTILE,
        language='"><b>',
        steps=[
            (0.1, HOSTILE, "menu", "enter", {}),
            (0.2, HOSTILE, "menu", "prompt", {"prompt": HOSTILE, "language": HOSTILE}),
            (2.0, HOSTILE, "menu", "invalid", {"key": HOSTILE}),
            (3.0, HOSTILE, "menu", HOSTILE, {}),
        ],
    )
    return [first, second, third, fourth, fifth]
