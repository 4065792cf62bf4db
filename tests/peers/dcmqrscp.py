"""dcmtk's dcmqrscp as a small PACS for C-FIND, C-GET and C-MOVE."""

import os
import subprocess
from collections.abc import Mapping, Sequence

from tests.peers.ports import free_port
from tests.peers.server import Server, program
from tests.peers.studies import Study, write_study


class Dcmqrscp(Server):
    """A PACS that holds `studies` and knows the C-MOVE destinations `knows` (title → port)."""

    def __init__(
        self, aet: str = "QRDB", studies: Sequence[Study] = (), knows: Mapping[str, int] | None = None
    ) -> None:
        super().__init__()
        self.aet, self.port = aet, free_port()
        (self.folder / "db").mkdir()
        hosts = [f"h{i} = ({title}, 127.0.0.1, {port})" for i, (title, port) in enumerate((knows or {}).items())]
        lines = [
            f"NetworkTCPPort = {self.port}",
            "MaxPDUSize = 131072",
            "MaxAssociations = 64",
            "HostTable BEGIN",
            *hosts,
            "HostTable END",
            "VendorTable BEGIN",
            "VendorTable END",
            "AETable BEGIN",
            f"{aet} {self.folder}/db RW (500, 1024mb) ANY",
            "AETable END",
        ]
        (self.folder / "dcmqrscp.cfg").write_text("\n".join(lines) + "\n")
        self.start(program("dcmqrscp"), "-c", self.folder / "dcmqrscp.cfg")
        for study in studies:
            self.store(study)

    def store(self, study: Study) -> None:
        folder = self.folder / f"in-{study.number}"
        write_study(folder, study)
        subprocess.run(
            [program("storescu"), "-aec", self.aet, "+sd", "127.0.0.1", str(self.port), str(folder)],
            check=True,
            capture_output=True,
            timeout=60,
            env={**os.environ, "TCP_NODELAY": "1"},
        )
