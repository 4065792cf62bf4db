"""While the database is gone golive says so to whoever it knows, and takes it up again by itself."""

from pathlib import Path

from tests.integration.served import prepared, running, sample, wait_for
from tests.peers.golive import GoLive, config_text
from tests.peers.ports import free_port
from tests.peers.postgres import postgres


def test_the_status_says_blind_and_why_to_those_who_were_known_before_it_was_gone(tmp_path: Path) -> None:
    with postgres() as server:
        file = tmp_path / "golive.toml"
        file.write_text(config_text(free_port(), database=server.create("gone")))
        config, tokens = prepared(tmp_path, ("engineer", "desk"), file)
        with running(config, tokens) as served:
            assert served.get("/api/status")["overall"] in ("ok", "blind")
            server.stop()
            said = wait_for(lambda: [r for r in served.get("/api/status")["reasons"] if "does not answer" in r], 20)
            assert "golive's database" in said[0]
            assert served.get("/api/status")["overall"] == "blind"
            assert served.call("GET", "/api/status", "desk").status_code == 503  # nobody knows this token yet
            ready = served.call("GET", "/readyz").json()
            assert "database" in ready["gone"]
            assert ready["reasons"]["database"] == "the database does not answer"
            refused = served.call("POST", "/api/ingest", "ingest", json={"samples": [sample()]})
            assert refused.status_code != 200
            server.start()
            wait_for(lambda: served.call("GET", "/readyz").status_code == 200, 20)
            assert served.call("GET", "/api/status", "desk").status_code == 200


def test_golive_ends_although_its_database_is_frozen() -> None:
    with postgres() as server, GoLive(database=server.create("frozen")).start("serve") as golive:
        with server.frozen():
            wait_for(lambda: golive.status_of("/readyz") == 503, 20)
            process = golive.processes["serve"]
            process.terminate()
            assert process.wait(20) == 0
        assert "ends without it" in golive.said("serve")
