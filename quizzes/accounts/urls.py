from django.urls import path

from quizzes.accounts import views

urlpatterns = [
    path("", views.account, name="account"),
    path("tokens/", views.token_new, name="token-new"),
    path("tokens/<int:token_id>/revoke/", views.token_revoke, name="token-revoke"),
    path("erase/", views.erase, name="account-erase"),
]
