"""`zmq4 demo`: a tour in stops, each of which carries a text and proves that it arrived.

* `command`: the arguments
* `tour`: the frame: make the text, visit the stops, print the table
* `stop`, `stops`: what a stop is, and the stops themselves, each a coordinator and what its
  processes do with either face; `itinerary` lists them
* `text`: the text, made from a seed or given; its lines, numbered, and what is expected of them
* `proof`: the digest of a multiset of lines, and the ledger that names what was lost or doubled
* `crew`, `leash`, `notes`: child processes, from the parent's and the child's side
* `progress`, `table`: what people see
"""

from zmq4.cli.demo.command import configure, run

__all__ = ["configure", "run"]
