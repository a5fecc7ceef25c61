# Addresses of the server: how a value goes into a query. Belongs here: text only. Does not: sending
# it.

UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"


def quote(text: str) -> str:
    raw = text.encode()
    # Most values have nothing to quote, and each poll says one.
    if not raw.strip(UNRESERVED):
        return text
    return "".join([_quoted(byte) for byte in raw])


def query(path: str, name: str, value: str) -> str:
    return f"{path}?{name}={quote(value)}"


def _quoted(byte: int) -> str:
    return chr(byte) if byte in UNRESERVED else f"%{byte:02X}"
