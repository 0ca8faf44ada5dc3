"""Is the engine there? boto3 comes with the extra `s3` and is loaded only when a store is asked for."""

from __future__ import annotations

from importlib.util import find_spec

from docgen.errors import EngineMissing


def require_engine() -> None:
    """See that boto3 is installed.

    Raises:
        EngineMissing: it is not; the message names the extra.
    """
    if find_spec("boto3") is None:
        raise EngineMissing.of("remote.engine-missing")
