from django.urls import path

from quizzes.exchange import views

urlpatterns = [path("account/everything.json", views.takeout, name="takeout")]
