"""The Inspector's command line: `client_inspector.py URL`; prints what it saw as JSON.

The environment names the credentials: CA (file), TOKEN. It has no way to present a client certificate.
"""

import json
import os
import subprocess
import sys
import tempfile

HEADERS = {"X-Trace-ID": "0f8fad5b-d9cb-469f-a165-70867728950e", "X-MCP-Client": "matrix-inspector/1.0"}


def ask(url, home, *arguments):
    headers = dict(HEADERS)
    environment = {**os.environ, "HOME": home, "MCP_CATALOG_PATH": os.path.join(home, "catalog.json")}
    if os.environ.get("TOKEN"):
        headers["Authorization"] = f"Bearer {os.environ['TOKEN']}"
    if os.environ.get("CA"):
        environment["NODE_EXTRA_CA_CERTS"] = os.environ["CA"]
    command = ["mcp-inspector", "--cli", "--transport", "http", "--server-url", url, "--protocol-era", "modern"]
    for name, value in headers.items():
        command += ["--header", f"{name}: {value}"]
    command += [*arguments, "--format", "json", "-q"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=90)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command[:2])} {' '.join(arguments)}: {done.stdout} {done.stderr}")
    answer = json.loads(done.stdout)
    return answer.get("result", answer)


def main(url):
    with tempfile.TemporaryDirectory() as home:
        tools = ask(url, home, "--method", "tools/list")
        said = ask(url, home, "--method", "tools/call", "--tool-name", "repeat", "--tool-arg", "text=a b c")
        added = ask(url, home, "--method", "tools/call", "--tool-name", "add", "--tool-arg", "a=2", "b=40")
        note = ask(url, home, "--method", "resources/read", "--uri", "note://today")
    print(
        json.dumps(
            {
                "tools": sorted(tool["name"] for tool in tools["tools"]),
                "repeat": said["content"][0]["text"],
                "add": added["content"][0]["text"],
                "note": note["contents"][0]["text"],
            },
            sort_keys=True,
        )
    )


main(sys.argv[1])
