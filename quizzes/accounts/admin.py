"""Users and classes in the panel.

Only a superuser gives rights, and changes a password or an address; nobody below touches a superuser, or the account
of another instructor.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse

from quizzes.accounts import people
from quizzes.accounts.models import Classroom, Membership, User

SIGN_IN = ("username", "email")
RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    list_display = ("username", "email", "is_guest", "is_staff", "is_active", "last_login")
    list_filter = ("is_guest", "is_staff", "is_active", "classrooms")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Rights", {"fields": ("is_active", *RIGHTS)}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    fieldsets_of_instructors = (
        (None, {"fields": SIGN_IN}),
        ("Person", {"fields": ("first_name", "last_name", "is_active")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None or request.user.is_superuser:
            return super().get_fieldsets(request, obj)
        return self.fieldsets_of_instructors

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return User.objects.visible_to(request.user)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        fields = tuple(super().get_readonly_fields(request, obj))
        if obj is None or request.user.is_superuser:
            return fields
        return (*fields, *SIGN_IN, *RIGHTS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or request.user.is_superuser or obj == request.user or not obj.is_staff)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        people.save_user(user=obj, changed=form.changed_data, by=_editor(request))

    @transaction.atomic
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        if not request.user.is_superuser:
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)

    def log_change(self, request: HttpRequest, obj: User, message: Any) -> Any:
        """Django's page for passwords saves by itself, and tells nobody but this."""
        if request.resolver_match and request.resolver_match.url_name == "auth_user_password_change":
            people.note_user(user=obj, action="changed the password", by=_editor(request))
        return super().log_change(request, obj, message)

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        people.note_user(user=obj, action="deleted", by=_editor(request))
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            self.delete_model(request, user)


class MembershipInline(admin.TabularInline):
    model = Membership
    autocomplete_fields = ("user",)
    extra = 1


@admin.register(Classroom)
class ClassroomAdmin(admin.ModelAdmin):
    list_display = ("name", "learners", "created_at")
    search_fields = ("name",)
    inlines = (MembershipInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Classroom]:
        return Classroom.objects.visible_to(request.user).annotate(n_learners=Count("memberships"))

    def save_model(self, request: HttpRequest, obj: Classroom, form: Any, change: bool) -> None:
        people.save_class(classroom=obj, by=_editor(request))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for membership in formset.save(commit=False):
            people.save_membership(membership=membership, by=_editor(request))
        for membership in formset.deleted_objects:
            people.end_membership(membership=membership, by=_editor(request))

    @admin.display(description="members", ordering="n_learners")
    def learners(self, classroom: Any) -> int:
        return int(classroom.n_learners)


def _editor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
