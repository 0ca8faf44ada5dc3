"""What is kept beside an issued paper: the data it was made from, the critical values it prints, the zones on it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping

from docgen.archive.deposit import Derived
from docgen.issuing.issue import Produced


def beside(number: str, produced: Produced) -> list[Derived]:
    """Return the frozen data, the critical values and the zones of a paper, for later comparison, as JSON files."""
    zones = [dataclasses.asdict(zone) for zone in produced.zones]
    values = [dataclasses.asdict(value) for value in produced.values]
    return [
        Derived(f"{number}.snapshot.json", _json(produced.snapshot)),
        Derived(f"{number}.values.json", _json({"schema": 1, "values": values})),
        Derived(f"{number}.zones.json", _json({"schema": 1, "unit": "pt", "origin": "top-left", "zones": zones})),
    ]


def _json(value: Mapping[str, object]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
