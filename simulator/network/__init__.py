"""What lies between a device and the server: bytes, and what can happen to them."""
