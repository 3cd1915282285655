"""Interpreters beside the main one are refused, and do no harm to the sockets of the process."""

import json
from collections.abc import Callable

import pytest

from fixtures.children import Children

AT_HAND = """
import os, threading
try:
    import _xxsubinterpreters as interpreters
except ImportError:
    import _interpreters as interpreters

IMPORT = '''
import json, os
try:
    import zmq4
    told = "imported"
except ImportError as error:
    told = str(error)
os.write({fd}, (json.dumps(told) + chr(10)).encode())
'''

def import_in_another():
    reading, writing = os.pipe()
    number = interpreters.create()
    interpreters.run_string(number, IMPORT.format(fd=writing))
    interpreters.destroy(number)
    os.close(writing)
    with open(reading) as told:
        print(told.read(), end="", flush=True)
"""

REFUSAL = "main interpreter only"
"""Ours; before it, newer interpreters may have one of their own."""

Run = Callable[..., str]


@pytest.fixture
def run(children: Children) -> Run:
    """Run a snippet with `import_in_another` at hand."""

    def start(snippet: str) -> str:
        lines = [line.removeprefix("        ") for line in snippet.splitlines()]
        return children.run("\n".join([AT_HAND, *lines]))

    return start


def is_refusal(line: str) -> bool:
    told = json.loads(line)
    return REFUSAL in told or "subinterpreter" in told


def test_import_beside_running_sockets_is_refused_and_they_go_on(run: Run) -> None:
    told, *traffic = run("""
        import zmq4

        def receive():
            print(pull.recv(timeout=10).text)

        with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull, zmq4.Push(connect=pull.endpoint) as push:
            thread = threading.Thread(target=receive)
            thread.start()
            push.endpoint.ready(10)
            import_in_another()
            push.send("after")
            thread.join()
    """).splitlines()

    assert is_refusal(told)
    assert traffic == ["after"]


def test_import_before_that_of_the_main_interpreter_is_refused_and_spoils_nothing(run: Run) -> None:
    *told, exchanged = run("""
        import_in_another()
        import_in_another()

        import zmq4

        with zmq4.Pull(bind="inproc://main") as pull, zmq4.Push(connect="inproc://main") as push:
            push.send("main")
            print(pull.recv(timeout=10).text)
    """).splitlines()

    assert all(map(is_refusal, told))
    assert len(told) == 2
    assert exchanged == "main"


def test_import_is_refused_while_a_loop_waits_and_many_times_over(run: Run) -> None:
    *told, exchanged = run("""
        import asyncio
        import zmq4.asyncio

        async def main():
            async with zmq4.asyncio.Pull(bind="tcp://127.0.0.1:0") as pull:
                waiting = asyncio.create_task(pull.recv())
                for _ in range(5):
                    await asyncio.to_thread(import_in_another)
                    import_in_another()
                async with zmq4.asyncio.Push(connect=pull.endpoint) as push:
                    await push.send("main")
                    print((await waiting).text)

        asyncio.run(main())
    """).splitlines()

    assert all(map(is_refusal, told))
    assert len(told) == 10
    assert exchanged == "main"
