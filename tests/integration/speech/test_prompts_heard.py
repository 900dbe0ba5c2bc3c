"""A real recogniser hears whether prompts say their text."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

import pytest

from ivr.core.settings import Settings
from ivr.reports.prompt_words import listen
from prompts import catalogue
from prompts.layers import find_source
from recording.transcription import Transcriber
from tests.integration.speech.test_korean_speech import model, transcriber  # noqa: F401 - fixtures

pytestmark = [pytest.mark.speech, pytest.mark.timeout(300)]


def test_prompts_say_their_text_and_not_that_of_others(transcriber: Transcriber) -> None:  # noqa: F811
    pack = catalogue.load("ko-KR")
    sounds = {name: find_source(pack[name], None) for name in ("closed", "voicemail-thanks")}
    assert None not in sounds.values()
    swapped = replace(pack["closed"], id="swapped", text=pack["agent-no-such-code"].text, spoken="")
    short = replace(pack["closed"], id="short", text="네.", spoken="")
    asked = [(pack[name], source) for name, source in sounds.items() if source is not None]
    asked += [(one, source) for one in (swapped, short) for source in [sounds["closed"]] if source is not None]
    found = listen(asked, Settings(), transcriber=lambda _: nullcontext(transcriber))
    assert {one.prompt.id: one.verdict for one in found} == {
        "closed": "says",
        "voicemail-thanks": "says",
        "swapped": "says-not",
        "short": "cannot-tell",
    }
    assert all((one.alike is None) == (one.prompt.id == "short") for one in found)
