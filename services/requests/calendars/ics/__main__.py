"""The child process: reads a file, or what is to be written, from its input and answers on its output."""

import json
import sys

from services.requests.calendars.ics.reading import NotICalendar, TooLarge, read_days
from services.requests.calendars.ics.writing import write_calendar
from services.requests.child import bound_this_process

MEMORY = 512 * 2**20
CPU_SECONDS = 10


def main(task: str, given: bytes) -> bytes:
    """The answer: for `read-2026` (in that year) a JSON object with `dates` and `left_out`, or with `refused`.

    For `write` the file.
    """
    if task == "write":
        return write_calendar(json.loads(given))
    try:
        return json.dumps(read_days(given, int(task.removeprefix("read-")))._asdict()).encode()
    except (NotICalendar, TooLarge) as refused:
        return json.dumps({"refused": type(refused).__name__}).encode()


if __name__ == "__main__":
    bound_this_process(memory=MEMORY, cpu_seconds=CPU_SECONDS)
    sys.stdout.buffer.write(main(sys.argv[1], sys.stdin.buffer.read()))
