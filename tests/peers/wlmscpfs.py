"""dcmtk's wlmscpfs as a RIS that gives worklists."""

from collections.abc import Mapping
from pathlib import Path

from tests.peers.ports import free_port
from tests.peers.server import Server, program
from tests.peers.studies import write_worklist


class Wlmscpfs(Server):
    """A RIS with so many entries of each modality for today; `most` associations at once."""

    def __init__(
        self, aet: str = "RIS", entries: Mapping[str, int] | None = None, most: int = 250, *more: str | int
    ) -> None:
        super().__init__()
        self.aet, self.port = aet, free_port()
        write_worklist(self.worklist_folder, {"CT": 10, "MR": 20} if entries is None else entries)
        options = ("-q", "-dfp", self.folder, "-dhl", "-csk", "--max-associations", most)
        self.start(program("wlmscpfs"), *options, *more, self.port)

    @property
    def worklist_folder(self) -> Path:
        return self.folder / self.aet
