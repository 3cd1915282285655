"""How much moves at a time: the sizes that the stops share, so that memory stays bounded."""

from typing import Final

LOOPBACK: Final = "tcp://127.0.0.1:0"
"""Where a stop binds: the system chooses the port."""

BATCH: Final = 64
"""Most messages taken at a time; 64 of the longest lines are 4 MB."""

BEAT: Final = 0.1
"""Seconds to wait for messages before looking for orders again."""

QUEUE_OCTETS: Final = 8 << 20
"""Most octets that wait in any one queue, beside the default limit of messages."""

ANSWER_TIME: Final = 0.5
"""Seconds that an answer may take before the question is asked again."""
