from django.urls import path

from quizzes.progress import views

urlpatterns = [
    path("", views.today, name="today"),
    path("progress/", views.progress, name="progress"),
]
