"""Worked examples on paper. The sheets are public and the same bytes for everybody; a PDF is made for staff."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from quizzes.errors import Forbidden, NotFound, Refused
from quizzes.http import private, public, text_of
from quizzes.lessons.examples import address
from quizzes.lessons.examples.usual import TITLES, heading
from quizzes.lessons.paper import chromium, queries, services
from quizzes.lessons.paper.pages import context_of, form_context, typed_of
from quizzes.lessons.paper.wanted import NoRoom, Wanted, read

FIELDS = ("choice", "D", "H", "T", "variants", "seed", "table")


@require_safe
@public
def paper(request: HttpRequest) -> HttpResponse:
    """The form; what it sends leads on to the sheets."""
    if "choice" not in request.GET:
        return render(request, "paper/paper.html", {"section": "practice", **form_context()})
    typed = {name: text_of(request.GET, name, 40) for name in FIELDS}
    try:
        return redirect(href(_ordered(typed)))
    except (Refused, NotFound) as error:
        context = {"section": "practice", "error": error, **form_context(typed)}
        return render(request, "paper/paper.html", context, status=Refused.status)


@require_safe
@public
def sheets(request: HttpRequest, cell: str) -> HttpResponse:
    try:
        asked = _asked(request, cell)
        context = {"section": "practice", **context_of(asked), **form_context(typed_of(asked))}
    except (Refused, NotFound) as error:
        return _refused(request, cell, error)
    return render(request, "paper/sheets.html", context)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def order(request: HttpRequest, cell: str) -> HttpResponse:
    """Staff order a PDF of the sheets with the same query, and find those that were made."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    _check_staff(request)
    try:
        asked = _asked(request, cell)
    except (Refused, NotFound) as error:
        return _refused(request, cell, error)
    if request.method == "POST":
        services.order_pdf(asked=asked, size=text_of(request.POST, "size"), requested_by=request.user)
        return redirect(request.get_full_path())
    orders = queries.latest_orders(request.user)
    context = {
        "section": "practice",
        "heading": heading(cell),
        "asked": asked,
        "sheets_href": href(asked),
        "chromium": chromium.found(),
        "programs": chromium.PROGRAMS,
        "sizes": services.SIZES,
        "orders": orders,
        "waiting": any(not each.job.is_over for each in orders),
        "kept_days": services.KEPT.days,
    }
    template = "paper/order.html#orders" if request.headers.get("HX-Request") else "paper/order.html"
    return render(request, template, context)


@private
@require_safe
def pdf(request: HttpRequest, job_id: UUID) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    _check_staff(request)
    found = queries.printed(request.user, job_id)
    response = HttpResponse(found.pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{found.file_name}"'
    return response


def href(asked: Wanted) -> str:
    return f"{reverse('paper-sheets', args=[asked.first.cell])}?{asked.query()}"


def _asked(request: HttpRequest, cell: str) -> Wanted:
    """What an address asks for; one that is too long is not even read."""
    length = len(request.META.get("QUERY_STRING", ""))
    if length > address.LONGEST:
        message = f"This address has {length} characters, at most {address.LONGEST} are read."
        raise Refused("address_too_long", message, "Start again from the form under “On paper”.")
    return read(cell, dict(request.GET.lists()))


def _refused(request: HttpRequest, cell: str, error: Refused | NotFound) -> HttpResponse:
    """A page that leads on: to the worked example, and to sheets with what fits of it where the sizes are too large."""
    context = {"section": "practice", "error": error, "known_cell": cell if cell in TITLES else ""}
    if isinstance(error, NoRoom):
        context |= {"example_query": address.query(error.example), "fitting": error.fitting}
    return render(request, "paper/refused.html", context, status=error.status)


def _ordered(typed: dict[str, str]) -> Wanted:
    cell, _, convention = typed["choice"].partition(".")
    query = {name: [typed[name]] for name in FIELDS if typed[name] and name != "choice"}
    return read(cell, {"convention": [convention], "seed": ["1"], **query})


def _check_staff(request: HttpRequest) -> None:
    if not request.user.is_staff:
        raise Forbidden("for_staff", "PDF files are made for instructors.", "Print the sheets from your browser.")
