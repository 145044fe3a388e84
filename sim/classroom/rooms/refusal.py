"""What a room says no to: one sentence for the reader."""


class Refusal(Exception):
    """A call or a move that a room does not take; the message says why."""


class UnknownToken(Refusal):
    """Nothing belongs to the token."""


class UnknownRoom(Refusal):
    """There is no such room."""
