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
    elif expected != seen:
        print(f"      {path or 'all'}: expected {json.dumps(expected)[:300]}, saw {json.dumps(seen)[:300]}")


walk(read(sys.argv[1]), read(sys.argv[2]))
