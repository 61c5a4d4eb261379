"""The command report: every report that the API has, as a table, JSON and CSV."""

import csv
import io
import json
from pathlib import Path

import pytest

from services.cli.commands import main
from services.cli.known_reports import known_reports
from tests.cli.platform import LOG, Captured, SmallPlatform, command, files, told
from tests.launcher.processes import PROJECT

AT_THE_DESK = LOG.replace("Net work", "?")


async def test_every_report_of_the_api_is_printed_in_each_form(
    platform: SmallPlatform, tmp_path: Path, capsys: Captured
) -> None:
    assert await command("import", *files(tmp_path, log=AT_THE_DESK), *platform.options) == 0
    contract = json.loads((PROJECT / "openapi" / "requests.json").read_text())
    named = [
        path.removeprefix("/v1/reports/")
        for path, methods in contract["paths"].items()
        if path.startswith("/v1/reports/") and "text/csv" in methods["get"]["responses"]["200"]["content"]
    ]
    assert {"attainment", "scoreboard", "time-held"} < set(named)
    assert sorted(known_reports()) == sorted(named)
    for name in named:
        pair = ["--customer-department-id", "staff", "--provider-department-id", "desk"]
        if name != "backlog":
            pair += ["--from", "2026-02-01", "--to", "2026-03-01"]
        capsys.readouterr()
        assert await command("report", name, *platform.options, *pair) == 0
        table = capsys.readouterr().out
        assert "┃" in table, name
        assert await command("report", name, *platform.options, *pair, "--json") == 0
        answer = told(capsys)
        assert answer.keys() >= {"items", "computed_at"}
        assert await command("report", name, *platform.options, *pair, "--csv") == 0
        rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
        counted = [line for item in answer["items"] for line in item.get("targets", [item])]
        assert len(rows) == len(counted) > 0, name
        assert table.count("\n│") == len(rows), name


async def test_tables_tell_time_and_what_is_asked_of_them(
    platform: SmallPlatform, tmp_path: Path, capsys: Captured
) -> None:
    assert await command("import", *files(tmp_path, log=AT_THE_DESK), *platform.options) == 0
    capsys.readouterr()
    by_priority = ("--group-by", "priority", "--priority", "normal", "--priority", "low")
    assert await command("report", "lead-time", *platform.options, *by_priority) == 0
    lead_time = capsys.readouterr().out
    assert "wall p95 (days)" in lead_time
    assert [cell.strip() for cell in lead_time.splitlines()[-2].split("│")[4:8]] == ["normal", "first", "1", "1.0"]
    days = ("--bucket", "day", "--from", "2026-02-01", "--to", "2026-02-03", "--time-zone", "Europe/Madrid")
    assert await command("report", "flow", *platform.options, *days) == 0
    flow = capsys.readouterr().out
    assert "2026-02-01 to 2026-02-03 (Europe/Madrid)" in flow
    lines = [[cell.strip() for cell in line.split("│")[1:5]] for line in flow.splitlines() if line.startswith("│")]
    assert lines == [["2026-02-01", "2026-02-02", "2", "0"], ["2026-02-02", "2026-02-03", "0", "1"]]
    assert await command("report", "backlog", *platform.options, "--due-within-hours", "0") == 2
    assert "due_within_hours" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["report", "backlog", *platform.options, "--bucket", "day"])
