"""`zmq4 mdp`: services behind a broker, on the command line.

* `command`: the actions and their arguments
* `broker`, `worker`, `call`, `ls`: one action each
* `frames`: bodies, as people type and read them
* `credentials`: who we are, and whom we let in
* `termination`: SIGTERM as an orderly end
"""

from zmq4.cli.mdp.command import configure, run

__all__ = ["configure", "run"]
