"""Values that hold a secret: they are not pickled, and a copy of one is the value itself."""

from typing import NoReturn, Self


class Secretive:
    """A value that does not leave the process by accident."""

    __slots__ = ()

    def __reduce__(self) -> NoReturn:
        text = (
            f"a {type(self).__name__} may hold secrets and is not pickled; pass the path of a file"
        )
        raise TypeError(text)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, object], /) -> Self:
        return self
