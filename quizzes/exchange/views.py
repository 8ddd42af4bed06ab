from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from quizzes.accounts.middleware import find_learner
from quizzes.exchange.takeout import everything_of
from quizzes.http import private


@private
@require_safe
def takeout(request: HttpRequest) -> HttpResponse:
    learner = find_learner(request)
    if learner is None:
        return redirect("account")
    response = JsonResponse(everything_of(learner), json_dumps_params={"indent": 1, "ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="carousel-everything.json"'
    return response
