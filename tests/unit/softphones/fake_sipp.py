"""A stand-in for sipp: writes the statistics its first argument names, and how it was called."""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path

behaviour, seen = sys.argv[1], Path(sys.argv[2])
options = sys.argv[3:]
seen.write_text(json.dumps(options))
shutil.copy("scenario.xml", seen.with_suffix(".xml"))
header = "StartTime;SuccessfulCall(P);SuccessfulCall(C);FailedCall(P);FailedCall(C);\n"
counts = {"good": "t;0;0;0;0;\nt;2;3;0;0;\n", "one-fails": "t;0;2;0;1;\n", "too-few": "t;0;1;0;0;\n"}
if behaviour in counts:
    Path("stat.csv").write_text(header + counts[behaviour])
if behaviour == "one-fails":
    Path("errors.log").write_text("unexpected message: SIP/2.0 404 Not Found")
if behaviour == "silent":
    sys.exit("no such option")
if behaviour == "hangs":
    time.sleep(60)
sys.exit(0 if behaviour == "good" else 1)
