"""A program that never ends, as one that draws and hangs: it writes its number into the file it is told of."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

if __name__ == "__main__":
    Path(json.load(sys.stdin)["file"]).write_text(str(os.getpid()))
    while True:
        time.sleep(60)
