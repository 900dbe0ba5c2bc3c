"""The process-AGI of last resort, on pyst2 and the standard library alone.

It runs inside Asterisk's own process tree when the engine is down, silent or broken: it says the
emergency greeting (which holds the recording notice) and tells the dialplan so. It must stay free of
the engine's code, for that is what has just failed.
"""

from __future__ import annotations

import io
import signal
import sys

from asterisk.agi import AGI, AGIException

# Seconds after which nobody waits for us any more; the dialplan has gone on long before.
LIMIT = 60


def main() -> int:
    """Greet the caller; on any trouble leave the rest to the dialplan."""
    signal.alarm(LIMIT)
    try:
        # pyst2 repeats all that Asterisk says, the caller's number included, on stderr: Asterisk's own log.
        agi = AGI(stderr=io.StringIO())
        agi.verbose("the engine does not answer: emergency route", 1)
        agi.stream_file("ivr/emergency-greeting")
        agi.set_variable("IVR_TOLD", "yes")
    except (AGIException, OSError, ValueError):
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
