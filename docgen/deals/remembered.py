"""The last answer about a deal, kept: one look at a deal asks for its plan and its terms on the same day many times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, TypeVar, cast

from docgen.deals.deal import Deal

_Function = TypeVar("_Function", bound=Callable[..., Any])


def remembered(function: _Function) -> _Function:
    """Keep the last answer of a function of a deal and a day, for the very same record; records never change.

    The answer must be immutable, too. One record is held, no more.
    """
    last: tuple[Deal, date, dict[str, Any], Any] | None = None

    @wraps(function)
    def asked(deal: Deal, *, as_of: date, **further: Any) -> Any:  # noqa: ANN401  # whatever the function takes and gives
        nonlocal last
        kept = last
        if kept is not None and kept[0] is deal and kept[1] == as_of and kept[2] == further:
            return kept[3]
        told = function(deal, as_of=as_of, **further)
        last = (deal, as_of, further, told)
        return told

    return cast("_Function", asked)
