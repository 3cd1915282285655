"""Who a socket is to its peers, and whom it lets in: the values of the option `security=`.

```python
keys = zmq4.KeyPair.generate()
server = zmq4.Rep(bind="tcp://*:5555", security=zmq4.CurveServer(keys, allow={client_key}))
```

Under NULL nobody is asked for anything. Under PLAIN clients have a name and a password, which
travel unencrypted. Under CURVE both sides have keys, and everything is encrypted. Who is client and
who is server has nothing to do with who connects and who binds.

A callable that decides (`allow=`) runs on a thread of a small pool: up to 16 slow decisions hold up
no other handshake. For sockets of `zmq4.asyncio` it runs on the loop, where it should be quick or a
coroutine function. Whatever it raises lets nobody in, and is logged.
"""

from zmq4.security._admission import Applicant, SecurityWarning, Verdict
from zmq4.security._certificate import Certificate
from zmq4.security._directory import CertificateDirectory
from zmq4.security._keys import Key, KeyPair
from zmq4.security._mechanisms import (
    CurveClient,
    CurveServer,
    Null,
    PlainClient,
    PlainServer,
    Security,
)
from zmq4.security._password_file import PasswordFile

__all__ = [
    "Applicant",
    "Certificate",
    "CertificateDirectory",
    "CurveClient",
    "CurveServer",
    "Key",
    "KeyPair",
    "Null",
    "PasswordFile",
    "PlainClient",
    "PlainServer",
    "Security",
    "SecurityWarning",
    "Verdict",
]
