from django.urls import path

from quizzes.lessons.paper import views

urlpatterns = [
    path("paper/", views.paper, name="paper"),
    path("paper/files/<uuid:job_id>/", views.pdf, name="paper-pdf"),
    path("paper/<slug:cell>/", views.sheets, name="paper-sheets"),
    path("paper/<slug:cell>/pdf/", views.order, name="paper-order"),
]
