"""A file that is sent stays in memory, is cut at the limit, and is never written anywhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from quizzes.errors import Refused
from quizzes.formats.weight_files import LARGEST_FILE

LARGEST_BODY = 2_400_000  # bytes of a form: a file, weights as text and a sequence; below Django's own limit
MOST_DRAINED = 20_000_000  # bytes that are read and dropped, so that a browser still hears why
PIECE = 65_536


class InMemory(FileUploadHandler):
    """Keeps what is read of a file, and counts the rest."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.kept = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start <= LARGEST_FILE:
            self.kept.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        self.kept.seek(0)
        return InMemoryUploadedFile(
            self.kept, self.field_name, self.file_name, self.content_type, file_size, self.charset
        )


def in_memory(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The handler has to stand before the form is read, which checking the CSRF token does: hence the two layers."""
    checked = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            length = int(request.META.get("CONTENT_LENGTH") or 0)
            if length > LARGEST_BODY:
                _drain(request)
                message = f"What was sent has {length} bytes, at most {LARGEST_BODY} are read."
                raise Refused("too_large", message, "A layer of 32 units with 64 inputs needs a tenth of that.")
            request.upload_handlers = [InMemory(request)]
        return checked(request, *args, **kwargs)

    return wrapped


def _drain(request: HttpRequest) -> None:
    left = MOST_DRAINED
    while left > 0 and (piece := request.read(PIECE)):
        left -= len(piece)
