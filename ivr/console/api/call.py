"""One call: story, words, verdicts, waveform, sound."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from ivr.console.api.base import Here, Who
from ivr.console.api.ranges import RANGED, WAV, answer
from ivr.console.services import call as calls
from ivr.console.services.call import models
from ivr.console.services.call.subtitles import Format

router = APIRouter(prefix="/calls", tags=["call"])

Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="id of the call")]
Plain = Annotated[bool, Query(description="with dictated numbers of cards and papers; needs the scope numbers")]
Opening = Annotated[
    str, Query(pattern=r"^[A-Za-z0-9-]{0,36}$", description="the same in all requests of one opening of a player")
]
Second = Annotated[float, Query(ge=0, le=86_400, allow_inf_nan=False, description="seconds from the start of the call")]
_MEDIA = {"vtt": "text/vtt", "srt": "application/x-subrip", "txt": "text/plain"}


@router.get("/{call:int}", summary="A call")
async def look(here: Here, who: Who, call: Number, plain: Plain = False) -> models.CallView:
    """Its story, words, verdicts, ledger. Who scores it blind sees no verdicts yet."""
    return await calls.look(here, who, call, plain=plain)


@router.get("/{call:int}/transcript", summary="What was said")
async def transcript(here: Here, who: Who, call: Number, plain: Plain = False) -> models.Transcript:
    """By utterances, each word with its time and confidence."""
    return await calls.transcript(here, who, call, plain=plain)


@router.get("/{call:int}/verdicts", summary="The machine's verdicts")
async def verdicts(here: Here, who: Who, call: Number) -> models.Verdicts:
    """Said, not said, or cannot tell, with the evidence."""
    return await calls.verdicts(here, who, call)


@router.get("/{call:int}/caller", summary="What is known of the caller")
async def caller(here: Here, who: Who, call: Number) -> models.Caller:
    """Region of his number, and his earlier calls."""
    return await calls.caller(here, who, call)


@router.get("/{call:int}/peaks", summary="The waveform")
async def peaks(
    here: Here,
    who: Who,
    call: Number,
    start: Second = 0.0,
    end: Annotated[float | None, Query(ge=0, le=86_400, allow_inf_nan=False, description="to the last sound")] = None,
    points: Annotated[int, Query(ge=1, le=4000)] = 1200,
) -> models.PeaksView:
    """Any stretch of it, callers and agents apart."""
    return await calls.peaks(here, who, call, start=start, end=end, points=points)


@router.get(
    "/{call:int}/sound",
    summary="The sound",
    response_class=Response,
    responses=RANGED,
)
async def sound(
    request: Request, here: Here, who: Who, call: Number, opening: Opening = "", plain: Plain = False
) -> Response:
    """Stereo, callers left and agents right on the clock of the call; HTTP Range. Each opening is audited once."""
    return answer(request, here, who, await calls.sound(here, who, call, opening=opening, plain=plain))


@router.head("/{call:int}/sound", summary="How long the sound is", response_class=Response, responses=RANGED)
async def sound_head(request: Request, here: Here, who: Who, call: Number, plain: Plain = False) -> Response:
    """The headers of the sound; nothing is heard, nothing is audited."""
    return answer(request, here, who, await calls.sound(here, who, call, plain=plain, heard=False))


@router.get(
    "/{call:int}/clip",
    summary="A stretch of the sound",
    response_class=Response,
    responses={200: RANGED[200]},
)
async def clip(here: Here, who: Who, call: Number, start: Second, end: Second, plain: Plain = False) -> Response:
    """At most 120 s as a stereo WAV, e.g. the evidence of a verdict. Audited."""
    data = await calls.clip(here, who, call, start, end, plain=plain)
    name = f"call-{call}-{start:g}-{end:g}.wav"
    return Response(data, media_type=WAV, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.get(
    "/{call:int}/subtitles",
    summary="What was said, as subtitles",
    response_class=Response,
    responses={200: {"content": {"text/vtt": {"schema": {"type": "string"}}}, "description": "WebVTT, SubRip or text"}},
)
async def subtitles(
    here: Here, who: Who, call: Number, form: Annotated[Format, Query(alias="format")] = "vtt"
) -> Response:
    """WebVTT, SubRip or plain text, on the clock of the call."""
    return Response(await calls.subtitles(here, who, call, form), media_type=_MEDIA[form])


__all__ = ["router"]
