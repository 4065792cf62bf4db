"""dcmtk's storescp as a destination of C-MOVE that throws everything away."""

from tests.peers.server import Server, program


class Storescp(Server):
    """Takes images at `port`, under any title."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.aet, self.port = "ANY", port
        self.start(program("storescp"), "--ignore", port)
