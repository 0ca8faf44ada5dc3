"""What a store's refusals mean, in our codes. No text of the store or of boto3 is ever passed on.

Messages of other libraries may quote keys, signed addresses or the request; only the store's error code travels, and
only where it looks like one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING

from docgen.errors import DocgenError, Refused, StorageProblem

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

_WORD = re.compile(r"[A-Za-z0-9.]{1,60}")
_CODES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken"), "remote.key-refused"),
        **dict.fromkeys(("ExpiredToken", "TokenRefreshRequired"), "remote.key-expired"),
        **dict.fromkeys(("AccessDenied", "AllAccessDisabled", "AccountProblem", "403"), "remote.not-allowed"),
        **dict.fromkeys(("RequestTimeTooSkewed", "RequestExpired"), "remote.clock-skew"),
        **dict.fromkeys(("NoSuchBucket",), "remote.bucket-missing"),
        **dict.fromkeys(
            ("PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed", "301", "307"),
            "remote.wrong-region",
        ),
        **dict.fromkeys(
            ("SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "Throttling", "500", "502", "503"),
            "remote.busy",
        ),
        **dict.fromkeys(
            ("BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch"),
            "remote.arrived-differently",
        ),
        **dict.fromkeys(("QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "507"), "remote.full"),
        **dict.fromkeys(("KeyTooLongError",), "remote.key-too-long"),
    }
)
_REFUSALS = frozenset({"remote.key-refused", "remote.key-expired", "remote.not-allowed", "remote.clock-skew"})
_REFUSALS |= {"remote.bucket-missing", "remote.wrong-region", "remote.key-too-long"}


class ArrivedDifferently(StorageProblem):
    """The store, or a second look, says other bytes arrived than were sent; sending again may help."""


@contextmanager
def told(where: str) -> Iterator[None]:
    """Turn everything boto3 raises inside the block into our errors; `where` names bucket or key."""
    from botocore import exceptions  # noqa: PLC0415  # an extra
    from urllib3.exceptions import HTTPError  # noqa: PLC0415  # as above; raised while a body is read

    try:
        yield
    except exceptions.ClientError as problem:
        raise refusal(problem, where) from None
    except (exceptions.SSLError, exceptions.ProxyConnectionError) as problem:
        raise StorageProblem.of("remote.connection-not-trusted", where, what=type(problem).__name__) from None
    except (exceptions.HTTPClientError, exceptions.ConnectionError) as problem:
        raise StorageProblem.of("remote.unreachable", where, what=type(problem).__name__) from None
    except (HTTPError, exceptions.IncompleteReadError, exceptions.ResponseStreamingError, ConnectionError) as problem:
        raise StorageProblem.of("remote.unreachable", where, what=type(problem).__name__) from None
    except exceptions.BotoCoreError as problem:
        raise StorageProblem.of("remote.answer-unexpected", where, answer=type(problem).__name__, status="-") from None


def refusal(problem: ClientError, where: str) -> DocgenError:
    """Return our error for a store's answer."""
    answer = code_of(problem)
    status = problem.response.get("ResponseMetadata", {}).get("HTTPStatusCode", "-")
    code = _CODES.get(answer, "remote.answer-unexpected")
    kind = ArrivedDifferently if code == "remote.arrived-differently" else StorageProblem
    return (Refused if code in _REFUSALS else kind).of(code, where, answer=answer, status=status)


def code_of(problem: ClientError) -> str:
    """Return the error code of a store's answer, where it looks like one."""
    answer = str(problem.response.get("Error", {}).get("Code", ""))
    return answer if _WORD.fullmatch(answer) else "?"


def is_missing(problem: ClientError) -> bool:
    """Tell whether the answer only says that there is no such object."""
    return code_of(problem) in {"404", "NoSuchKey", "NoSuchVersion"}
