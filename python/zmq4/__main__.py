"""`python -m zmq4` is the command `zmq4`."""

import sys

from zmq4.cli import main

if __name__ == "__main__":
    sys.exit(main())
