"""A client of DynamoDB: where it is, and what its refusals mean."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

import pipeline
from pipeline.errors import SinkUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb.client import DynamoDBClient

CONNECT_SECONDS: Final = 2.0
READ_SECONDS: Final = 5.0
"""How long an answer may take; botocore's own minute would outlast a consumer's membership."""

LATER: Final = 5.0
"""Seconds after which to ask again what failed while it was read, or set up."""

_THROTTLED: Final = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)

_CREDENTIALS: Final = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
)
"""What the next credentials of an instance or a web identity mend by themselves."""


class DynamoPlace(NamedTuple):
    """A table, and where it is. Credentials are found as every AWS client finds them."""

    table: str
    """Its name."""

    region: str | None = None
    """AWS region; None for what the environment or AWS's own configuration says."""

    endpoint: str | None = None
    """URL of something else that speaks DynamoDB; None for AWS."""


class Refusal(NamedTuple):
    """Why a call failed."""

    reason: str
    """A stable code: ``throttled``, ``server_error``, ``timeout``, ``unreachable``,
    ``credentials``, or ``refused`` for what will not change by itself."""

    text: str
    """One line for a person."""

    @property
    def passes(self) -> bool:
        """Whether asking again may help."""
        return self.reason != "refused"


def connect(place: DynamoPlace, *, connections: int = 10, attempts: int = 1) -> DynamoDBClient:
    """Make a client, which threads may share.

    Args:
        place: the table.
        connections: how many calls may be under way at once.
        attempts: how often it asks by itself; once if how to ask again is the caller's.

    Raises:
        SinkUnavailable: the configuration names no region, or the like.
    """
    import boto3
    from botocore.config import Config

    config = Config(
        retries={"mode": "standard", "total_max_attempts": attempts},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        max_pool_connections=connections,
        tcp_keepalive=True,
        user_agent=f"glyphwatch/{pipeline.__version__}",  # or else it is put together every time
        parameter_validation=False,  # DynamoDB does it again; here it is a tenth of a call
    )
    with refusals(place.table):
        return boto3.session.Session().client(
            "dynamodb", region_name=place.region, endpoint_url=place.endpoint, config=config
        )


def refusal_of(error: Exception) -> Refusal | None:
    """Say what an exception of boto3 means; None if it is none of boto3's."""
    from botocore import exceptions as boto
    from botocore.parsers import ResponseParserError

    if isinstance(error, boto.ClientError):
        code = error.response.get("Error", {}).get("Code", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        reason = "refused"
        if code in _THROTTLED or status == 429:
            reason = "throttled"
        elif code in _CREDENTIALS:
            reason = "credentials"
        elif status >= 500 or code == "InternalServerError":
            reason = "server_error"
        return Refusal(reason, f"{code}: {error.response.get('Error', {}).get('Message', '')}")
    lasting = Refusal("refused", str(error))
    passing: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
        ((boto.ReadTimeoutError, boto.ConnectTimeoutError), "timeout"),
        # No route, closed by the other side, an answer cut short, TLS.
        ((boto.ConnectionError, boto.HTTPClientError, boto.IncompleteReadError), "unreachable"),
        ((boto.CredentialRetrievalError, boto.TokenRetrievalError), "credentials"),
        ((ResponseParserError,), "server_error"),
    )
    for kinds, reason in passing:
        if isinstance(error, kinds):
            return lasting._replace(reason=reason)
    return lasting if isinstance(error, boto.BotoCoreError) else None


@contextmanager
def refusals(table: str) -> Iterator[None]:
    """Turn what boto3 raises into `SinkUnavailable`."""
    try:
        yield
    except Exception as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        raise unavailable(table, refusal) from error


def unavailable(table: str, refusal: Refusal, wait: float = LATER) -> SinkUnavailable:
    """Make the error of a refusal; ``wait`` is after how many seconds to ask again."""
    text = refusal.text
    if text.startswith("ResourceNotFoundException"):
        text += "; `glyphwatch db init` makes the table"
    retry_after = wait if refusal.passes else None
    return SinkUnavailable(f"DynamoDB table {table}: {text}", retry_after=retry_after)
