"""The sub-command `zmq4 cert`: what is in a certificate, a copy of it, and whether it is sound."""

import argparse
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import zmq4
from zmq4.cli.exit_code import ExitCode


def configure(parser: argparse.ArgumentParser) -> None:
    """Add what can be done, each with the files it is done to."""
    choices = parser.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    for name, (_, summary) in _ACTIONS.items():
        action = choices.add_parser(name, help=summary, description=summary, allow_abbrev=False)
        action.add_argument("path", metavar="PATH", help="the public file, or the secret one")
        if name == "convert":
            action.add_argument("target", metavar="TARGET", help="the public file to be made")
            action.add_argument(
                "--public-only", action="store_true", help="leave the secret key where it is"
            )


def run(arguments: argparse.Namespace) -> ExitCode:
    """Do one of them.

    Raises:
        zmq4.CertificateError: A file is no certificate, or others may read a secret key.
        OSError: A file cannot be read, or is there already.
    """
    action, _ = _ACTIONS[arguments.action]
    return action(arguments)


def _show(arguments: argparse.Namespace) -> ExitCode:
    certificate = zmq4.Certificate.load_public(arguments.path)
    print(f"public key  {certificate.public_z85}")
    print(f"       hex  {certificate.public.hex()}")
    for name, value in certificate.metadata.items():
        print(f"  metadata  {name} = {value}")
    return ExitCode.OK


def _convert(arguments: argparse.Namespace) -> ExitCode:
    certificate = (
        zmq4.Certificate.load_public(arguments.path)
        if arguments.public_only
        else zmq4.Certificate.load(arguments.path)
    )
    certificate.save(arguments.target)
    files = "one file" if certificate.keys is None else "two files"
    print(f"{arguments.target}: {files}, public key {certificate.public_z85}")
    return ExitCode.OK


def _verify(arguments: argparse.Namespace) -> ExitCode:
    faults = list(_faults(Path(arguments.path)))
    for fault in faults:
        print(fault)
    if not faults:
        print(f"{arguments.path} is sound")
    return ExitCode.FAILURE if faults else ExitCode.OK


def _faults(path: Path) -> Iterator[str]:
    """Yield what is wrong with the public file, the secret one, and both together."""
    public, secret = _files(path)
    if not (public.exists() or secret.exists()):
        yield f"{public} is not there"
        return
    known = None
    if public.exists():
        try:
            known = zmq4.Certificate.load_public(public)
        except zmq4.CertificateError as error:
            yield str(error)
        if stat.S_IMODE(public.stat().st_mode) & _WRITABLE:
            yield f"others may change {public}; run: chmod go-w {public}"
    if secret.exists():
        try:
            own = zmq4.Certificate.load(secret)
        except zmq4.CertificateError as error:
            yield str(error)
            return
        if own.keys is None:
            yield f"{secret} has no secret key"
        if known is not None and own.public != known.public:
            yield f"{public} and {secret} have different public keys"


def _files(path: Path) -> tuple[Path, Path]:
    """Return the public file and the secret one, whichever was named."""
    name = path.name.removesuffix(_SUFFIX)
    return path.with_name(name), path.with_name(name + _SUFFIX)


_ACTIONS: Final[dict[str, tuple[Callable[[argparse.Namespace], ExitCode], str]]] = {
    "show": (_show, "print the public key and the metadata of a certificate"),
    "convert": (_convert, "copy a certificate, as czmq and pyzmq read it, to another name"),
    "verify": (_verify, "check keys, permissions, and that both files belong together"),
}
_SUFFIX: Final = "_secret"
_WRITABLE: Final = 0o022
