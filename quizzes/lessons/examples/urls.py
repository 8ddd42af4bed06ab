from django.urls import path

from quizzes.lessons.examples import views

urlpatterns = [
    path("examples/", views.examples, name="examples"),
    path("examples/<slug:cell>/", views.example, name="example"),
    path("examples/<slug:cell>/take/<str:name>", views.taken, name="example-file"),
]
