"""What all protocols stand on: the contract of their machines, liveness, and the drivers."""
