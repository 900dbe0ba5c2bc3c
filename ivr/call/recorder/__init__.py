"""What a call may do to its own recording: pause it, and the engine's part in that."""

from ivr.call.recorder.pauses import PauseError, Pauses
from ivr.call.recorder.port import NoRecorder, Recorder, Telephone

__all__ = ["NoRecorder", "PauseError", "Pauses", "Recorder", "Telephone"]
