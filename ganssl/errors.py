"""The one exception type whose message is written for the person at the screen."""


class UserError(ValueError):
    """Input that cannot be used.

    The message is one or two plain sentences: what is wrong, where (file and
    line when there is one) and how to mend it. Commands print it without a
    traceback and exit with status 2; pages show it in an error box.
    """
