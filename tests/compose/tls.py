"""The chapter of what stands in front: nginx with deploy/nginx.conf, and a certificate of the trial's own."""

import shutil
import signal
import subprocess
from pathlib import Path

from services.launcher.ports import free_port
from tests.compose.commands import Failed, run
from tests.compose.installation import Installation, wait_until
from tests.compose.starting import Trial
from tests.compose.visit import Visitor

TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def stand_in_front(trial: Trial) -> str:
    """nginx as the guide has it, but for port, paths and names; the administrator signs in through it."""
    installation = trial.installation
    if not (shutil.which("nginx") and shutil.which("openssl")):
        installation.guide.block("In front: TLS")
        return "left out: no nginx or no openssl here"
    installation.edit(ACUERDO_TRUSTED_PROXIES=installation.follow("In front: TLS"))
    installation.compose("up", "--detach", "--wait")
    folder, port = installation.home / "nginx", free_port()
    folder.mkdir()
    certificate = _certificate(folder)
    _configure(installation, folder, port)
    process = subprocess.Popen(["nginx", "-c", folder / "nginx.conf", "-e", folder / "log"], stdin=subprocess.DEVNULL)
    try:
        visitor = Visitor(f"https://localhost:{port}", verify=str(certificate))
        wait_until(visitor.is_ready, "the gateway is ready over TLS")
        visitor.sign_in()
        visitor.ask("GET", "/v1/me")
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait(20)
    return "signed in over TLS through nginx"


def _certificate(folder: Path) -> Path:
    """A certificate for localhost, with its key beside it."""
    made = ("-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost")
    names = ("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    files = ("-keyout", folder / "key.pem", "-out", folder / "certificate.pem")
    run("openssl", "req", *made, *names, *files)
    return folder / "certificate.pem"


def _configure(installation: Installation, folder: Path, port: int) -> None:
    """`nginx.conf` in the folder: the project's server, where an unprivileged nginx can run it."""
    server = (installation.home / "deploy" / "nginx.conf").read_text()
    for written, ours in {
        "listen 443": f"listen 127.0.0.1:{port}",
        "acuerdo.example.org": "localhost",
        "/etc/ssl/acuerdo/fullchain.pem": str(folder / "certificate.pem"),
        "/etc/ssl/acuerdo/privkey.pem": str(folder / "key.pem"),
        "http://127.0.0.1:8080": installation.base_url,
    }.items():
        if written not in server:
            raise Failed(f"deploy/nginx.conf does not say {written!r}")
        server = server.replace(written, ours)
    around = f"daemon off; pid {folder}/pid; error_log {folder}/log; events {{}}"
    temporary = "".join(f"{kind}_temp_path {folder}/{kind}; " for kind in TEMPORARY)
    (folder / "nginx.conf").write_text(f"{around}\nhttp {{ access_log off; {temporary}\n{server}}}\n")
