"""The Inspector's command line: `client_inspector.py ERA URL`. It has no way to present a client certificate."""

import json
import os
import subprocess
import sys
import tempfile

from plan import HEADERS, PLAN, TOKEN, say


def ask(era, url, home, *arguments):
    headers = HEADERS | ({"Authorization": f"Bearer {TOKEN}"} if TOKEN else {})
    environment = {**os.environ, "HOME": home, "MCP_CATALOG_PATH": os.path.join(home, "catalog.json")}
    if os.environ.get("CA"):
        environment["NODE_EXTRA_CA_CERTS"] = os.environ["CA"]
    command = ["mcp-inspector", "--cli", "--transport", "http", "--server-url", url, "--protocol-era", era]
    for name, value in headers.items():
        command += ["--header", f"{name}: {value}"]
    command += [*arguments, "--format", "json", "-q"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=90)
    try:
        return json.loads(done.stdout)["result"]
    except (ValueError, KeyError):
        sys.exit(f"mcp-inspector {' '.join(arguments)}: {done.stdout} {done.stderr}")


def main(era, url):
    with tempfile.TemporaryDirectory() as home:
        tools = ask(era, url, home, "--method", "tools/list")
        calls = []
        for name, arguments in PLAN["calls"][:3]:
            pairs = [f"{key}={value}" for key, value in arguments.items()]
            pairs = ["--tool-arg", *pairs] if pairs else []
            calls.append(ask(era, url, home, "--method", "tools/call", "--tool-name", name, *pairs))
        read = ask(era, url, home, "--method", "resources/read", "--uri", PLAN["read"])
    say(None, tools["tools"], calls, read["contents"])


main(*sys.argv[1:])
