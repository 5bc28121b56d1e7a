"""The public validator of the SSDA903 return on one folder of it: run by a Python that has csc-validator-be-903.

It prints JSON: the rules of its oldest year that it ran, and its seconds without start-up.
"""

import contextlib
import importlib
import io
import json
import logging
import sys
import time

FILES = (
    "ad1", "episodes", "header", "missing", "oc2", "oc3", "placed_for_adoption_errors", "previous_permanence", "reviews", "uasc",
    "sw_episodes",
)  # fmt: skip


def main(folder, ruleset="lac2022_23"):
    from lac_validator.lac_validator import LacValidator
    from lac_validator.utils import process_uploaded_files

    logging.disable(logging.CRITICAL)
    began = time.perf_counter()
    files = process_uploaded_files({"This year": [f"{folder}/{name}.csv" for name in FILES]})
    registry = importlib.import_module(f"lac_validator.rules.{ruleset}").registry
    with contextlib.redirect_stdout(io.StringIO()):
        found = LacValidator(
            metadata={"collectionYear": "2018", "localAuthority": "E09000027"}, files=files, registry=registry
        )
    print(json.dumps({"rules": len(found.dones), "without_start_up": time.perf_counter() - began}))


if __name__ == "__main__":
    main(*sys.argv[1:])
