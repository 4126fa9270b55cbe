"""Reads what the conformance suite wrote.

    conformance_report.py baseline DIRECT          every scenario that the revision scores passes
    conformance_report.py compare DIRECT GATEWAY   whatever passes in DIRECT passes in GATEWAY

Exit 0 good, 1 found something.
"""

import json
import pathlib
import re
import sys

# These extensions are not carried, so the fixture has no tools for them.
NOT_CARRIED = re.compile(r"^(tasks-|sep-2640-skills-)")
# These look at the gateway itself and must pass through it whatever the server does.
OWN = ("http-header-validation", "dns-rebinding-protection")


def read(directory):
    """{scenario: {check: status}}; a check that occurs again gets a number."""
    found = {}
    for file in sorted(pathlib.Path(directory).glob("*/checks.json")):
        name = re.sub(r"^server-", "", re.sub(r"-\d{4}-\d\d-\d\dT[\d-]+Z$", "", file.parent.name))
        checks = found.setdefault(name, {})
        for check in json.loads(file.read_text()):
            key, n = check["id"], 2
            while key in checks:
                key, n = f"{check['id']}#{n}", n + 1
            checks[key] = (check["status"], check.get("errorMessage") or "")
    return found


def passed(checks):
    return bool(checks) and all(status != "FAILURE" for status, _ in checks.values())


def count(results):
    statuses = [status for checks in results.values() for status, _ in checks.values()]
    return f"{len(results)} scenarios, {statuses.count('SUCCESS')} checks passed, {statuses.count('FAILURE')} failed"


def baseline(direct):
    results = read(direct)
    print(f"direct: {count(results)}")
    bad = [name for name, checks in results.items() if not NOT_CARRIED.match(name) and not passed(checks)]
    for name in bad:
        print(f"direct: {name} fails: {results[name]}")
    if len(results) < 37:
        print(f"direct: only {len(results)} scenarios ran")
        return 1
    return 1 if bad else 0


def compare(direct, gateway):
    without, through = read(direct), read(gateway)
    print(f"through the gateway: {count(through)}")
    bad = 0
    for name, checks in without.items():
        for check, (status, _) in checks.items():
            if status != "SUCCESS" or NOT_CARRIED.match(name):
                continue
            got, message = through.get(name, {}).get(check, ("ABSENT", ""))
            if got != "SUCCESS":
                bad += 1
                print(f"{name}: {check} passes directly; through the gateway: {got} {message}")
    for name in OWN:
        if not passed(through.get(name, {})):
            bad += 1
            print(f"{name} must pass through the gateway: {through.get(name)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit({"baseline": baseline, "compare": compare}[sys.argv[1]](*sys.argv[2:]))
