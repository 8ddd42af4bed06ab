from django.urls import path

from quizzes.flashcards import views
from quizzes.flashcards.own import views as own

urlpatterns = [
    path("cards/", views.cards, name="cards"),
    path("cards/review/", views.review, name="card-review"),
    path("cards/undo/", views.undo, name="card-undo"),
    path("cards/own/", own.own_cards, name="own-cards"),
    path("cards/own/new/<slug:cell>/", own.own_card_new, name="own-card-new"),
    path("cards/own/<slug:slug>/away/", own.own_card_away, name="own-card-away"),
]
