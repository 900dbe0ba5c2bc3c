"""One call: its story, its words, what was found in it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ivr.console.context import Console
from ivr.console.errors import NotFound
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.call import models, telling
from ivr.console.services.call.vaults import vault
from ivr.console.services.casework import must_see_call
from ivr.core.language import Text
from ivr.reports import wording
from ivr.reports.clean import clean
from ivr.reports.findings import Finding
from ivr.reports.playback import CallSound, Playback, playback_of
from ivr.storage import agents as agent_rows
from ivr.storage import audit
from ivr.storage.models import CallOutcome, LegalHold

_WHY: tuple[tuple[str, models.SoundState, Text], ...] = (
    ("open", "open", Text("The recording goes on.", "录音尚未结束。")),
    ("refused", "refused", Text("The caller refused to be recorded.", "来电者拒绝录音。")),
    ("deleting", "deleted", Text("The recordings are being deleted.", "录音正在删除。")),
    ("deleted", "deleted", Text("The recordings were deleted.", "录音已删除。")),
    ("missing", "missing", Text("The files are missing; the health page says more.", "录音文件缺失，详见“运行状况”。")),
    ("broken", "broken", Text("The files are broken; the health page says more.", "录音文件损坏，详见“运行状况”。")),
)
_NONE = Text("This call has no recording.", "该通话没有录音。")
BLIND = Text(
    "You score this call blind: the machine's verdicts are hidden until you have submitted your own review.",
    "您正在盲评该通话：提交评分前不显示机器判定。",
)
_LOCKED = Text(
    "Words of this call are sealed, and no identity here opens them.",
    "该通话的文字已加密，本机没有能打开它的身份密钥。",
)
_SEALED = Text(
    "The recordings are sealed, and no identity here opens them.", "录音已加密，本机没有能打开它的身份密钥。"
)
_NO_WORDS = Text("not transcribed", "未转写")


async def look(console: Console, who: Person, call_id: int, *, plain: bool = False) -> models.CallView:
    """A call as who asks may see it.

    Args:
        plain: with numbers of cards and identity papers that were dictated.

    Raises:
        Forbidden: if he may not see calls, or not hear such numbers.
        NotFound: if there is no such call for him.
    """
    found, outcomes = await _whole(console, who, call_id, plain=plain)
    story, say = found.story, partial(Text.within, language=who.language)
    shown = _shown(who, found)
    return models.CallView(
        id=story.id,
        linkedid=clean(story.linkedid, 128),
        number=clean(story.number, 64),
        caller=clean(story.caller, 64),
        language=clean(story.language, 16),
        flow=clean(story.flow, 64),
        flow_version=clean(story.flow_version, 64),
        route=clean(story.route, 16),
        started_at=story.started_at,
        ended_at=story.ended_at,
        duration=round(story.duration, 3),
        answered=story.answered,
        wait_s=round(story.wait_s, 3),
        talk_s=round(story.talk_s, 3),
        outcome=story.outcome,
        outcome_name=say(wording.outcome_of_call(story.outcome)),
        hung_up_by=story.hung_up_by,
        hung_up_name=say(wording.hung_up(story.hung_up_by)) if not story.under_way else "",
        agents=[clean(one, 64) for one in dict.fromkeys(talk.agent for talk in story.talks)],
        held=[_hold(console, one) for one in found.holds],
        said=[f"{clean(one.agent, 64)}: {clean(one.outcome, 64)}" for one in outcomes],
        phases=telling.phases(story, say),
        events=telling.events(story, say),
        visits=telling.visits(story, say),
        answers=telling.answers(story),
        tracks=telling.tracks(story, found.sound.call.recordings, say),
        marks=telling.measured(story, say),
        facts=[one for one in telling.facts(story, say) if who.may(Permission.CALLS_ALL) or who.owns(one.agent)],
        sound=_sound(console, who, found, plain=plain),
        transcript=models.Transcript(
            utterances=telling.utterances(story, shown, say),
            pauses=list(story.pauses),
            notices=_words_missing(who, found),
        ),
        verdicts=models.Verdicts(
            findings=telling.findings(story, shown, say),
            judged_by=telling.judged_by(shown),
            hidden=[say(BLIND)] if found.blind else [],
        ),
    )


async def transcript(console: Console, who: Person, call_id: int, *, plain: bool = False) -> models.Transcript:
    """What was said; arguments and errors as :func:`look`."""
    return (await look(console, who, call_id, plain=plain)).transcript


async def verdicts(console: Console, who: Person, call_id: int) -> models.Verdicts:
    """The machine's verdicts; arguments and errors as :func:`look`."""
    return (await look(console, who, call_id)).verdicts


async def _whole(console: Console, who: Person, call_id: int, *, plain: bool) -> tuple[Playback, Sequence[CallOutcome]]:
    who.must(Permission.CALLS_ALL, Permission.CALLS_OWN)
    if plain:
        who.must(Permission.NUMBERS)
        await _audit_plain(console, who, call_id)
    async with console.database.read() as session:
        await must_see_call(session, who, call_id)
        found = await playback_of(
            session,
            call_id,
            viewer=who.login,
            zone=console.zone,
            numbers=who.may(Permission.NUMBERS),
            plain=plain,
        )
        if found is None:
            raise NotFound(Text(f"no call {call_id}", f"没有通话 {call_id}"))
        return found, await agent_rows.outcomes_of(session, found.story.linkedid)


async def _audit_plain(console: Console, who: Person, call_id: int) -> None:
    """Note that dictated numbers are read, before they are."""
    async with console.database.write() as session:
        await must_see_call(session, who, call_id)
        await audit.append(
            session, actor=who.login, action="unmask", object=f"call:{call_id}", at=console.clock.now(),
            detail={"via": "console"},
        )  # fmt: skip


def _shown(who: Person, found: Playback) -> list[Finding]:
    mine = None if who.may(Permission.CALLS_ALL) else {who.agent}
    return telling.seen(found.story, mine, found.blind)


def _sound(console: Console, who: Person, found: Playback, *, plain: bool) -> models.Sound:
    sound = found.sound
    state, message = state_of(sound)
    if any(track.row.sealed_at is not None for track in sound.tracks) and not vault(console).can_open:
        state, message = "locked", _SEALED
    notices = []
    left_out = [
        row for row in sound.call.recordings if row.state in {"refused", "deleted", "deleting", "missing", "broken"}
    ]
    if state == "ready":
        for row in left_out:
            name = telling.party(row.role, row.agent, partial(Text.within, language=who.language))
            notices.append(f"{name}: {wording.state_of(row.state).within(who.language)}")
    if sound.secrets.found:
        count = len(sound.secrets.found)
        notices.append(
            Text(
                f"Dictated digits that are or may be the number of a card or paper: {count} places silent and masked.",
                f"口述的数字是或可能是卡号、证件号：{count} 处已静音并遮蔽。",
            ).within(who.language)
        )
    if not plain and state == "ready" and sound.unknown:
        notices.append(
            Text(
                "Not all of it is transcribed: dictated numbers in the rest are not found.",
                "部分录音未转写，其中口述的号码无法识别遮蔽。",
            ).within(who.language)
        )
    return models.Sound(
        state=state,
        message=message.within(who.language),
        seconds=round(max((track.offset + track.seconds for track in sound.tracks), default=0.0), 3),
        may_listen=who.may(Permission.LISTEN),
        may_plain=who.may(Permission.NUMBERS),
        plain=plain,
        silenced=len(sound.secrets.found),
        notices=notices,
    )


def state_of(sound: CallSound) -> tuple[models.SoundState, Text]:
    """Whether there is something to hear, and why not."""
    if sound.tracks:
        return "ready", Text("", "")
    states = {row.state for row in sound.call.recordings}
    for state, name, why in _WHY:
        if state in states:
            return name, why
    return "none", _NONE


def _words_missing(who: Person, found: Playback) -> list[str]:
    sound, notices = found.sound, []
    if sound.locked:
        notices.append(_LOCKED.within(who.language))
    known = {row.id for row, _ in sound.transcripts}
    say = partial(Text.within, language=who.language)
    for row in sound.unknown:
        if row.id not in known:
            notices.append(f"{telling.party(row.role, row.agent, say)}: {say(_NO_WORDS)}")
    return notices


def _hold(console: Console, hold: LegalHold) -> str:
    since = hold.placed_at.astimezone(console.zone).strftime("%Y-%m-%d")
    return f"{since} {clean(hold.actor, 64)}: {clean(hold.reason, 200)}"


__all__ = ["BLIND", "look", "state_of", "transcript", "verdicts"]
