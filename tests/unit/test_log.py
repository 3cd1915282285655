"""`zmq4._log`: what the core says arrives in `logging`."""

import json
import logging
import threading

import zmq4
from fixtures.children import Children
from zmq4 import _log

REPORT = """
class Report(logging.Handler):
    def emit(self, record):
        lines.append((record.name, record.levelname, record.threadName, record.getMessage()))

lines = []
logging.getLogger("zmq4").addHandler(Report())
logging.getLogger("zmq4").setLevel(logging.DEBUG)
"""


def test_log_is_silent_unless_it_is_asked_for() -> None:
    assert any(isinstance(each, logging.NullHandler) for each in _log.LOGGER.handlers)
    assert _log.LOGGER.name == "zmq4"


def test_one_thread_hands_records_over() -> None:
    with zmq4.Push():
        names = [thread.name for thread in threading.enumerate()]

    assert names.count("zmq4-log") == 1


def test_connection_is_told_by_the_thread_of_the_log(children: Children) -> None:
    output = children.run(
        "import json, logging, zmq4\n"
        + REPORT
        + """
with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull, zmq4.Push(connect=pull.endpoint) as push:
    push.endpoint.ready(timeout=5)
    address = str(pull.endpoint)
zmq4._process._end()
print(json.dumps([address, lines]))
"""
    )

    address, lines = json.loads(output)
    assert ["zmq4", "DEBUG", "zmq4-log", f"connected peer={address}"] in lines


def test_messages_that_are_lost_silently_have_one_line(children: Children) -> None:
    output = children.run(
        "import json, logging, zmq4\n"
        + REPORT
        + """
with zmq4.Router(on_unroutable="drop") as router:
    for _ in range(3):
        router.send(b"nobody", b"x")
zmq4._process._end()
print(json.dumps(lines))
"""
    )

    warnings = [text for _, level, _, text in json.loads(output) if level == "WARNING"]
    text = "3 messages to unknown routing ids dropped in the last second"
    assert warnings == [f'{text} socket=ROUTER routing_id="nobody"']


def test_handler_that_fails_does_not_end_the_log(children: Children) -> None:
    output = children.run(
        """
        import logging, zmq4
        logging.raiseExceptions = False
        class Broken(logging.Handler):
            def emit(self, record):
                seen.append(record)
                try:
                    raise RuntimeError
                except RuntimeError:
                    self.handleError(record)
        seen = []
        logging.getLogger("zmq4").addHandler(Broken())
        logging.getLogger("zmq4").setLevel(logging.DEBUG)
        for _ in range(2):
            with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull:
                with zmq4.Push(connect=pull.endpoint) as push:
                    push.endpoint.ready(timeout=5)
        zmq4._process._end()
        print(len(seen) > 2)
        """
    )

    assert output == "True\n"


def test_import_alone_starts_nothing_and_imports_little(children: Children) -> None:
    output = children.run(
        """
        import sys, threading
        before = set(sys.modules)
        import zmq4
        heavy = {"asyncio", "logging", "multiprocessing", "json", "difflib", "zmq4.asyncio"}
        print(sorted(heavy & (set(sys.modules) - before)), threading.active_count())
        """
    )

    assert output == "[] 1\n"


def test_number_of_dropped_records_is_told_at_their_level(children: Children) -> None:
    output = children.run(
        """
        import logging, threading, zmq4

        seen, go_on = [], threading.Event()

        class Slow(logging.Handler):
            def emit(self, record):
                go_on.wait(10)
                if "dropped" in record.getMessage():
                    seen.append(record.levelname)

        logging.getLogger("zmq4").addHandler(Slow())
        logging.getLogger("zmq4").setLevel(logging.DEBUG)
        with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull:
            for _ in range(600):  # which come and go, in more than a thousand records
                with zmq4.Push(connect=pull.endpoint) as push:
                    push.endpoint.ready(timeout=5)
        go_on.set()
        zmq4._process._end()
        print(seen)
        """
    )

    assert output == "['DEBUG']\n"
