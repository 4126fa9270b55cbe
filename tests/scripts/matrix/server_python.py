"""A server on the Python SDK: `server_python.py PORT`."""

import sys

from mcp.server.mcpserver import MCPServer

server = MCPServer("matrix-python")


@server.tool()
def repeat(text: str) -> str:
    """Repeats a text."""
    return f"You said: {text}"


@server.tool()
def add(a: int, b: int) -> int:
    """Adds two whole numbers."""
    return a + b


@server.resource("note://today", mime_type="text/plain")
def today() -> str:
    """A note."""
    return "Grüße aus 東京 🙂\nSecond line, with \"quotes\" and a \\ backslash."


server.run("streamable-http", host="127.0.0.1", port=int(sys.argv[1]))
