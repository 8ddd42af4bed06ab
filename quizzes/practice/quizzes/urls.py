"""The addresses of quizzes and of attempts at them."""

from django.urls import path

from quizzes.practice.quizzes import views

urlpatterns = [
    path("quizzes/", views.quiz_list, name="quizzes"),
    path("quizzes/<slug:slug>/", views.quiz_page, name="quiz"),
    path("quizzes/<slug:slug>/start/", views.start, name="quiz-start"),
    path("attempts/<uuid:attempt_id>/", views.summary, name="attempt"),
    path("attempts/<uuid:attempt_id>/<int:position>/", views.question, name="attempt-question"),
    path("attempts/<uuid:attempt_id>/<int:position>/flag/", views.flag, name="attempt-flag"),
    path("attempts/<uuid:attempt_id>/finish/", views.finish, name="attempt-finish"),
    path("attempts/<uuid:attempt_id>/results/", views.results, name="attempt-results"),
]
