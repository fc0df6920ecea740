"""Judge the template that would be deployed; exit with 1 and what was found."""

import sys

from scripts.local.judge_template import judge_template
from scripts.local.package import template

if __name__ == "__main__":
    sys.exit(judge_template(template()) or None)
