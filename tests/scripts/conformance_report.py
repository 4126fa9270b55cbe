"""Reads what the conformance suite wrote.

    conformance_report.py baseline REVISION DIRECT          every scenario that is carried passes
    conformance_report.py compare REVISION DIRECT GATEWAY   whatever passes in DIRECT passes in GATEWAY
    conformance_report.py client REVISION COUNT DIRECT GATEWAY   the same for the client scenarios, COUNT of them

Exit 0 good, 1 found something.
"""

import json
import pathlib
import re
import sys

# These extensions are not carried, so the fixture has no tools for them.
NOT_CARRIED = re.compile(r"^(tasks-|sep-2640-skills-)")
# These look at the gateway itself and must pass through it whatever the server does.
OWN = {
    "2026-07-28": ("http-header-validation", "dns-rebinding-protection"),
    "2025-11-25": ("dns-rebinding-protection",),
}
# Reviewed: through the gateway these are not put to the test, and rightly so.
OTHERWISE = {
    # The gateway goes back for the answer itself: the client's stream does not break.
    "server-sse-disconnect-resume ServerDisconnectResume": "INFO",
}
# How many scenarios a revision scores: with fewer, the suite did not run.
SCORED = {"2026-07-28": 37, "2025-11-25": 30}


def read(directory):
    """{scenario: {check: status}}; a check that occurs again gets a number."""
    found = {}
    for file in sorted(pathlib.Path(directory).glob("*/checks.json")):
        name = re.sub(r"^server-", "", re.sub(r"-\d{4}-\d\d-\d\dT[\d-]+Z$", "", file.parent.name))
        checks = found.setdefault(name, {})
        for check in json.loads(file.read_text()):
            # Some checks share an id, and come in the order in which the suite saw something.
            first = key = f"{check['id']} {check['name']}" if check["name"] != check["id"] else check["id"]
            n = 2
            while key in checks:
                key, n = f"{first} {n}", n + 1
            checks[key] = (check["status"], check.get("errorMessage") or "")
    return found


def passed(checks):
    return bool(checks) and all(status != "FAILURE" for status, _ in checks.values())


def count(results):
    statuses = [status for checks in results.values() for status, _ in checks.values()]
    return f"{len(results)} scenarios, {statuses.count('SUCCESS')} checks passed, {statuses.count('FAILURE')} failed"


def baseline(revision, direct):
    results = read(direct)
    print(f"{revision} direct: {count(results)}")
    bad = [name for name, checks in results.items() if not NOT_CARRIED.match(name) and not passed(checks)]
    for name in bad:
        print(f"{revision} direct: {name} fails: {results[name]}")
    if len(results) < SCORED[revision]:
        print(f"{revision} direct: only {len(results)} scenarios ran")
        return 1
    return 1 if bad else 0


def compare(revision, direct, gateway):
    without, through = read(direct), read(gateway)
    print(f"{revision} through the gateway: {count(through)}")
    bad = worse(revision, without, through)
    for name in OWN[revision]:
        if not passed(through.get(name, {})):
            bad += 1
            print(f"{revision} {name} must pass through the gateway: {through.get(name)}")
    return 1 if bad else 0


def client(revision, expected, direct, gateway):
    without, through = read(direct), read(gateway)
    print(f"{revision} client directly: {count(without)}")
    print(f"{revision} client through the gateway: {count(through)}")
    bad = worse(revision, without, through)
    for name, checks in without.items():
        if not passed(checks):
            bad += 1
            print(f"{revision} {name} fails directly: {[key for key, (status, _) in checks.items() if status == 'FAILURE']}")
    if len(without) != int(expected):
        bad += 1
        print(f"{revision}: {len(without)} of {expected} client scenarios ran")
    return 1 if bad else 0


def worse(revision, without, through):
    """Prints and counts what passes without the gateway and not through it."""
    bad = 0
    for name, checks in without.items():
        for check, (status, _) in checks.items():
            if status != "SUCCESS" or NOT_CARRIED.match(name):
                continue
            got, message = through.get(name, {}).get(check, ("ABSENT", ""))
            if got not in ("SUCCESS", OTHERWISE.get(check)):
                bad += 1
                print(f"{revision} {name}: {check} passes directly; through the gateway: {got} {message[:160]}")
    return bad


if __name__ == "__main__":
    sys.exit({"baseline": baseline, "compare": compare, "client": client}[sys.argv[1]](*sys.argv[2:]))
