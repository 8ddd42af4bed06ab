"""Index of the pages. Each feature defines its own."""

from django.urls import include, path

urlpatterns = [
    path("", include("quizzes.exchange.urls")),
    path("account/", include("quizzes.accounts.urls")),
]
