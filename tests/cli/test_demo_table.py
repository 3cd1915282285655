"""The table of rates."""

from zmq4.cli.demo.stop import Visit
from zmq4.cli.demo.table import render_table
from zmq4.cli.exit_code import ExitCode


def test_table_lines_up_names_left_and_figures_right() -> None:
    visits = [
        Visit("pipeline", 100_000, 163_900_000, 2.0, "each line exactly once", ExitCode.OK),
        Visit("other", 7, 0, 0.25, "1 lost", ExitCode.PARTIAL),
    ]

    assert render_table(visits).splitlines() == [
        "stop        lines     MB  seconds  lines/s  MB/s  verdict",
        "--------  -------  -----  -------  -------  ----  ----------------------",
        "pipeline  100,000  163.9     2.00   50,000  82.0  each line exactly once",
        "other           7    0.0     0.25       28   0.0  1 lost",
    ]


def test_visit_that_never_began_has_no_rate() -> None:
    visit = Visit("pipeline", 0, 0, 0.0, "broken off", ExitCode.FAILURE)

    assert render_table([visit]).splitlines()[-1].split() == [
        *("pipeline", "0", "0.0", "0.00", "-", "-", "broken", "off")
    ]
