from django.urls import path

from quizzes.lessons.weights import views

urlpatterns = [path("weights/", views.own_weights, name="own-weights")]
