"""Who learns and who teaches: users (guests included), their access tokens, and classes."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models
from django.db.models import Q


class UserManager(DjangoUserManager["User"]):
    def visible_to(self, user: Any) -> models.QuerySet[User]:
        """Oneself; for staff, everyone but superusers; for a superuser, everyone."""
        if user is None or not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self.all()
        if user.is_staff:
            return self.filter(Q(is_superuser=False) | Q(pk=user.pk))
        return self.filter(pk=user.pk)


class User(AbstractUser):
    """A learner or an instructor. A guest is a user without a password, known by a signed cookie alone."""

    is_guest = models.BooleanField(default=False, help_text="Made by a first answer, without signing up.")

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_guest=False) | Q(is_staff=False, is_superuser=False), name="guests_are_never_staff"
            )
        ]

    def __str__(self) -> str:
        return "a guest" if self.is_guest else self.get_username()


class AccessTokenQuerySet(models.QuerySet["AccessToken"]):
    def visible_to(self, user: Any) -> AccessTokenQuerySet:
        return self.filter(user=user) if user is not None and user.is_authenticated else self.none()


class AccessToken(models.Model):
    """A key for the API. Only its SHA-256 is stored; `prefix` lets its owner recognise it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="access_tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=8)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects = AccessTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class ClassroomQuerySet(models.QuerySet["Classroom"]):
    def visible_to(self, user: Any) -> ClassroomQuerySet:
        if user is None or not user.is_authenticated:
            return self.none()
        return self.all() if user.is_staff else self.filter(memberships__user=user)


class Classroom(models.Model):
    """A class: learners who study together, and the people who teach them."""

    name = models.CharField(max_length=120, unique=True)
    members = models.ManyToManyField(User, through="Membership", related_name="classrooms")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ClassroomQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = "class"
        verbose_name_plural = "classes"

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    class Role(models.TextChoices):
        LEARNER = "learner"
        INSTRUCTOR = "instructor"

    classroom = models.ForeignKey(Classroom, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.LEARNER)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["classroom", "user"], name="one_membership_a_class_and_user"),
            models.CheckConstraint(condition=Q(role__in=["learner", "instructor"]), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.classroom}"
