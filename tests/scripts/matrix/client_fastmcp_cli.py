"""The command line of fastmcp: `client_fastmcp_cli.py URL`. It has no way to present a client certificate."""

import json
import os
import subprocess
import sys
import tempfile

from plan import HEADERS, PLAN, TOKEN, say


def ask(spec, command, *arguments):
    environment = {**os.environ, "FASTMCP_CHECK_FOR_UPDATES": "off", "FASTMCP_LOG_LEVEL": "ERROR"}
    if os.environ.get("CA"):
        environment["SSL_CERT_FILE"] = os.environ["CA"]
    done = subprocess.run(
        ["fastmcp", command, spec, *arguments, "--json"], env=environment, capture_output=True, text=True, timeout=90
    )
    try:
        return json.loads(done.stdout)
    except ValueError:
        sys.exit(f"fastmcp {command} {' '.join(arguments)}: {done.stdout} {done.stderr}")


def main(url):
    # Its command line has no option for headers, its configuration file has.
    headers = HEADERS | ({"Authorization": f"Bearer {TOKEN}"} if TOKEN else {})
    with tempfile.TemporaryDirectory() as home:
        spec = os.path.join(home, "servers.json")
        with open(spec, "w") as file:
            json.dump({"mcpServers": {"one": {"url": url, "transport": "http", "headers": headers}}}, file)
        tools = ask(spec, "list", "--input-schema", "--output-schema")
        # Each takes more than a second to start.
        calls = [ask(spec, "call", name, "--input-json", json.dumps(arguments)) for name, arguments in PLAN["calls"][1:2]]
        contents = ask(spec, "call", PLAN["read"])
    say(None, tools["tools"], calls, contents)


main(sys.argv[1])
