"""The stops of the tour; `zmq4.cli.demo.itinerary` lists them."""
