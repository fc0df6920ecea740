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

from chalicelib.kernel.config import config

logging.getLogger("botocore").setLevel(logging.INFO)
"""At DEBUG it prints whole answers, secrets among them."""


@functools.cache
def client(service: str) -> Any:
    """The shared client of ``service`` (``dynamodb``, ``s3``, ``sqs``, ``secretsmanager`` …)."""
    return _session().create_client(
        service,
        region_name=config().region,
        config=botocore.config.Config(
            connect_timeout=1,
            read_timeout=3,
            max_pool_connections=64,
            parameter_validation=False,
            retries={"total_max_attempts": 3, "mode": "standard"},
            s3={"addressing_style": "path"},
        ),
    )


@functools.cache
def _session() -> Any:
    return botocore.session.get_session()
