"""HTTP, and nothing else: parse, call one service, answer.

One package per API document, one module per section of it, models beside their handlers. Shared
here is the thin layer that every request goes through: strict JSON, pydantic in JSON mode, one
error path. Each document brings its own error shape.
"""
