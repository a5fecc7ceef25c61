"""Stand-ins for services on the network: they speak the real wire on a local port, well or badly,
so that the real SDKs are exercised.
"""
