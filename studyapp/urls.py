"""All addresses. Pages are the app's own; here stand only the frame and the house-keeping."""

from django.contrib import admin
from django.urls import include, path

from studyapp import health

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("quizzes.api.urls")),
    path("", include("quizzes.urls")),
    path("account/", include("allauth.account.urls")),
]
