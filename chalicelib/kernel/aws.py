"""One botocore session and one client a service, for the whole process.

Creating a client costs tens of milliseconds, so a second one is waste; timeouts are set, because
the defaults outlive the caller (API Gateway gives up after 29 s). ``AWS_ENDPOINT_URL`` points them
at an embedded engine.
"""

import functools
import logging
from typing import Any

import botocore.config
import botocore.session
from botocore.exceptions import ConnectionError as NoConnection
from botocore.exceptions import HTTPClientError

from chalicelib.kernel.config import config
from chalicelib.kernel.errors import Crowded, Unreachable

logging.getLogger("botocore").setLevel(logging.INFO)
"""At DEBUG it prints whole answers, secrets among them."""


_THROTTLED = {
    "ThrottlingException",
    "Throttling",
    "RequestLimitExceeded",
    "ProvisionedThroughputExceededException",
    "SlowDown",
}


@functools.cache
def client(service: str) -> Any:
    """The shared client of ``service`` (``dynamodb``, ``s3``, ``sqs``, ``secretsmanager`` …).

    What it cannot get through within its own three attempts is a refusal, not a bug: ``Crowded`` when
    throttled, ``Unreachable`` when no answer came or the service failed, each a 503 at every door.
    What is signed for a browser names the region's own host everywhere: the pages' policy allows no other.
    """
    made = _session().create_client(
        service,
        region_name=config().region,
        config=botocore.config.Config(
            connect_timeout=1,
            read_timeout=3,
            max_pool_connections=64,
            parameter_validation=False,
            account_id_endpoint_mode="disabled",
            user_agent="fenxiao",
            retries={"total_max_attempts": 3, "mode": "standard"},
            signature_version="s3v4" if service == "s3" else None,
            s3={"addressing_style": "path", "us_east_1_regional_endpoint": "regional"},
        ),
    )
    made.meta.events.register("after-call", _refuse_failures)
    made.meta.events.register("after-call-error", _refuse_silence)
    return made


def _refuse_failures(http_response: Any, parsed: dict[str, Any], **_: Any) -> None:
    if parsed.get("Error", {}).get("Code") in _THROTTLED:
        raise Crowded()
    if http_response.status_code >= 500:
        raise Unreachable()


def _refuse_silence(exception: Exception, **_: Any) -> None:
    if isinstance(exception, NoConnection | HTTPClientError):
        raise Unreachable() from exception


@functools.cache
def _session() -> Any:
    session = botocore.session.get_session()
    loader = session.get_component("data_loader")
    _pass_values_through(loader.load_service_model("dynamodb", "service-2", api_version=None))
    return session


def _pass_values_through(model: dict[str, Any]) -> None:
    """Let items cross botocore as they are: typed values are the wire's own form already.

    botocore would walk every value of every item, both ways, to find bytes, which we never store
    (``kernel.codec``), and search every transaction for the tables it names. That was a third of the
    CPU of a paid notice (docs/benchmarks.md). ``model`` is the one the loader keeps for all clients.
    """
    as_it_is = {"type": "structure", "members": {}, "document": True}
    for name, shape in model["shapes"].items():
        if shape["type"] == "map" and shape["value"]["shape"] == "AttributeValue":
            model["shapes"][name] = as_it_is
    for operation in model["operations"].values():
        operation.pop("operationContextParams", None)
