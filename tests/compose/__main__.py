"""`make compose-test`: docs/admin.md followed from the first start to the end, on an installation of its own."""

import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from services.launcher.ports import free_port
from tests.compose import keeping, starting, tls
from tests.compose.commands import CouldNot, Failed
from tests.compose.engine import Engine, an_engine
from tests.compose.installation import Installation
from tests.compose.stand_ins import ensure_images
from tests.compose.starting import Trial
from tests.compose.visit import Visitor

WENT_WELL, WENT_WRONG, NOT_TRIED = 0, 1, 2
CHAPTERS: tuple[tuple[str, Callable[[Trial], str]], ...] = (
    ("no secrets", starting.refuse_without_secrets),
    ("build", starting.build),
    ("default secrets", starting.refuse_the_template),
    ("first start", starting.start),
    ("confinement", starting.confine),
    ("first administrator", starting.make_first_administrator),
    ("a visit", starting.visit),
    ("story", starting.tell_story),
    ("crash", keeping.crash),
    ("several replicas", keeping.replicate),
    ("TLS in front", tls.stand_in_front),
    ("new secrets", keeping.renew_secrets),
    ("backup and restore", keeping.restore_a_backup),
    ("upgrade", keeping.upgrade),
    ("logs", keeping.read_logs),
    ("the end", keeping.end),
)


def main() -> int:
    """Tell each chapter's outcome; 2, and why, where the trial could not take place here."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(NOT_TRIED))  # what was started is stopped then, too
    scratch = Path(tempfile.mkdtemp(prefix="acuerdo-compose-"))
    try:
        with an_engine(scratch, lambda line: console.print(f"  {line}")) as engine:
            _try(engine, scratch, console)
    except CouldNot as reason:
        console.print(f"make compose-test could NOT try it here: {reason}")
        return NOT_TRIED
    except Failed as failure:
        console.print(f"✗ {failure}")
        console.print(f"make compose-test FAILED after {time.monotonic() - began:.0f} s")
        return WENT_WRONG
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if scratch.exists():
        console.print(f"✗ {scratch} is left behind")
        return WENT_WRONG
    console.print(
        f"make compose-test: {len(CHAPTERS)} chapters went well, nothing left; {time.monotonic() - began:.0f} s"
    )
    return WENT_WELL


def _try(engine: Engine, scratch: Path, console: Console) -> None:
    """All chapters on one installation, which goes whatever happens."""
    installation = Installation(engine, scratch / "acuerdo", f"acuerdo-trial-{secrets.token_hex(3)}", free_port())
    trial = Trial(installation, Visitor(installation.base_url))
    try:
        ensure_images(engine, installation.images(), scratch, lambda line: console.print(f"  {line}"))
        for title, chapter in CHAPTERS:
            console.print(f"✓ {title}: {chapter(trial)}")
    except Failed:
        console.print(installation.last_words())
        raise
    finally:
        left = installation.remove()
    if left:
        raise Failed(f"left behind: {', '.join(left)}")
    console.print("✓ left behind: no container, volume, network or image of the trial")


if __name__ == "__main__":
    sys.exit(main())
