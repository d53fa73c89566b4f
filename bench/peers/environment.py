"""The environment of a peer: made once for each state of its requirement file, with every hash checked."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from bench.measure import RunError
from bench.peers import Peer

_ROOT = Path(__file__).parent.parent.parent / ".venv-bench"
_LIMIT_SECONDS = 1200


def python_of(peer: Peer) -> Path:
    """The Python of its environment, which is made where it is not there yet; RunError where it cannot be made."""
    home = _ROOT / peer.name
    python, stamp = home / "bin" / "python", home / ".made-from"
    wanted = hashlib.sha256(peer.requirements.read_bytes()).hexdigest()
    if not stamp.is_file() or stamp.read_text("utf-8") != wanted:
        print(f"Installing what {peer.requirements.name} pins into .venv-bench/{peer.name}", file=sys.stderr)
        _run("venv", [sys.executable, "-m", "venv", "--clear", str(home)])
        install = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--require-hashes"]
        _run("pip", [*install, "-r", str(peer.requirements)])
        stamp.write_text(wanted, encoding="utf-8")
    return python


def _run(tool: str, command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise RunError(f"its environment could not be made: {tool} took over {_LIMIT_SECONDS} seconds") from None
    if done.returncode:
        raise RunError(f"its environment could not be made: {tool} ended with status {done.returncode}", done.stderr)
