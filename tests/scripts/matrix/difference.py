"""Where two JSON files differ: `difference.py EXPECTED SEEN`."""

import json
import sys


def read(path):
    try:
        return json.load(open(path))
    except ValueError:
        return None


def walk(expected, seen, path=""):
    if type(expected) is type(seen) is dict:
        for key in sorted(expected.keys() | seen.keys()):
            walk(expected.get(key), seen.get(key), f"{path}.{key}")
    elif type(expected) is type(seen) is list and len(expected) == len(seen):
        for n, pair in enumerate(zip(expected, seen)):
            walk(*pair, f"{path}[{n}]")
    elif type(expected) is type(seen) is str and expected != seen:
        start = next((n for n, pair in enumerate(zip(expected, seen)) if pair[0] != pair[1]), min(len(expected), len(seen)))
        start = max(0, start - 40)
        print(f"      {path} from {start}: expected {expected[start : start + 120]!r}, saw {seen[start : start + 120]!r}")
    elif expected != seen:
        print(f"      {path or 'all'}: expected {json.dumps(expected)[:300]}, saw {json.dumps(seen)[:300]}")


walk(read(sys.argv[1]), read(sys.argv[2]))
