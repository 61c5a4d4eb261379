"""Ask a process of this machine whether it is ready, as a container's health check does."""

import argparse
import http.client

READY, NOT_READY = 0, 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where it listens."""
    parser.add_argument("--port", type=int, default=8000, help="where it listens (default %(default)s)")


def run(options: argparse.Namespace) -> int:
    """0 where it is ready; tells what it said."""
    connection = http.client.HTTPConnection("127.0.0.1", options.port, timeout=3)
    try:
        connection.request("GET", "/health/ready")
        answer = connection.getresponse()
        print(answer.status, answer.read(4096).decode(errors="replace"))
    except (OSError, http.client.HTTPException) as error:
        print(f"no answer: {error}")
        return NOT_READY
    finally:
        connection.close()
    return READY if answer.status == http.client.OK else NOT_READY
