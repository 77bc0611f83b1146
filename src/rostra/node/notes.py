"""Log lines: one JSON object a line on standard error, the same from the supervisor and its parts.

The supervisor writes its few lines itself, because structlog alone would double its memory.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime


def note(event: str, *, level: str = "info", **facts: object) -> None:
    """Write what happened in the supervisor."""
    line = {
        "process": "serve",
        **facts,
        "event": event,
        "level": level,
        "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
    }
    sys.stderr.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
    sys.stderr.flush()


def use_json_lines(process: str) -> None:
    """Let structlog and `logging` in a part write such lines, marked with `process`."""
    import logging  # noqa: PLC0415 - the supervisor must not pay for these

    import structlog  # noqa: PLC0415

    def mark(
        _logger: object, _name: str, event: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        return {"process": process, **event}

    shared: list[structlog.typing.Processor] = [
        mark,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    render = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
