from django.urls import path

from quizzes.flashcards import views

urlpatterns = [
    path("cards/", views.cards, name="cards"),
    path("cards/review/", views.review, name="card-review"),
    path("cards/undo/", views.undo, name="card-undo"),
]
