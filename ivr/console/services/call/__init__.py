"""One call: what happened, what was said and found, how it sounds."""

from __future__ import annotations

from ivr.console.services.call.caller import caller
from ivr.console.services.call.looking import look, transcript, verdicts
from ivr.console.services.call.sound import clip, peaks, sound
from ivr.console.services.call.subtitles import subtitles

__all__ = ["caller", "clip", "look", "peaks", "sound", "subtitles", "transcript", "verdicts"]
