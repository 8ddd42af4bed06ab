from django.urls import path

from quizzes.lessons import views

urlpatterns = [
    path("lessons/", views.lessons, name="lessons"),
    path("lessons/<slug:slug>/", views.lesson, name="lesson"),
    path("glossary/", views.glossary, name="glossary"),
    path("mnemonics/", views.mnemonics, name="mnemonics"),
    path("sources/", views.sources, name="sources"),
    path("search/", views.search_page, name="search"),
]
