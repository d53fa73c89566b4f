"""What a check's own process gives up before it opens a file from outside: memory without bound, other files, the
network, starting programs, and outliving the service.

DuckDB takes data files to come from somebody trusted; files that come over HTTP do not.
Landlock needs Linux 5.13 or later; `confine` says whether it was there.
"""

from __future__ import annotations

import ctypes
import mimetypes
import os
import resource
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
# The numbers of these calls are the same on every architecture.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_RULE_PATH_BENEATH = 1
_VERSION_FLAG = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_READ = _READ_FILE | _READ_DIR
_DIRECTORY_ONLY = _READ_DIR | (((1 << 14) - 1) & ~((1 << 4) - 1))  # bits 4 to 13 make and remove entries
_TRUNCATE, _IOCTL = 1 << 14, 1 << 15
_TCP = 0b11  # bind, connect
_SCOPES = 0b11  # abstract sockets, signals

# DuckDB ends the process where it cannot look at the machine's memory and processors.
_SYSTEM = ("/usr", "/lib", "/lib64", "/proc", "/sys", "/dev", "/etc/ld.so.cache", "/etc/localtime")


class _Ruleset(ctypes.Structure):
    _fields_ = [("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = [("access", ctypes.c_uint64), ("parent", ctypes.c_int32)]


_libc = ctypes.CDLL(None, use_errno=True)


def landlock() -> int:
    """Version of Landlock that this system has; 0 where it has none."""
    if sys.platform != "linux":
        return 0
    return max(0, _libc.syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG))


def die_with(parent: int) -> None:
    """End this process as soon as its parent ends, however that ends."""
    if sys.platform != "linux":
        return
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the line above
        os.kill(os.getpid(), signal.SIGKILL)


def limit(*, memory_mb: int, seconds: float) -> None:
    """Bound memory, processor time and open files of this process, and let it leave no core file."""
    processors = os.cpu_count() or 1
    _lower(resource.RLIMIT_DATA, memory_mb * 1024 * 1024)
    _lower(resource.RLIMIT_CPU, int(seconds * processors) + 1)
    _lower(resource.RLIMIT_NOFILE, 256)
    _lower(resource.RLIMIT_CORE, 0)


def confine(*, read: Iterable[Path], write: Iterable[Path], look: Iterable[Path] = ()) -> bool:
    """Leave this process nothing but to read below `read`, to write below `write`, and to list below `look`.

    Has to run before the first thread starts: it binds the calling thread and those that come from it.
    Returns False where the system has no Landlock; then nothing is confined.
    """
    version = landlock()
    if version == 0:
        return False
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    every = _every_access(version)
    asked = _Ruleset(every, _TCP if version >= 4 else 0, _SCOPES if version >= 6 else 0)
    rules = _libc.syscall(_CREATE_RULESET, ctypes.byref(asked), _size(version), 0)
    for access, paths in ((_READ, read), (every & ~_EXECUTE, write), (_READ_DIR, look)):
        for path in paths:
            _allow(rules, path, access)
    done = _libc.syscall(_RESTRICT_SELF, rules, 0)
    os.close(rules)
    return done == 0


def system_paths() -> list[Path]:
    """What Python and its packages, ours apart, are read from."""
    packages = (path for path in sys.path if "site-packages" in path)
    # openpyxl asks mimetypes for its files as soon as it is imported, and ends in an error where it may not read them
    places = [*_SYSTEM, *mimetypes.knownfiles, sys.prefix, sys.base_prefix, *packages]
    return [Path(place) for place in places if Path(place).exists()]


def _every_access(version: int) -> int:
    """All rights over files that this version of Landlock knows."""
    bits = {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)
    return (1 << bits) - 1


def _size(version: int) -> int:
    return 8 if version < 4 else 16 if version < 6 else ctypes.sizeof(_Ruleset)


def _allow(rules: int, path: Path, access: int) -> None:
    parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    if not path.is_dir():
        access &= ~_DIRECTORY_ONLY
    rule = _PathBeneath(access, parent)
    done = _libc.syscall(_ADD_RULE, rules, _RULE_PATH_BENEATH, ctypes.byref(rule), 0)
    os.close(parent)
    if done != 0:
        raise OSError(ctypes.get_errno(), "a rule of Landlock was refused", str(path))


def _lower(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (value, value))
