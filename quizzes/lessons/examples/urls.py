from django.urls import path

from quizzes.lessons.examples import views

urlpatterns = [
    path("examples/", views.examples, name="examples"),
    path("examples/<slug:cell>/", views.example, name="example"),
]
