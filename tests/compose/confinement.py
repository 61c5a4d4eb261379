"""What containers may do: looked at from outside, as Docker tells it, and from inside, as the kernel does."""

from typing import Any

from services.cli.processes import PROCESSES
from services.launcher.databases import SERVICES
from tests.compose.commands import Failed
from tests.compose.installation import Installation

ONCE = {"nats-volume", "prepare-databases", *(f"migrate-{service}" for service in SERVICES)}
ALWAYS = {"postgres", "nats", *PROCESSES}
AS_ROOT = {"nats-volume"}
"""What docs/admin.md names as the exception."""
SEEN_FROM_INSIDE = """
import os
told = dict(line.split(":", 1) for line in open("/proc/self/status"))
assert os.getuid() == os.geteuid() == 10001 == os.getgid(), "its user"
assert int(told["CapEff"], 16) == int(told["CapBnd"], 16) == 0, "capabilities"
assert told["NoNewPrivs"].strip() == "1", "new privileges"
for folder in ("/", "/app", "/app/services", "/opt/venv", "/etc", "/usr", "/var", "/home"):
    try:
        open(folder + "/planted", "w")
    except OSError:
        continue
    raise SystemExit(folder + " can be written")
open("/tmp/planted", "w")
os.unlink("/tmp/planted")
"""


def look_at(installation: Installation) -> str:
    """Failed where a container may do more than the guide says; what was looked at."""
    containers = {name.rpartition("-")[0]: told for name, told in installation.containers().items()}
    if set(containers) != ALWAYS | ONCE:
        raise Failed(f"these containers are there: {', '.join(sorted(containers))}")
    for name, told in containers.items():
        wrong = _wrong(name, told)
        if wrong:
            raise Failed(f"{name}: {', '.join(wrong)}")
    for name in PROCESSES:
        installation.compose("exec", "-T", name, "python", "-c", SEEN_FROM_INSIDE)
    published = {name for name, told in containers.items() if any((told["NetworkSettings"]["Ports"] or {}).values())}
    bindings = containers["gateway"]["NetworkSettings"]["Ports"]["8000/tcp"]
    if published != {"gateway"} or [each["HostIp"] for each in bindings] != ["127.0.0.1"]:
        raise Failed(f"published: {', '.join(sorted(published))} at {bindings}")
    secrets = {value for name, value in installation.settings().items() if name.endswith(("_PASSWORD", "_SECRET"))}
    if any(secret in str(containers["gateway"]["Config"]) for secret in secrets):
        raise Failed("the gateway has a secret in its environment")
    return f"{len(containers)} containers; the gateway alone is published, at {bindings[0]['HostIp']}"


def _wrong(name: str, told: dict[str, Any]) -> list[str]:
    host, user = told["HostConfig"], told["Config"]["User"].partition(":")[0]
    allowed = ["CHOWN"] if name in AS_ROOT else []
    promises = {
        "its root file system can be written": host["ReadonlyRootfs"],
        "it keeps capabilities": host["CapDrop"] == ["ALL"]
        and [each.removeprefix("CAP_") for each in host["CapAdd"] or []] == allowed,
        "it may gain privileges": "no-new-privileges:true" in (host["SecurityOpt"] or []),
        "it is privileged": not host["Privileged"],
        f"its user is {user or 'root'}": name in AS_ROOT or (user.isdigit() and int(user) > 0),
        "it may start processes without end": (host["PidsLimit"] or 0) > 0,
        "its memory has no limit": host["Memory"] > 0,
        "its logs grow for ever": "max-size" in host["LogConfig"]["Config"],
        "it is not started again": (host["RestartPolicy"]["Name"] == "unless-stopped") == (name in ALWAYS),
        "it did not end well": told["State"]["ExitCode"] == 0,
        "it is not healthy": name in ONCE or told["State"].get("Health", {}).get("Status") == "healthy",
    }
    return [what for what, holds in promises.items() if not holds]
