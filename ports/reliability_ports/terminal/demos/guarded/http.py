"""What both ends of the wire know of HTTP/1.1."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from typing import Dict, Tuple

    Head = Tuple[str, Dict[str, str], bytes]

HOST = "127.0.0.1"
_END = b"\r\n\r\n"


async def read_head(reader: "StreamReader") -> "Head":
    """-> the first line, the fields by name in lower case, and what came behind the empty line.

    The first line is empty when the other end closed without a word. Read as it comes, not by lines: on MicroPython
    every line would be a turn of the event loop.
    """
    data = b""
    while _END not in data:
        more = await reader.read(1024)
        if not more:
            if data:
                raise EOFError("closed within the head")
            return "", {}, b""
        data += more
    head, _, rest = data.partition(_END)
    lines = head.decode().split("\r\n")
    headers: "Dict[str, str]" = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return lines[0], headers, rest


async def hang_up(writer: "StreamWriter") -> None:
    """Close a connection. On MicroPython only `wait_closed` does; elsewhere it may repeat the error that ended it."""
    writer.close()
    try:
        await writer.wait_closed()
    except OSError:
        pass
