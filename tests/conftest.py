"""What every test stands on: a unit of time, addresses, child processes, peers, and a leak check.

The fixtures live one idea a file in ``tests/fixtures``; a test asks for them by name.
"""

import signal

from hypothesis import HealthCheck, settings

pytest_plugins = [
    "fixtures.clock",  # first: the others import it
    "fixtures.children",
    "fixtures.endpoints",
    "fixtures.leaks",
    "fixtures.left_out",
    "fixtures.peers",
]

# A shell that starts the tests in its background has them, and their children, ignore SIGINT.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No deadline: a machine under load is slow, not wrong. The blob repeats a failure elsewhere.
settings.register_profile(
    "house",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("house")
