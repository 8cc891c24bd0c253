"""Run every house rule over the project: ``python -m tools.check``."""

import sys

from tools import check_names, check_pii, check_tests_run, check_texts
from tools.tree import sources

CHECKS = (check_names, check_pii, check_tests_run, check_texts)


def main() -> int:
    texts = sources()
    found = [complaint for check in CHECKS for complaint in check.complaints(texts)]
    for complaint in found:
        print(complaint)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
