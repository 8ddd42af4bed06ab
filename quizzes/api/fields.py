"""How JSON is read here: what a field says is of a kind is of that kind, and no number is long enough to hurt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any
from uuid import UUID

from django.urls.converters import UUIDConverter
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

MOST_DIGITS = 300  # of a whole number; a longer one is beyond every limit, and a float holds as much of it as is needed

LARGEST_SEQ = 2**31 - 1  # what a database holds of a count


class Json(JSONParser):
    """JSON without NaN. Python's own reader refuses whole numbers of thousands of digits with words for programmers."""

    @staticmethod
    def constant(name: str) -> Any:
        """What NaN, Infinity and −Infinity are read as, which Python writes and JSON does not know."""
        raise ValueError(f"{name} is no JSON value")

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            return json.loads(stream.read().decode("utf-8"), parse_constant=self.constant, parse_int=_whole)
        except ValueError as error:
            raise ParseError(f"The body is no JSON: {error}") from error


class AnswersJson(Json):
    """One NaN among the answers makes its own entry unreadable: it is read as the text "NaN", and stored as that."""

    @staticmethod
    def constant(name: str) -> Any:
        return name


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= MOST_DIGITS else float(digits)


class WholeNumber(serializers.IntegerField):
    """1, and neither "1" nor 1.0 nor true."""

    default_error_messages = {"invalid": "A whole number is needed, such as 1, and not as text."}

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class SubmissionId(serializers.UUIDField):
    """A UUID as text, in any of its spellings; 5 would be one for Python."""

    default_error_messages = {"invalid": "A UUID is needed, as text."}

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class AnyUUID(UUIDConverter):
    """A UUID in an address, in the same spellings as in a body: large or small letters, with or without dashes."""

    regex = "[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}"
