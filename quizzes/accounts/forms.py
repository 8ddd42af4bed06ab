"""The account forms with labels in our words; a label needs no placeholder beside it."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account_forms
from django import forms

LABELS = {
    "login": "User name or e-mail address",
    "username": "User name",
    "email": "E-mail address",
    "password": "Password",
    "password1": "Password",
    "password2": "The same once more",
    "oldpassword": "Present password",
    "remember": "Keep me signed in on this device",
}


class _OurWords:
    """Goes before an allauth form."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
            if name in ("password", "oldpassword"):  # its help is a link to the reset, which the page has already
                field.help_text = ""


class LoginForm(_OurWords, account_forms.LoginForm):  # type: ignore[misc]
    pass


class SignupForm(_OurWords, account_forms.SignupForm):  # type: ignore[misc]
    pass


class ChangePasswordForm(_OurWords, account_forms.ChangePasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordForm(_OurWords, account_forms.ResetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordKeyForm(_OurWords, account_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    pass
