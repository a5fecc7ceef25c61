# Addresses of the server: how a value goes into a query. Belongs here: text only. Does not: sending
# it.

UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"


def quote(text: str) -> str:
    return "".join([_quoted(byte) for byte in text.encode()])


def query(path: str, name: str, value: str) -> str:
    return f"{path}?{name}={quote(value)}"


def _quoted(byte: int) -> str:
    return chr(byte) if byte in UNRESERVED else f"%{byte:02X}"
