"""A stand-in for baresip that speaks its control protocol and no SIP. Told how to behave by its first argument."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import wave
from pathlib import Path


def netstring(message: dict[str, object]) -> bytes:
    body = json.dumps(message).encode()
    return b"%d:%b," % (len(body), body)


class Fake:
    def __init__(self, behaviour: str) -> None:
        self.behaviour = behaviour
        self.calls = 0
        self.done = asyncio.Event()

    def event(self, kind: str, **more: str) -> None:
        self.writer.write(
            netstring({"event": True, "type": kind, "id": f"c{self.calls}", "peeruri": "sip:1@h", **more})
        )

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        while head := await reader.readuntil(b":"):
            body = await reader.readexactly(int(head[:-1]) + 1)
            message = json.loads(body[:-1])
            ok, data = self.run(message["command"], message.get("params", ""))
            if data != "mute":
                writer.write(netstring({"response": True, "ok": ok, "data": data, "token": message["token"]}))

    def run(self, command: str, params: str) -> tuple[bool, str]:
        print("command", command, params, flush=True)
        if command == "uanew" and "regint=60" in params:
            if self.behaviour == "refused":
                self.event("REGISTER_FAIL", param="401 Unauthorized")
            else:
                self.event("REGISTER_OK", param="200 OK")
        elif command == "dial":
            self.calls += 1
            if "busy" in params:
                self.event("CALL_CLOSED", param="486 Busy Here")
            elif "nobody" not in params:
                self.event("CALL_RINGING")
                Path("heard.wav").write_bytes(b"RIFF")
                self.event("CALL_ESTABLISHED")
        elif command == "hangup":
            if not self.calls:
                return False, "no active call"
            self.event("CALL_CLOSED", param="Connection reset by user")
            asyncio.get_running_loop().call_later(0.05, self.close_sound)
        elif command == "sndcode" and params == "9":
            self.event("CALL_CLOSED", param="Connection reset by peer")
        elif command == "ausrc" and self.behaviour == "dies-speaking":
            sys.exit(3)
        elif command == "accept":
            return False, "could not answer call"
        elif command == "quit":
            if self.behaviour == "stubborn":
                return True, "mute"
            self.done.set()
        return True, ""

    def close_sound(self) -> None:
        with wave.open(f"heard-{self.calls}.wav", "wb") as sound:
            sound.setparams((1, 2, 8000, 0, "NONE", ""))
            sound.writeframes(bytes(1600))


async def main() -> None:
    behaviour = sys.argv[1]
    if behaviour == "port-in-use":
        sys.exit("ua: SIP Transport failed: Address already in use")
    fake = Fake(behaviour)
    config = Path("config").read_text()
    port = int(re.findall(r"ctrl_tcp_listen \S+:(\d+)", config)[0])
    server = await asyncio.start_server(fake.serve, "127.0.0.1", port)
    print("baresip is ready.", flush=True)
    await fake.done.wait()
    server.close()


asyncio.run(main())
