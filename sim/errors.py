"""Every refusal of `sim`: what was wrong, what was found, what was needed."""


class SimError(Exception):
    """A refusal in three fields: `code` for programs, `message` for people, `hint` for what to do next."""

    code = "refused"

    def __init__(self, message: str, hint: str = "", *, code: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.message = message
        self.hint = hint
        self.code = code or self.code

    def __str__(self) -> str:
        return str(self.args[0])


class DeclarationError(SimError):
    """An equation that cannot be read, or that reads a name before it is declared."""

    code = "bad_declaration"


class KindError(SimError):
    """Something of another kind than is needed: a text where numbers are, a layer where its trace is."""

    code = "wrong_kind"


class UnknownName(SimError, KeyError):
    """A cell, convention, quantity, parameter or slip that does not exist; a KeyError, so that `get` has a default."""

    code = "unknown_name"


class ShapeError(SimError):
    """An array of the wrong shape."""

    code = "wrong_shape"


class NumberError(SimError):
    """Something that is not a finite number where one is needed."""

    code = "not_a_number"


class SizeError(SimError):
    """Sizes of zero, or beyond what one request may ask for."""

    code = "wrong_size"


class DecimalsError(SimError):
    """Numbers with more decimals, or larger, than exact decimal arithmetic can hold."""

    code = "off_the_grid"


class NoneAccepted(SimError):
    """A generator whose candidates were all refused."""

    code = "none_accepted"
