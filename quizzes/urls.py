"""Index of the pages. Each feature defines its own."""

from django.urls import include, path

from quizzes import gallery, pages
from quizzes.accounts import theme

urlpatterns = [
    path("theme.css", theme.stylesheet, name="theme-css"),
    path("math.woff", theme.math_font, name="math-font"),
    path("theme/", theme.choose, name="theme"),
    path("help/", pages.help_page, name="help"),
    path("gallery/", gallery.gallery, name="gallery"),  # answers 404 unless DEBUG or GALLERY is set
    path("gallery/errors/<slug:name>/", gallery.error_page),
    path("gallery/fragment/<slug:kind>/", gallery.fragment),
    path("", include("quizzes.exchange.urls")),
    path("", include("quizzes.flashcards.urls")),
    path("", include("quizzes.progress.urls")),
    path("", include("quizzes.lessons.urls")),
    path("", include("quizzes.lessons.examples.urls")),
    path("", include("quizzes.lessons.paper.urls")),
    path("", include("quizzes.lessons.weights.urls")),
    path("", include("quizzes.practice.quizzes.urls")),
    path("", include("quizzes.practice.exercises.urls")),
    path("account/", include("quizzes.accounts.urls")),
]
