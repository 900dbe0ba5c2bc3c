"""What quality assurance found: transcripts, verdicts, scores. Judging again adds; nothing is overwritten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.core.errors import StorageError
from ivr.core.language import Text
from ivr.storage.models import Recording, Score, Transcript, Verdict


async def save_transcript(session: AsyncSession, transcript: Transcript) -> Transcript:
    """Keep a transcript; returns it with its id."""
    session.add(transcript)
    await session.flush()
    return transcript


async def find_transcript(session: AsyncSession, recording_id: int, model: str, pipeline: str) -> Transcript | None:
    """The newest transcript of a recording by this model and version of our processing.

    Raises:
        StorageError: if it is sealed and cannot be opened here: no words would be taken for silence.
    """
    query = select(Transcript).where(
        Transcript.recording_id == recording_id, Transcript.model == model, Transcript.pipeline == pipeline
    )
    found = await session.scalar(query.order_by(Transcript.id.desc()).limit(1))
    if found is not None and found.locked:
        raise StorageError(
            Text(
                f"transcript {found.id} is sealed ({found.locked})",
                f"转写 {found.id} 已加密，无法打开（{found.locked}）",
            ),
            cure=Text("judge again where an identity is: ivr keys list", "请在持有身份密钥的机器上重新评判"),
        )
    return found


async def newest_transcript(session: AsyncSession, recording_id: int) -> Transcript | None:
    """The newest transcript of a recording, whatever made it."""
    query = select(Transcript).where(Transcript.recording_id == recording_id).order_by(Transcript.id.desc())
    return await session.scalar(query.limit(1))


async def transcripts(session: AsyncSession, call_id: int) -> Sequence[tuple[Recording, Transcript]]:
    """The newest transcript of each of a call's recordings, in the order in which they began."""
    its = select(Recording.id).where(Recording.call_id == call_id)
    newest = select(func.max(Transcript.id)).where(Transcript.recording_id.in_(its)).group_by(Transcript.recording_id)
    query = (
        select(Recording, Transcript)
        .join(Transcript, Transcript.recording_id == Recording.id)
        .where(Recording.call_id == call_id, Transcript.id.in_(newest))
        .order_by(Recording.started_at, Recording.id)
    )
    return [(recording, transcript) for recording, transcript in await session.execute(query)]


async def save_judgement(session: AsyncSession, verdicts: Iterable[Verdict], scores: Iterable[Score]) -> None:
    """Keep one judging of one call: its verdicts and scores, all with the same ``run``."""
    rows: list[Verdict | Score] = [*verdicts, *scores]
    if len({(row.run, row.call_id) for row in rows}) > 1:
        raise ValueError("one judging has one run and one call")
    session.add_all(rows)
    await session.flush()


async def latest_run(session: AsyncSession, call_id: int) -> str | None:
    """The run of the newest judging of a call; None if it was never judged."""
    verdict = select(Verdict.run, Verdict.created_at).where(Verdict.call_id == call_id).order_by(Verdict.id.desc())
    score = select(Score.run, Score.created_at).where(Score.call_id == call_id).order_by(Score.id.desc())
    found = [row for query in (verdict, score) if (row := (await session.execute(query.limit(1))).first())]
    return max(found, key=lambda row: row[1])[0] if found else None


async def list_verdicts(session: AsyncSession, call_id: int, run: str | None = None) -> Sequence[Verdict]:
    """A call's verdicts of one judging, the newest when ``run`` is None."""
    run = run or await latest_run(session, call_id)
    query = select(Verdict).where(Verdict.call_id == call_id, Verdict.run == run).order_by(Verdict.id)
    return (await session.scalars(query)).all()


async def list_scores(session: AsyncSession, call_id: int, run: str | None = None) -> Sequence[Score]:
    """A call's scores, one an agent, of one judging, the newest when ``run`` is None."""
    run = run or await latest_run(session, call_id)
    query = select(Score).where(Score.call_id == call_id, Score.run == run).order_by(Score.id)
    return (await session.scalars(query)).all()
