"""What a mapping raises when a record cannot be said in the other system's terms."""


class UnfitError(Exception):
    """The record does not fit the other system; the text names the field and why."""

    def __init__(self, said: str, *, in_target: bool = False, remedy: str = "") -> None:
        """Keeps whether the target's settings may cure it as well, and how."""
        super().__init__(said)
        self.in_target, self.remedy = in_target, remedy
