"""What can go wrong on the way out, each as one sentence a person can act on."""

from loopline.core.problems import Problem


class EgressProblem(Problem):
    """A request to the outside did not bring an answer."""


class Refused(EgressProblem):
    """The request was not made: its address, port, scheme or header is not allowed."""


class Unreachable(EgressProblem):
    """The other side was not found, did not answer in time or broke off. Trying later may help."""


class TooLarge(EgressProblem):
    """The other side answered more bytes than are read here."""
