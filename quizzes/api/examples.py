"""Worked examples for programs: send numbers, get every named value."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

import sim
from quizzes.api.base import PublicView, read
from quizzes.api.fields import WholeNumber
from quizzes.errors import refused_by_sim


class ExampleSerializer(serializers.Serializer[Any]):
    cell = serializers.ChoiceField(choices=list(sim.CELLS))
    convention = serializers.ChoiceField(choices=list(sim.CONVENTIONS), default="pytorch")
    weights = serializers.DictField(help_text='"W_f" → (H, D), "U_f" → (H, H), "b_f" → (H,), …')
    x = serializers.ListField(help_text="(T, D)")
    h0 = serializers.ListField(required=False, allow_null=True, default=None, help_text="(H,)")
    c0 = serializers.ListField(required=False, allow_null=True, default=None, help_text="(H,)")
    decimals = WholeNumber(
        min_value=2,
        max_value=4,
        required=False,
        help_text="Round as on paper; left out: full precision.",
    )


class TraceSerializer(serializers.Serializer[Any]):
    cell = serializers.CharField()
    convention = serializers.CharField()
    note = serializers.CharField(help_text="The convention in one sentence.")
    trace = serializers.DictField(help_text="name → (T, H)")


class Examples(PublicView):
    @extend_schema(request=ExampleSerializer, responses=TraceSerializer)
    def post(self, request: Request) -> Response:
        """Run a cell over a sequence and see every quantity by name, in time order. Nothing is stored."""
        sent = read(request, ExampleSerializer)
        try:
            return Response(_traced(sent))
        except sim.SimError as error:
            raise refused_by_sim(error) from error


def _traced(sent: dict[str, Any]) -> dict[str, Any]:
    cell = sim.cell(sent["cell"], convention=sent["convention"])
    layer = sim.layer(cell, sent["weights"])
    inputs = sent["x"], sent["h0"], sent["c0"]
    decimals = sent.get("decimals")
    trace = sim.forward(layer, *inputs) if decimals is None else sim.exact(layer, *inputs, decimals=decimals)
    values = {name: trace[name].tolist() for name in trace}
    return {"cell": cell.name, "convention": cell.convention, "note": cell.note, "trace": values}
