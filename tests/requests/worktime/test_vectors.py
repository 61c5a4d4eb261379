"""The 60 known cases of business-time arithmetic: 32 `add`, 28 `between`.

`vectors.json` names the weeks and the yearly days off that the cases share by their place in a list.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.requests.worktime import WorkingTime, definition_from

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())
SHARED = Path(__file__).parents[4] / "shared" / "vectors" / "worktime.json"


def calendar_of(case: dict[str, Any]) -> WorkingTime:
    week = VECTORS["weeks"][case["week"]]
    hours = [(day, *hours.split("-")) for day, several in week.items() for hours in several]
    document = {
        "time_zone": case["time_zone"],
        "shifts": [{"weekday": day, "start": start, "end": end} for day, start, end in hours],
        "dates": [{"yearly": day, "name": "day off"} for day in VECTORS["days_off"][case["days_off"]]],
    }
    return WorkingTime(definition_from(document))


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_the_known_answer_comes_out(case: dict[str, Any]) -> None:
    calendar, start = calendar_of(case), datetime.fromisoformat(case["start"])
    if "seconds" in case:
        assert calendar.add(start, timedelta(seconds=case["seconds"])) == datetime.fromisoformat(case["expect"])
    else:
        assert calendar.between(start, datetime.fromisoformat(case["end"])) == timedelta(seconds=case["expect"])


def test_the_cases_are_those_that_were_handed_over() -> None:
    if not SHARED.exists():
        pytest.skip("../shared/vectors/worktime.json is not here")
    theirs = json.loads(SHARED.read_text())
    assert len(VECTORS["cases"]) == len(theirs) == 60
    for ours, case in zip(VECTORS["cases"], theirs, strict=True):
        week = VECTORS["weeks"][ours["week"]]
        hours = [f"{day} {span}" for day, several in week.items() for span in several]
        assert hours == [f"{s['weekday']} {s['start']}-{s['end']}" for s in case["shifts"]]
        assert VECTORS["days_off"][ours["days_off"]] == case["yearly_holidays"]
        same = ["name", "time_zone", "start", "expect", "seconds" if case["op"] == "add" else "end"]
        assert [ours[key] for key in same] == [case[key] for key in same]
