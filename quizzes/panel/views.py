"""The bench of an exercise generator: look at it, publish it, take it as a learner, freeze its numbers into a quiz."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_POST, require_safe

from quizzes.catalog.panel import editor
from quizzes.errors import StudyError
from quizzes.items.making import kind_of_version
from quizzes.items.models import Generator
from quizzes.items.publishing import publish_generator
from quizzes.panel.bench import bench_of, called
from quizzes.panel.forms import FreezeForm, SeedForm, said_wrong
from quizzes.practice.exercises.taking import take
from quizzes.practice.quizzes.freezing import freeze_variant

CHANGE = "quizzes.change_generator"
FREEZE = ("quizzes.change_quiz", "quizzes.add_question")
KEPT = ("quiz", "name", "seed")  # what a form that was refused still shows

type View = Callable[..., HttpResponse]


def bench_paths(site: AdminSite) -> list[Any]:
    """The addresses of the bench below those of a generator, in the names of the panel."""
    here = "quizzes/generator/<int:generator_id>/bench/"
    return [
        path(here, site.admin_view(_for_editors(require_safe(_bench(site)))), name="generator-bench"),
        *(
            path(f"{here}{name}/", site.admin_view(_for_editors(require_POST(view))), name=f"generator-{name}")
            for name, view in (("publish", publish), ("take", take_seed), ("freeze", freeze))
        ),
    ]


def _for_editors(view: View) -> View:
    """Hands on the generator itself, to those who may change it. Raises PermissionDenied, Http404."""

    @wraps(view)
    def guarded(request: HttpRequest, generator_id: int) -> HttpResponse:
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied
        found = Generator.objects.select_related("current__generator", "course")
        return view(request, get_object_or_404(found, pk=generator_id))

    return guarded


def _bench(site: AdminSite) -> View:
    def bench(request: HttpRequest, generator: Generator) -> HttpResponse:
        shown = {"title": f"Bench of “{generator}”", "generator": generator, "opts": Generator._meta}
        if generator.current is not None:
            shown |= {"version": generator.current} | _measured(request, generator)
        return render(request, "panel/bench.html", site.each_context(request) | shown)

    return bench


def _measured(request: HttpRequest, generator: Generator) -> dict[str, Any]:
    """The bench, or the sentence that says why there is none; and the two forms, as they were filled in."""
    assert generator.current is not None
    try:
        found = bench_of(generator.current)
    except StudyError as error:
        return {"fault": error}
    initial = {"seed": found["fair_seed"]} | {name: request.GET[name] for name in KEPT if name in request.GET}
    found["seed_form"] = SeedForm(initial=initial, auto_id="take_%s")
    if request.user.has_perms(FREEZE):
        found["freeze_form"] = FreezeForm(generator, _asked(generator), initial=initial, auto_id="freeze_%s")
    return found


def publish(request: HttpRequest, generator: Generator) -> HttpResponse:
    try:
        publish_generator(generator=generator, by=editor(request))
    except StudyError as error:
        return _refused(request, generator, f"{error.message} {error.hint}")
    messages.success(request, f"“{generator}” is published.")
    return redirect("admin:generator-bench", generator.pk)


def take_seed(request: HttpRequest, generator: Generator) -> HttpResponse:
    """On to the learner's own page, with the numbers of this seed."""
    form = SeedForm(request.POST)
    if not form.is_valid():
        return _refused(request, generator, said_wrong(form))
    try:
        attempt = take(user=editor(request), generator=generator, seed=form.cleaned_data["seed"], now=timezone.now())
    except StudyError as error:
        return _refused(request, generator, f"{error.message} {error.hint}")
    return redirect("taken", attempt.pk)


def freeze(request: HttpRequest, generator: Generator) -> HttpResponse:
    if not request.user.has_perms(FREEZE):
        raise PermissionDenied
    form = FreezeForm(generator, _asked(generator), request.POST)
    if not form.is_valid():
        return _refused(request, generator, said_wrong(form))
    try:
        place = freeze_variant(generator=generator, made_by=editor(request), **form.cleaned_data)
    except StudyError as error:
        return _refused(request, generator, f"{error.message} {error.hint}")
    quiz, question = (reverse(f"admin:quizzes_{name}_change", args=[pk]) for name, pk in _places(place))
    said = 'Frozen: <a href="{}">{}</a> is question {} of <a href="{}">{}</a>.'
    messages.success(request, format_html(said, question, place.question, place.position, quiz, place.quiz))
    return redirect("admin:generator-bench", generator.pk)


def _asked(generator: Generator) -> dict[str, str]:
    """What the generator asks, by name, in words."""
    kind = kind_of_version(generator.current) if generator.current else None
    return {name: called(kind, name) for name in kind.asked} if kind else {}


def _places(place: Any) -> list[tuple[str, int]]:
    return [("quiz", place.quiz_id), ("question", place.question_id)]


def _refused(request: HttpRequest, generator: Generator, said: str) -> HttpResponse:
    """Back to the bench with the sentence, and with what was filled in."""
    messages.error(request, said.strip())
    kept = {name: request.POST[name] for name in KEPT if request.POST.get(name)}
    return redirect(f"{reverse('admin:generator-bench', args=[generator.pk])}?{urlencode(kept)}")
