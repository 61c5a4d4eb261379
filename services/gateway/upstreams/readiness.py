"""Whether the services are ready: asked of every replica, every second or so, and when somebody wants to know."""

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Any

import orjson

from services.gateway.upstreams.hop import AnswerBroke, HopAnswer, HopFailed, Hopper
from services.gateway.upstreams.upstream import Instance, Upstream

log = logging.getLogger(__name__)

PATH = b"/health/ready"
LONGEST_ANSWER = 64 * 1024
UNREACHABLE: dict[str, Any] = {"status": "unreachable"}


class Readiness:
    """The last that every service said of itself: `{"status", "checks"}`, of the readiest of its replicas."""

    def __init__(self, upstreams: Sequence[Upstream], hopper: Hopper, *, every_seconds: float) -> None:
        self.is_draining = False
        self._upstreams = upstreams
        self._hopper = hopper
        self._every_seconds = every_seconds
        self._said: dict[str, dict[str, Any]] = {}
        self._asked_at = float("-inf")
        self._asking = asyncio.Lock()

    @property
    def is_ready(self) -> bool:
        """Whether each service has a replica that is ready, and we are not on our way out."""
        all_ready = all(any(each.is_ready for each in upstream.instances) for upstream in self._upstreams)
        return bool(self._said) and all_ready and not self.is_draining

    def told(self) -> dict[str, Any]:
        """The body of /health/ready."""
        status = "draining" if self.is_draining else "ready" if self.is_ready else "starting"
        return {"status": status, "services": self._said}

    async def watch(self) -> None:
        """Ask for ever."""
        while True:
            await self.ask()
            await asyncio.sleep(self._every_seconds)

    async def refresh(self) -> None:
        """Ask now, unless all was well a moment ago."""
        if not self.is_ready or time.monotonic() - self._asked_at > 2 * self._every_seconds:
            await self.ask()

    async def ask(self) -> None:
        """Ask every replica; who asks meanwhile waits for the same answers."""
        wanted_at = time.monotonic()
        async with self._asking:
            if self._asked_at >= wanted_at:
                return
            answers = await asyncio.gather(*(self._ask_service(upstream) for upstream in self._upstreams))
            self._said = {str(each.service): said for each, said in zip(self._upstreams, answers, strict=True)}
            self._asked_at = time.monotonic()

    async def _ask_service(self, upstream: Upstream) -> dict[str, Any]:
        answers = await asyncio.gather(*(self._ask_instance(instance) for instance in upstream.instances))
        for instance, said in zip(upstream.instances, answers, strict=True):
            is_ready = said["status"] == "ready"
            if is_ready != instance.is_ready:
                log.warning("%s at %s is %s", upstream.service, instance.origin, said["status"])
            instance.is_ready = is_ready
        return min(answers, key=lambda said: (said["status"] != "ready", said is UNREACHABLE))

    async def _ask_instance(self, instance: Instance) -> dict[str, Any]:
        try:
            async with asyncio.timeout(max(2 * self._every_seconds, 1.0)):
                answer = await self._hopper.hop(instance.origin, "GET", PATH, (), b"", again=True)
                instance.breaker.succeeded()
                return await _read(answer)
        except (HopFailed, AnswerBroke, TimeoutError):
            return UNREACHABLE


async def _read(answer: HopAnswer) -> dict[str, Any]:
    """What a replica says; "ready" only together with status 200."""
    body = b""
    try:
        while len(body) < LONGEST_ANSWER and (chunk := await answer.read()):
            body += chunk
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        said = {}
    finally:
        answer.close()
    checks = said.get("checks", {}) if isinstance(said, dict) else {}
    return {"status": "ready" if answer.status == 200 else "starting", "checks": checks}
