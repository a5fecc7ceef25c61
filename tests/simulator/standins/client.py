"""Who asks a stand-in."""

import ssl

import httpx

# Nobody is asked over TLS, and reading the machine's authorities takes longer than a test.
_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def a_client() -> httpx.AsyncClient:
    """A client that trusts nobody, proxies of the environment neither."""
    return httpx.AsyncClient(verify=_NOBODY, trust_env=False)
