"""A fork of the loaded Python is as a started program: what it is given, how it ends, and that it ends with us."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.peers.golive import wait_for
from tests.peers.warm import Nursery, nursery


def test_it_has_a_folder_an_environment_and_a_session_of_its_own(tmp_path: Path):
    environ = {"GOLIVE_NOT_OURS": "1"}
    started = nursery().start("http.server", "0", cwd=tmp_path, env=environ, log=tmp_path / "log")
    wait_for("it says its port", lambda: b"port" in (tmp_path / "log").read_bytes(), 10)
    assert Path(f"/proc/{started.pid}/cwd").readlink() == tmp_path
    assert os.getsid(started.pid) == started.pid
    with pytest.raises(subprocess.TimeoutExpired):
        started.wait(0.01)
    os.killpg(started.pid, signal.SIGKILL)
    assert started.wait(5) == started.poll() == -signal.SIGKILL
    started.kill()  # of what has ended is nothing


def test_what_it_said_and_its_code_are_told(tmp_path: Path):
    done = nursery().run("app.cli", "check", "-c", "none.toml", cwd=tmp_path, env=dict(os.environ), timeout=20)
    assert done.returncode == 2
    assert "none.toml" in done.stdout + done.stderr


def test_it_ends_with_the_python_that_forked_it(tmp_path: Path):
    other = Nursery()
    started = other.start("http.server", "0", cwd=tmp_path)
    other.close()
    wait_for("the fork is gone", lambda: not Path(f"/proc/{started.pid}").exists(), 5)
