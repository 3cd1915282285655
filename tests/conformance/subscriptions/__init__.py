"""The rules of PUB, SUB, XPUB and XSUB."""
