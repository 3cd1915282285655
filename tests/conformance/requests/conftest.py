"""Where a Req meets a scripted peer."""

from wire.conftest import visit

__all__ = ["visit"]
