"""A second interpreter in one process: importing is refused with words, and harms nobody."""

from fixtures.children import Children


def test_import_in_a_second_interpreter_is_refused_with_the_reason(children: Children) -> None:
    output = children.run(
        """
        import sys
        try:
            import _interpreters as interpreters
        except ImportError:
            import _xxsubinterpreters as interpreters
        import zmq4

        with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull, zmq4.Push(connect=pull.endpoint) as push:
            second = interpreters.create()
            script = '''if True:
                try:
                    import zmq4
                except ImportError as error:
                    import os
                    os.write(1, str(error).encode())
                else:
                    raise AssertionError("it was imported")
            '''
            failure = interpreters.run_string(second, script)
            assert not failure, failure
            interpreters.destroy(second)
            push.send(b"still")
            assert pull.recv(timeout=5).content == b"still"
        """
    )

    assert "subinterpreter" in output.replace("-", "").lower()
