"""The addresses of the API."""

from django.urls import URLPattern, URLResolver, path, re_path, register_converter
from drf_spectacular.views import SpectacularAPIView

from quizzes.api import cards, docs, examples, exercises, questions, quizzes, reading
from quizzes.api.fields import AnyUUID

register_converter(AnyUUID, "any_uuid")

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", docs.Docs.as_view(url_name="api-schema"), name="api-docs"),
    path("lessons/", reading.LessonList.as_view(), name="api-lessons"),
    path("lessons/<slug:slug>/", reading.LessonDetail.as_view(), name="api-lesson"),
    path("glossary/", reading.TermList.as_view(), name="api-glossary"),
    path("glossary/<slug:slug>/", reading.TermDetail.as_view(), name="api-term"),
    path("mnemonics/", reading.MnemonicList.as_view(), name="api-mnemonics"),
    path("quizzes/", quizzes.QuizList.as_view(), name="api-quizzes"),
    path("quizzes/<slug:slug>/", quizzes.QuizDetail.as_view(), name="api-quiz"),
    path("quizzes/<slug:slug>/attempts/", quizzes.Attempts.as_view(), name="api-attempts"),
    path("attempts/<any_uuid:attempt_id>/", quizzes.AttemptDetail.as_view(), name="api-attempt"),
    path("attempts/<any_uuid:attempt_id>/answers/", quizzes.AttemptAnswers.as_view(), name="api-attempt-answers"),
    path("attempts/<any_uuid:attempt_id>/finish/", quizzes.AttemptFinish.as_view(), name="api-attempt-finish"),
    path("questions/<slug:slug>/", questions.AuthoredQuestion.as_view(), name="api-question"),
    path("examples/", examples.Examples.as_view(), name="api-examples"),
    path("exercises/", exercises.ExerciseList.as_view(), name="api-exercises"),
    path("exercises/<slug:slug>/variants/", exercises.Variants.as_view(), name="api-variants"),
    path("variants/<any_uuid:attempt_id>/", exercises.Taken.as_view(), name="api-taken"),
    path("variants/<any_uuid:attempt_id>/answers/", exercises.Answers.as_view(), name="api-answers"),
    path("variants/<any_uuid:attempt_id>/solution/", exercises.Solution.as_view(), name="api-solution"),
    path("cards/due/", cards.Due.as_view(), name="api-cards-due"),
    path("cards/undo/", cards.Undo.as_view(), name="api-cards-undo"),
    path("cards/<slug:slug>/reviews/", cards.Reviews.as_view(), name="api-reviews"),
    re_path(r"^.*$", docs.nothing_here),
]
