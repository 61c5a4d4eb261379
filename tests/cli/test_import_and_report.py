"""The commands import, report and verify against a platform: what they print, and the codes with which they end."""

import asyncio
import contextlib
import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import asyncpg
import pytest

from services.cli import log_import
from services.cli.log_import import code_of
from tests.cli.platform import LOG, MAPPING, Captured, SmallPlatform, command, files, told
from tests.launcher.processes import PROJECT


async def as_process(*arguments: str, behind: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run it as a process of its own; `behind` goes behind it."""
    line = f'"$0" -m services "$@" {behind}'
    return await asyncio.to_thread(
        subprocess.run,
        ["/bin/bash", "-o", "pipefail", "-c", line, sys.executable, *arguments],
        cwd=PROJECT,
        env={"PATH": os.defpath, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


async def test_a_second_import_changes_nothing(platform: SmallPlatform, tmp_path: Path, capsys: Captured) -> None:
    arguments = ["import", *files(tmp_path), *platform.options, "--json"]
    assert await command(*arguments) == 0
    first = told(capsys)
    assert (first["state"], first["is_dry_run"]) == ("done", False)
    assert (first["result"]["tickets_created"], first["result"]["events_added"]) == (2, 6)
    assert await command(*arguments) == 0
    captured = capsys.readouterr()
    again = json.loads(captured.out)["result"]
    assert (again["tickets_created"], again["tickets_unchanged"], again["events_added"]) == (0, 2, 0)
    assert "departments: 0 made, 4 known before\noffering: incident is known\n" in captured.err


async def test_a_restart_meanwhile_is_waited_for(
    platform: SmallPlatform, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.away.extend([502, 503, 504])
    assert await command("import", *files(tmp_path), *platform.options, "--json") == 0
    assert told(capsys)["state"] == "done"
    monkeypatch.setattr(log_import, "PATIENCE", 0.05)
    platform.away.extend([503] * 100)
    assert await command("import", *files(tmp_path), *platform.options) == 2
    assert "answered 503" in capsys.readouterr().err


async def test_a_dry_run_only_tells(platform: SmallPlatform, tmp_path: Path, capsys: Captured) -> None:
    assert await command("import", *files(tmp_path), *platform.options, "--dry-run") == 0
    captured = capsys.readouterr()
    assert "would come of it" in captured.out
    assert "departments: 4 made, 0 known before" in captured.err
    assert await command("import", *files(tmp_path), *platform.options, "--json") == 0
    assert told(capsys)["result"]["tickets_created"] == 2


async def test_rows_that_stay_out_are_listed_and_end_with_1(
    platform: SmallPlatform, tmp_path: Path, capsys: Captured
) -> None:
    log = LOG + "C3,Odd,2026-02-01T09:00:00Z,?\n" * 25
    assert await command("import", *files(tmp_path, log=log), *platform.options) == 1
    out = capsys.readouterr().out
    assert "The mapping does not say what the state 'Odd' is." in out
    assert "the first 20; --json lists 25" in out


async def test_a_xes_log_comes_in(platform: SmallPlatform, tmp_path: Path, capsys: Captured) -> None:
    event = (
        '<event><string key="s" value="New"/><date key="t" value="2026-02-01T09:00:00Z"/>'
        '<string key="org:group" value="Net work"/></event>'
    )
    log = f'<log><trace><string key="concept:name" value="X1"/>{event}</trace></log>'
    mapping = MAPPING.replace('case = "case"', 'case = "case:concept:name"').replace('state = "state"', 'state = "s"')
    mapping = mapping.replace('time = "at"', 'time = "t"').replace('group = "group"', 'group = "org:group"')
    arguments = files(tmp_path, log=log, mapping=f'format = "xes"\n{mapping}')
    assert await command("import", *arguments, *platform.options, "--json") == 0
    assert told(capsys)["result"]["tickets_created"] == 1


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ("source = ", "cannot be read: Invalid value"),
        ('source = "x"', "columns: Field required"),
        (MAPPING.replace('code = "STAFF"', "code = 7"), "customer.code: Input should be a valid string"),
        ('columns = "case"', "columns: Input should be a valid dictionary"),
        ("unkown = []\n" + MAPPING, "unkown: Extra inputs are not permitted"),
        (MAPPING.replace('code = "incident"', ""), "offering.code: names the offering, and is missing"),
        (MAPPING.replace('time_zone = "UTC"', 'time_zone = "Mars/Base"'), "unknown_time_zone"),
        (MAPPING.replace('state = "submitted"', 'state = "odd"'), "/mapping/states/New/state"),
        (MAPPING.replace('time = "at"', 'time = "when"'), "column_missing"),
    ],
)
async def test_a_bad_mapping_is_told_by_its_field(
    platform: SmallPlatform, tmp_path: Path, capsys: Captured, mapping: str, says: str
) -> None:
    assert await command("import", *files(tmp_path, mapping=mapping), *platform.options) == 2
    captured = capsys.readouterr()
    assert says in captured.err
    assert captured.out == ""
    assert "Traceback" not in captured.err


async def test_groups_that_would_become_one_department_are_told(
    platform: SmallPlatform, tmp_path: Path, capsys: Captured
) -> None:
    log = LOG + "C3,New,2026-02-01T09:00:00Z,net-work\n"
    assert await command("import", *files(tmp_path, log=log), *platform.options) == 2
    assert "'Net work' and 'net-work' would both become NET-WORK" in capsys.readouterr().err
    mapping = MAPPING + '[groups.codes]\n"net-work" = "NET-WORK"\n'
    mapping = mapping.replace("[groups]\nmake = true\n", "").replace(
        "[groups.codes]", "[groups]\nmake = true\n[groups.codes]"
    )
    assert await command("import", *files(tmp_path, log=log, mapping=mapping), *platform.options) == 0


def test_codes_of_groups_fit() -> None:
    assert code_of("A group whose name is long and longer") == "A-GROUP-WHOSE-NAME-IS-LONG-AND-L"
    assert code_of("???") == "GROUP"


async def test_files_that_are_not_there(platform: SmallPlatform, tmp_path: Path, capsys: Captured) -> None:
    files(tmp_path)
    mapping = ["--mapping", str(tmp_path / "mapping.toml")]
    assert await command("import", str(tmp_path / "none.csv"), *mapping, *platform.options) == 2
    log = str(tmp_path / "log.csv")
    assert await command("import", log, "--mapping", str(tmp_path / "none.toml"), *platform.options) == 2
    assert await command("import", log, "--mapping", log, *platform.options) == 2
    assert capsys.readouterr().err.count("acuerdo: ") == 3


@pytest.mark.parametrize("arguments", [["report", "time-held"], ["import"]])
async def test_who_is_refused_reads_why(
    platform: SmallPlatform, tmp_path: Path, capsys: Captured, arguments: list[str]
) -> None:
    given = [*arguments, *(files(tmp_path) if arguments == ["import"] else [])]
    elsewhere = ["--data", str(tmp_path / "nothing")]
    for options, says in (
        (["--url", platform.url, "--token", "nonsense"], "401 unauthenticated"),
        (["--url", platform.url, "--token", "ñ"], "the token is none"),
        (["--url", platform.url, "--token", platform.issuer.token(scope="people:read")], "403"),
        (["--url", "http://127.0.0.1:9", "--token", "x"], "does not answer"),
        (["--url", "nowhere", "--token", "x"], "does not answer"),
        (["--url", "http://a\x01", "--token", "x"], "is no address"),
        (elsewhere, "give --token"),
    ):
        assert await command(*given, *options) == 2, options
        captured = capsys.readouterr()
        assert says in captured.err, options
        assert captured.out == ""


async def test_reports_are_tables_that_cut_nothing(platform: SmallPlatform, tmp_path: Path, capsys: Captured) -> None:
    assert await command("import", *files(tmp_path), *platform.options) == 0
    capsys.readouterr()
    assert await command("report", "time-held", *platform.options) == 0
    held = capsys.readouterr().out
    assert "provider" in held
    assert "2 tickets" in held
    assert await command("report", "attainment", *platform.options, "--priority", "normal") == 0
    assert "resolution" in capsys.readouterr().out
    assert await command("report", "attainment", *platform.options, "--json") == 0
    assert told(capsys)["items"][0]["clock"] == "resolution"
    pair = ("--customer-department-id", "staff", "--provider-department-id", "desk")
    assert await command("report", "scoreboard", *platform.options, *pair) == 0
    board = capsys.readouterr().out
    assert board.index("staff asks, desk provides") < board.index("desk asks, staff provides")
    assert await command("report", "scoreboard", *platform.options, *pair[:3], "NONE") == 2
    assert "there is no department NONE" in capsys.readouterr().err
    assert await command("report", "scoreboard", *platform.options, *pair[:2]) == 2
    assert "--customer-department-id and --provider-department-id" in capsys.readouterr().err
    assert await command("report", "attainment", *platform.options, "--from", "2026-03-02", "--to", "2026-03-01") == 2
    assert "409 empty_period" in capsys.readouterr().err


async def test_a_narrow_terminal_folds(platform: SmallPlatform, tmp_path: Path) -> None:
    mapping = MAPPING.replace('"?"]', '"?"]').replace('code = "DESK"', 'code = "A-DESK-WITH-A-CODE-OF-32-LETTERS"')
    log = LOG.replace("C2,New,2026-02-01T11", "C2,New,2026-02-01T10:30:00Z,Other\nC2,New,2026-02-01T11")
    assert (await as_process("import", *files(tmp_path, log=log, mapping=mapping), *platform.options)).returncode == 0
    party = "department:A-GROUP-WHOSE-NAME-IS-LONG-AND-L"
    wide = await as_process("report", "time-held", *platform.options)
    assert party in wide.stdout
    assert "…" not in wide.stdout
    for columns in (40, 200):
        seen = await asyncio.to_thread(on_a_terminal, columns, "report", "time-held", *platform.options)
        assert "…" not in seen
        letters = "".join(row.split("│")[1].strip() for row in seen.splitlines() if row.startswith("│"))
        assert party in letters


def on_a_terminal(columns: int, *arguments: str) -> str:
    """What a person with so many columns sees."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environment = {"PATH": os.defpath, "TERM": "dumb"}
    command_line = [sys.executable, "-m", "services", *arguments]
    seen = b""
    with subprocess.Popen(command_line, cwd=PROJECT, env=environment, stdout=theirs, stdin=theirs) as process:
        os.close(theirs)
        with contextlib.suppress(OSError):  # the other end is closed
            while part := os.read(ours, 65_536):
                seen += part
        assert process.wait() == 0
    os.close(ours)
    return seen.decode()


@pytest.mark.parametrize("arguments", [["report", "time-held"], ["report", "time-held", "--json"]])
async def test_a_reader_who_leaves_early_sees_no_traceback(platform: SmallPlatform, arguments: list[str]) -> None:
    gone = await as_process(*arguments, *platform.options, behind="| true")
    assert (gone.returncode, gone.stderr) == (0, "")


async def test_verify_tells_what_differs(
    platform: SmallPlatform, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await command("import", *files(tmp_path), *platform.options) == 0
    capsys.readouterr()
    monkeypatch.setenv("ACUERDO_DATABASE_URL", platform.database_url)
    assert await command("verify") == 0
    assert capsys.readouterr().out == "2 tickets refolded, 0 differences\n"
    connection = await asyncpg.connect(platform.database_url)
    await connection.execute("UPDATE ticket SET state = 'closed' WHERE source_key = 'C1'")
    await connection.execute("UPDATE ledger_interval SET wall = wall + interval '1 s' WHERE position = 0")
    await connection.close()
    assert await command("verify") == 1
    *lines, count = capsys.readouterr().out.splitlines()
    assert count == "2 tickets refolded, 2 differences"
    assert any("ticket.state is kept as 'closed', folded it is 'fulfilled'" in line for line in lines)
    assert any("ledger 0.wall is kept as 1 day, 0:00:01, folded it is 1 day, 0:00:00" in line for line in lines)


async def test_verify_says_what_it_misses(tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACUERDO_DATABASE_URL", raising=False)
    assert await command("verify") == 2
    assert "ACUERDO_DATABASE_URL is not set" in capsys.readouterr().err
    assert await command("verify", "--data", str(tmp_path)) == 2
    assert "is no data directory of make up" in capsys.readouterr().err
    (tmp_path / "secrets.json").write_text("{}")
    assert await command("verify", "--data", str(tmp_path)) == 2
    assert "no embedded PostgreSQL runs" in capsys.readouterr().err
    monkeypatch.setenv("ACUERDO_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/nothing")
    assert await command("verify") == 2
    assert "the database cannot be read" in capsys.readouterr().err
