"""The exceptions whose message is written for the person at the screen."""


class UserError(ValueError):
    """Input that cannot be used.

    The message is one or two plain sentences: what is wrong, where (file and
    line when there is one) and how to mend it. Commands print it without a
    traceback and exit with status 2; pages show it in an error box.
    """


class DiskError(UserError):
    """A file or folder that cannot be written: the disk is full, or it may not be written to.

    Attributes:
        path: what cannot be written.
        reason: the system's words, such as `No space left on device`.
    """

    def __init__(self, path: object, error: OSError) -> None:
        self.path = path
        self.reason = error.strerror or str(error)
        super().__init__(
            f"{path} cannot be written: {self.reason}. Free some space or name another place."
        )
