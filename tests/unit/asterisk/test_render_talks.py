"""What the dialplan knows of transfers and messages: names of the site and of ours, nothing else."""

from __future__ import annotations

import re

from ivr.asterisk.toolbox import Toolbox
from ivr.core.settings import Settings
from tests.unit.asterisk.sites import small_site
from tests.unit.asterisk.test_render import rendered


def contexts(settings: Settings, host: Toolbox, **changes: object) -> dict[str, str]:
    text = (rendered(settings, host, **changes) / "etc" / "extensions.conf").read_text("utf-8")
    found = re.split(r"^\[([a-z-]+)\](?:\(\+\))?$", text, flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


def extensions(context: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r"^exten => ([^,]+),", context, re.MULTILINE)))


def test_whom_a_flow_may_call(settings: Settings, host: Toolbox) -> None:
    agents = [f"agent-{agent.extension}" for _, agent in sorted(small_site().agents.items())]
    assert extensions(contexts(settings, host)["ivr-whom"]) == [*agents, "_!"]
    outside = {"9001": {"trunk": "network", "number": "01012345678", "title": "repairs"}}
    trunks = {"network": {"host": "192.0.2.1"}}
    found = contexts(settings, host, outside=outside, trunks=trunks)["ivr-whom"]
    assert extensions(found) == [*agents, "outside-9001", "_!"]
    assert "exten => outside-9001,1,Set(IVR_TO=PJSIP/01012345678@" in found


def test_outside_parties_are_neither_recorded_nor_given_keys(settings: Settings, host: Toolbox) -> None:
    dials = [line for line in contexts(settings, host)["ivr-connect"].splitlines() if "Dial(" in line]
    assert [line.partition("Dial(")[2] for line in dials] == [
        "${IVR_TO},${IVR_RING},gtm(default)U(ivr-agent))",
        "${IVR_TO},${IVR_RING},g)",
    ]


def test_a_message_has_a_file_of_its_own_named_by_us(settings: Settings, host: Toolbox) -> None:
    found = contexts(settings, host)
    for role in ("voicemail", "statement"):
        context = found[f"ivr-{role}"]
        lines = [line for line in context.splitlines() if line and not line.startswith(";")]
        assert all(line.startswith(("exten => ", " same => n,")) for line in lines)
        assert f"Set(IVR_MESSAGE=${{UNIQUEID}}-{role}$" in context
        assert context.index("Playback(beep)") < context.index("IVR_MESSAGE=") < context.index("Record(${IVR_REC}/")
        assert context.index("Record(") < context.index("Set(IVR_STATUS=${RECORD_STATUS})")


def test_without_device_states_a_phone_says_itself_that_it_is_busy(settings: Settings, host: Toolbox) -> None:
    assert "DEVICE_STATE(${IVR_TO})" in contexts(settings, host)["ivr-connect"]
    next(host.asterisk_modules.glob("func_devstate.so")).unlink()
    assert "DEVICE_STATE" not in contexts(settings, host)["ivr-connect"]


def test_every_application_that_ends_says_how(settings: Settings, host: Toolbox) -> None:
    found = contexts(settings, host)
    asked = found["ivr-ask"]
    assert "${IVR_RAN},${IVR_STATUS},${IVR_KEY},${IVR_QUEUE},${IVR_KEPT})" in asked
    for verb in ("queue", "voicemail", "record", "transfer", "hangup"):
        assert f'"${{IVR_NEXT}}" = "{verb}"' in asked
    for context in ("ivr-queue", "ivr-left", "ivr-connect", "ivr-voicemail", "ivr-statement", "ivr-handed"):
        assert "Set(IVR_STATUS=" in found[context], context
