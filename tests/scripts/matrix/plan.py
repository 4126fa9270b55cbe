"""What every client of the matrix does, and the form in which it says what it saw.

The environment holds PLAN, `{"calls": [[tool, {arguments}]...], "asks": the same for tools that ask the user or the
model something in between, "read": uri}`, and the credentials: CA, CERT, KEY (files), TOKEN.
"""

import json
import os
import ssl
import sys

PLAN = json.loads(os.environ["PLAN"])
ANSWER = {"name": "Ada"}
COMPLETION = "A haiku about gates"
HEADERS = {"X-Trace-ID": "0f8fad5b-d9cb-469f-a165-70867728950e", "X-MCP-Client": "matrix/1.0"}
TOKEN = os.environ.get("TOKEN") or None


def tls():
    """The context for the gateway's certificate and our own; None for plain HTTP."""
    if not os.environ.get("CA"):
        return None
    context = ssl.create_default_context(cafile=os.environ["CA"])
    if os.environ.get("CERT"):
        context.load_cert_chain(os.environ["CERT"], os.environ["KEY"])
    return context


def plain(model):
    """One wire object of a library that has models."""
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)


def say(revision, tools, calls, contents):
    """Prints what was seen; of a result only what every revision has, and the progress on the way to it."""
    kept = ("content", "structuredContent", "isError", "progress")
    calls = [{key: call[key] for key in kept if call.get(key)} for call in calls]
    json.dump({"revision": revision, "tools": tools, "calls": calls, "contents": contents}, sys.stdout, sort_keys=True)
