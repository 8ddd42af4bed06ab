"""How gunicorn serves the site, embedded and deployed: gunicorn --config python:studyapp.web studyapp.wsgi."""

from __future__ import annotations

from typing import Any

from quizzes.middleware import MOST_DRAINED

limit_request_line = 8190  # a worked example is its address, of up to 8 000 characters


def pre_request(worker: object, request: Any) -> None:
    """A body that is not read to its end takes its connection with it, and the reply has to say so."""
    headers = dict(request.headers)
    if "TRANSFER-ENCODING" in headers or int(headers.get("CONTENT-LENGTH", 0)) > MOST_DRAINED:
        request.force_close()
