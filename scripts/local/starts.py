"""Whether a package starts by itself: unpacked, in a clean process with nothing but what is in it."""

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
import app
answer = app.app({
    "httpMethod": "GET", "path": "/health", "resource": "/health", "headers": {}, "multiValueHeaders": {},
    "queryStringParameters": None, "multiValueQueryStringParameters": None, "pathParameters": None,
    "stageVariables": None, "body": None, "isBase64Encoded": False,
    "requestContext": {"resourcePath": "/health", "httpMethod": "GET", "identity": {"sourceIp": "192.0.2.1"}},
}, None)
sys.exit(None if answer["statusCode"] == 200 else str(answer))
"""


def demand(package: Path) -> None:
    """Ask the packaged API for its health as its gateway would. Exits with what went wrong."""
    with tempfile.TemporaryDirectory(prefix="fenxiao-starts-") as folder:
        with zipfile.ZipFile(package) as zipped:
            zipped.extractall(folder)
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-B", "-c", PROGRAM, folder],
            env={"PATH": os.environ["PATH"]}, cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode != 0:
        sys.exit(f"Fenxiao: the package does not start:\n{done.stdout}{done.stderr}")
