"""What a sipp caller does, as sipp's scenario XML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ivr.core.errors import UsageError

__all__ = ["Ending", "Plan", "render_keys", "render_scenario"]

_KEYS = "0123456789*#ABCD"  # in the order of RFC 4733, 3.2, table 3
_KEY_SAMPLES = 800  # 0.1 s
_END_AND_VOLUME = 0x80 | 10  # RFC 4733, 2.3
_UNKNOWN_EVENT = 255
_PACKET_BYTES = 50
_PACKET_SECONDS = 0.03
_FIRST_PACKETS = 5  # the first packet of a stream does not arrive

_NUMBER = re.compile(r"\A[+*]?[A-Za-z0-9._-]{1,40}\Z")


class Ending(StrEnum):
    """Who ends the call, and how."""

    CALLER = "caller"  #: the caller hangs up after the hold time
    LINE = "line"  #: the other side hangs up within the hold time
    CANCEL = "cancel"  #: the caller gives up while it rings, after the hold time


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A load of equal calls.

    Args:
        extension: number dialled.
        number: the callers' number.
        calls: how many calls in all.
        rate: new calls per second.
        at_once: most calls at one time.
        hold: seconds from the answer (CANCEL: from the ringing) to the hangup; with LINE the most to wait.
        ending: who ends the call.
        sound: 8,000 Hz 16-bit mono WAV that every caller says, over and over; without one no sound is sent at all.
        keys: keys every caller presses within the hold time (``0-9*#ABCD``); not together with a sound.
        keys_after: seconds from the answer to the first key.
        keys_gap: seconds from one key to the next, at least 0.2.

    Raises:
        UsageError: if a value makes no sense.
    """

    extension: str
    number: str = "1000"
    calls: int = 1
    rate: float = 10.0
    at_once: int = 100
    hold: float = 0.0
    ending: Ending = Ending.CALLER
    sound: Path | None = None
    keys: str = ""
    keys_after: float = 0.5
    keys_gap: float = 0.4

    def __post_init__(self) -> None:
        for name, value in (("extension", self.extension), ("number", self.number)):
            if not _NUMBER.match(value):
                raise UsageError(f"sipp plan: {name} {value!r:.60}", cure="digits, letters, + * . _ -")
        if not (1 <= self.calls <= 100_000 and 1 <= self.at_once <= 10_000):
            raise UsageError(f"sipp plan: {self.calls} calls, {self.at_once} at once")
        if not (0 < self.rate <= 1000 and 0 <= self.hold <= 3600):
            raise UsageError(f"sipp plan: rate {self.rate:g}/s, hold {self.hold:g} s")
        if not set(self.keys) <= set(_KEYS) or (self.keys and self.sound is not None):
            raise UsageError(f"sipp plan: keys {self.keys!r:.40}", cure="0-9 * # A-D, and no sound with them")
        if not (0 <= self.keys_after <= 3600 and 0.2 <= self.keys_gap <= 60):
            raise UsageError(f"sipp plan: keys after {self.keys_after:g} s, every {self.keys_gap:g} s")


def render_keys(plan: Plan) -> bytes:
    """The RTP payloads that press the keys of ``plan``, for sipp to stream one after another.

    sipp can send RFC 4733 events from a capture only, which takes a raw socket and root. But it streams packets of any
    payload type under the name of a codec it knows: as iLBC, 50 bytes every 30 ms. A packet with the end bit set is a
    whole key to Asterisk, which skips an event it does not know: that is the pause.
    """

    def packet(event: int, flags: int) -> bytes:
        return bytes((event, flags)) + _KEY_SAMPLES.to_bytes(2, "big") + bytes(_PACKET_BYTES - 4)

    def pause(seconds: float) -> bytes:
        return packet(_UNKNOWN_EVENT, 0) * max(_FIRST_PACKETS, round(seconds / _PACKET_SECONDS))

    payloads = [pause(plan.keys_after)]
    for key in plan.keys:
        payloads += [packet(_KEYS.index(key), _END_AND_VOLUME), pause(plan.keys_gap - _PACKET_SECONDS)]
    return b"".join(payloads)


def render_scenario(plan: Plan, *, sound_file: str = "", keys_file: str = "") -> str:
    """The scenario of ``plan``; files to stream, mu-law or :func:`render_keys`, are relative to sipp's own folder."""
    stream = f"{sound_file},-1,0" if sound_file else f"{keys_file},1,101,iLBC/8000" if keys_file else ""
    steps = [_send(_request("INVITE", plan, transaction="invite", body=_offer(bool(stream))))]
    if plan.ending is Ending.CANCEL:
        steps += [
            _maybe(100),
            _maybe(183),
            '<recv response="180"/>',
            _pause(plan),
            _send(_request("CANCEL", plan, transaction="invite")),
            '<recv response="200"/>',
            '<recv response="487"/>',
            _send(_request("ACK", plan, transaction="invite", answered=True), again=False),
        ]
    else:
        steps += [_maybe(100), _maybe(180), _maybe(183), '<recv response="200"/>']
        steps.append(_send(_request("ACK", plan, transaction="ack", answered=True), again=False))
        if stream:
            steps.append(f'<nop><action><exec rtp_stream="{stream}"/></action></nop>')
        if plan.ending is Ending.LINE:
            steps += [f'<recv request="BYE" timeout="{_milliseconds(plan)}"/>', _send(_OK, again=False)]
        else:
            steps += [_pause(plan), _send(_request("BYE", plan, transaction="bye", number=2, answered=True))]
            steps += ['<recv response="200"/>']
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="caller">\n'
    return head + "\n".join(steps) + "\n</scenario>\n"


_OK = """SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

"""


def _request(
    method: str, plan: Plan, *, transaction: str, number: int = 1, answered: bool = False, body: str = ""
) -> str:
    """A SIP request; sipp fills in what stands in brackets. CANCEL and the ACK of a refusal share INVITE's branch."""
    lines = (
        f"{method} sip:{plan.extension}@[remote_ip]:[remote_port] SIP/2.0",
        f"Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-{transaction}",
        f'From: "Caller" <sip:{plan.number}@[local_ip]:[local_port]>;tag=[pid]SIPp[call_number]',
        f"To: <sip:{plan.extension}@[remote_ip]:[remote_port]>{'[peer_tag_param]' if answered else ''}",
        "Call-ID: [call_id]",
        f"CSeq: {number} {method}",
        "Contact: <sip:caller@[local_ip]:[local_port]>",
        "Max-Forwards: 70",
        body or "Content-Length: 0\n",
    )
    return "\n".join(lines) + "\n"


def _offer(streams: bool) -> str:
    port = "[rtpstream_audio_port]" if streams else "[media_port]"
    return f"""Content-Type: application/sdp
Content-Length: [len]

v=0
o=caller 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio {port} RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=ptime:20
a=sendrecv"""


def _send(message: str, *, again: bool = True) -> str:
    """A message to send, sent again after 0.5 s and more without an answer (RFC 3261, T1)."""
    retransmit = ' retrans="500"' if again else ""
    return f"<send{retransmit}><![CDATA[\n{message}\n]]></send>"


def _maybe(code: int) -> str:
    return f'<recv response="{code}" optional="true"/>'


def _pause(plan: Plan) -> str:
    return f'<pause milliseconds="{_milliseconds(plan)}"/>'


def _milliseconds(plan: Plan) -> int:
    return max(1, round(plan.hold * 1000))
