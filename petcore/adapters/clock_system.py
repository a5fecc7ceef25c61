"""The wall clock of the machine. The only file that reads it."""

from datetime import UTC, datetime


class SystemClock:
    """The ``Clock`` of a real server."""

    def now(self) -> datetime:
        """The present instant in UTC, truncated to whole milliseconds."""
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)
