"""What a process uses, read from `/proc` by its number."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MIB: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process uses at one moment; sizes in octets."""

    resident: int
    peak_resident: int
    """The largest since the last `forget_peak`."""
    virtual: int
    peak_virtual: int
    """The largest since the process began."""
    descriptors: int
    threads: int
    cpu: float
    """Seconds of processor time since the process began, its system calls included."""


def usage(pid: int) -> Usage:
    """Read what process ``pid`` uses."""
    status = _status(pid)
    return Usage(
        resident=_octets(status["VmRSS"]),
        peak_resident=_octets(status["VmHWM"]),
        virtual=_octets(status["VmSize"]),
        peak_virtual=_octets(status["VmPeak"]),
        descriptors=len(os.listdir(f"/proc/{pid}/fd")),
        threads=int(status["Threads"]),
        cpu=cpu(pid),
    )


def cpu(pid: int) -> float:
    """Return the seconds of processor time that process ``pid`` has used."""
    # The name in parentheses may hold anything; what follows it is numbers.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system = int(fields[11]), int(fields[12])
    return (user + system) / os.sysconf("SC_CLK_TCK")


def forget_peak(pid: int) -> None:
    """Begin a new peak of resident memory. Source: proc(5), "clear_refs"."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)


def _octets(field: str) -> int:
    number, unit = field.split()
    assert unit == "kB"
    return int(number) * 1024
