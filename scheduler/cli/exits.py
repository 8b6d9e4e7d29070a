"""Exit codes."""

ANSWERED = 0
IMPOSSIBLE = 1
BAD_INPUT = 2
NOTHING = 3
DISAGREES = 4


class Refused(Exception):
    """What was asked for cannot be done as it was asked; the message says what would work."""
