"""What is kept beside an issued paper: the data it was made from, the critical values it prints, the zones on it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from docgen.archive import plain
from docgen.archive.deposit import Derived
from docgen.issuing.issue import Produced
from docgen.rendering.laidout import Zone
from docgen.rendering.printed import PrintedValue


def beside(number: str, produced: Produced) -> list[Derived]:
    """Return the frozen data, the critical values and the zones of a paper, for later comparison, as JSON files."""
    zones = [_fields(zone) for zone in produced.zones]
    values = [_fields(value) for value in produced.values]
    return [
        Derived(f"{number}.snapshot.json", _json(produced.snapshot)),
        Derived(f"{number}.values.json", _json({"schema": 1, "values": values})),
        Derived(f"{number}.zones.json", _json({"schema": 1, "unit": "pt", "origin": "top-left", "zones": zones})),
    ]


def _fields(one: Zone | PrintedValue) -> dict[str, object]:
    """Return the fields of a flat dataclass; `asdict` copies each value deeply, too."""
    return {each.name: getattr(one, each.name) for each in dataclasses.fields(one)}


def _json(value: Mapping[str, object]) -> bytes:
    return plain.on_lines(value, indent=1)
