"""Translate a SAM template into plain CloudFormation, as AWS would, offline: translate.py TEMPLATE REGION.

Runs under the tools' own environment (the translator pins another pydantic), so it imports nothing of ours.
Prints the translated template; exits with 1 and the reasons when AWS would refuse it.
"""

import json
import sys
from pathlib import Path

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.public.exceptions import InvalidDocumentException
from samtranslator.public.translator import Translator


def main() -> None:
    """Read, translate, print."""
    source = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    for resource in source["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://code/deployment.zip"
    session = boto3.Session(region_name=sys.argv[2])
    translator = Translator({}, Parser(), boto_session=session)
    try:
        made = translator.translate(source, parameter_values={})
    except InvalidDocumentException as refusal:
        sys.exit("\n".join(cause.message for cause in refusal.causes))
    print(json.dumps(made))


if __name__ == "__main__":
    main()
