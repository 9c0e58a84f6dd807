"""Structured logs: structlog where the program has configured it, else the standard library's logger ``dvt``."""
from __future__ import annotations

import json
import logging
from typing import Any

try:
    import structlog
except ImportError:
    structlog = None


class _PlainLog:
    """structlog's calls on the standard library: the event's name, then its fields as JSON."""

    def __init__(self) -> None:
        self._logger = logging.getLogger("dvt")

    def _write(self, level: int, event: str, fields: dict[str, Any]) -> None:
        if self._logger.isEnabledFor(level):
            self._logger.log(level, "%s %s", event, json.dumps(fields, default=str))

    def debug(self, event: str, **fields: Any) -> None:
        self._write(logging.DEBUG, event, fields)

    def info(self, event: str, **fields: Any) -> None:
        self._write(logging.INFO, event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        self._write(logging.WARNING, event, fields)


def log() -> Any:
    """The package's logger."""
    return structlog.get_logger("dvt") if structlog is not None and structlog.is_configured() else _PlainLog()
