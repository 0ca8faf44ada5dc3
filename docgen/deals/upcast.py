"""Lifting older records to the schema of today: one step a number, each with a golden file in the tests.

What was kept once stays readable for ever. A record of a newer program is refused instead of half understood.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from docgen.deals.deal import SCHEMA
from docgen.errors import Refused

Record = dict[str, Any]

_NUMBER = re.compile(r"[1-9][0-9]{0,5}\Z")

STEPS: Mapping[int, Callable[[Record], Record]] = MappingProxyType({})
"""Schema number → the step that makes the next number of it."""


def upcast(data: Record) -> Record:
    """Return a record in today's schema; one that names no number counts as 1, as the first program wrote it.

    Raises:
        Refused: `deals.schema-newer` for a number above ours, `deals.schema-unknown` for what is no number of ours.
    """
    number = schema_number(data)
    if number > SCHEMA:
        raise Refused.of("deals.schema-newer", "schema", number=number, ours=SCHEMA)
    lifted = {**data, "schema": number}
    while number < SCHEMA:
        lifted = {**STEPS[number](lifted), "schema": number + 1}
        number += 1
    return lifted


def schema_number(data: Record) -> int:
    """Return the schema number a record names.

    Raises:
        Refused: `deals.schema-unknown` where it is not a number from 1.
    """
    written = data.get("schema", 1)
    text = str(written)
    if isinstance(written, bool) or not _NUMBER.match(text):
        raise Refused.of("deals.schema-unknown", "schema", value=text[:40], ours=SCHEMA)
    return int(text)
