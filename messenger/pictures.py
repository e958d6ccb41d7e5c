"""Pictures that can be shown, made of what somebody has sent."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

WORKER = Path(__file__).with_name('picture_worker.py')  # not imported: the server does without what decodes pictures
TIMEOUT = 30.0  # seconds
# what a program needs to start; not the settings, since what decodes pictures need not know the password
ENVIRONMENT = ('PATH', 'LD_LIBRARY_PATH', 'SYSTEMROOT', 'TEMP', 'TMP')


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture is, and its size in pixels."""

    media_type: str
    width: int
    height: int


def make_picture(source: Path, target: Path) -> Picture | None:
    """Write a picture upright, no larger than a screen and without metadata; return None if that is not possible.

    A process of its own decodes it: one that crashes, or takes 300 MB for a moment, takes nothing from the server. This
    waits for it, so call it in a worker thread.
    """
    try:
        ended = subprocess.run(
            [sys.executable, '-I', WORKER, source, target],
            env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=TIMEOUT,
            check=True,
        )
        return Picture(**json.loads(ended.stdout))
    except (subprocess.SubprocessError, ValueError):
        return None
