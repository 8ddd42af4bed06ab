"""The addresses of exercises."""

from django.urls import path

from quizzes.practice.exercises import views

urlpatterns = [
    path("exercises/", views.exercises, name="exercises"),
    path("exercises/taken/<uuid:attempt_id>/", views.taken, name="taken"),
    path("exercises/taken/<uuid:attempt_id>/check/", views.check, name="taken-check"),
    path("exercises/taken/<uuid:attempt_id>/again/", views.again, name="taken-again"),
    path("exercises/taken/<uuid:attempt_id>/solution/", views.solution, name="taken-solution"),
    path("exercises/repair/<slug:slug>/", views.repair, name="repair"),
    path("exercises/<slug:slug>/", views.exercise, name="exercise"),
    path("exercises/<slug:slug>/take/", views.exercise_take, name="exercise-take"),
]
