"""The child's side: take its limits, then answer one call after the other on its pipes until they close.

Started as `python -m docgen.contained.child MEMORY_BYTES FILE_BYTES`. Standard input brings frames
`{"function", "seconds", "args", "kwargs"}`; answers leave by what was standard output, which is then turned to
standard error so that a library's print cannot spoil an answer. Only public functions defined in docgen itself are
called, whatever is asked.
"""

from __future__ import annotations

import errno
import importlib
import os
import re
import resource
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any, BinaryIO

from docgen.contained import wire
from docgen.errors import DocgenError

_FUNCTION = re.compile(r"(docgen(?:\.[a-z_][a-z0-9_]*)+):([a-z][a-z0-9_]*)")


def main(arguments: list[str]) -> None:
    """Serve calls until the parent closes the pipe."""
    memory, file_size = (int(argument) for argument in arguments)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, file_size)
    _limit(resource.RLIMIT_AS, memory)
    while (call := _next_call(sys.stdin.buffer)) is not None:
        _send(answers, _answer(call))


def resolve(name: str) -> Callable[..., Any]:
    """Return the function for `docgen.package.module:function`.

    Raises:
        ValueError: the name has another form, or the thing named is not a function defined in docgen.
    """
    form = _FUNCTION.fullmatch(name)
    if form is None:
        raise ValueError(f"not a docgen function: {name}")
    found = getattr(importlib.import_module(form[1]), form[2], None)
    if not callable(found) or not str(getattr(found, "__module__", "")).startswith("docgen."):
        raise ValueError(f"not a docgen function: {name}")
    return found  # type: ignore[no-any-return]  # callable() narrows to an unknown signature


def _limit(what: int, amount: int) -> None:
    _, hard = resource.getrlimit(what)
    amount = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
    resource.setrlimit(what, (amount, amount))


def _limit_processor_time(seconds: float) -> None:
    """Allow so many seconds of processor time from now on; past it the kernel ends the process."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    until = int(time.process_time() + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (until if hard == resource.RLIM_INFINITY else min(until, hard), hard))


def _next_call(calls: BinaryIO) -> dict[str, Any] | None:
    header = calls.read(wire.HEADER.size)
    if len(header) < wire.HEADER.size:
        return None
    return dict(wire.unpack(header, calls.read(wire.body_size(header))))


def _answer(call: dict[str, Any]) -> bytes:
    try:
        _limit_processor_time(call["seconds"])
        return wire.pack({"value": resolve(call["function"])(*call["args"], **call["kwargs"])})
    except DocgenError as refusal:
        return wire.pack({"error": _as_plain(refusal)})
    except MemoryError:
        return wire.pack({"limit": "memory"})
    except Exception as problem:  # noqa: BLE001  # whatever a foreign file provokes is an answer, not an end
        if isinstance(problem, OSError) and problem.errno == errno.EFBIG:
            return wire.pack({"limit": "file"})
        traceback.print_exc()
        return wire.pack({"crash": f"{type(problem).__name__}: {problem}"[:500].encode("utf-8", "replace").decode()})


def _as_plain(refusal: DocgenError) -> dict[str, Any]:
    findings = [
        {"code": one.code, "where": one.where, "severity": one.severity.value, "params": _plain_params(one.params)}
        for one in refusal.findings
    ]
    return {"type": type(refusal).__name__, "findings": findings}


def _plain_params(params: Any) -> dict[str, Any]:  # noqa: ANN401  # a finding's parameters hold anything
    simple = (bool, int, float, str, type(None))
    return {key: value if isinstance(value, simple) else str(value) for key, value in params.items()}


def _send(answers: BinaryIO, frame: bytes) -> None:
    answers.write(frame)
    answers.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
