"""The addresses of the API."""

from django.urls import URLPattern, URLResolver, path, re_path
from drf_spectacular.views import SpectacularAPIView

from quizzes.api import docs, reading

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", docs.Docs.as_view(url_name="api-schema"), name="api-docs"),
    path("lessons/", reading.LessonList.as_view(), name="api-lessons"),
    path("lessons/<slug:slug>/", reading.LessonDetail.as_view(), name="api-lesson"),
    path("glossary/", reading.TermList.as_view(), name="api-glossary"),
    path("glossary/<slug:slug>/", reading.TermDetail.as_view(), name="api-term"),
    path("mnemonics/", reading.MnemonicList.as_view(), name="api-mnemonics"),
    re_path(r"^.*$", docs.nothing_here),
]
