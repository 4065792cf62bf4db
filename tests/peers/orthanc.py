"""Orthanc as a PACS: DICOM on `port`, DICOMweb on `http`, a worklist beside it."""

import base64
import contextlib
import http.client
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.peers.ports import free_port
from tests.peers.server import Server, program
from tests.peers.studies import Study, write_study, write_worklist

PLUGINS = Path("/usr/share/orthanc/plugins")


class Orthanc(Server):
    """A PACS that holds `studies`; `users` are names and passwords of its web server, `knows` C-MOVE destinations."""

    def __init__(
        self,
        aet: str = "PACS",
        studies: Sequence[Study] = (),
        worklist: Mapping[str, int] | None = None,
        users: Mapping[str, str] | None = None,
        knows: Mapping[str, int] | None = None,
    ) -> None:
        super().__init__()
        self.aet, self.port, self.http = aet, free_port(), free_port()
        self.users = dict(users or {})
        write_worklist(self.folder / "worklist", worklist or {})
        plugins = [str(PLUGINS / f"lib{name}.so") for name in ("OrthancDicomWeb", "ModalityWorklists")]
        config = {
            "Name": aet,
            "StorageDirectory": "db",
            "IndexDirectory": "db",
            "SyncStorageArea": False,
            "Plugins": plugins,
            "HttpPort": self.http,
            "RemoteAccessAllowed": False,
            "AuthenticationEnabled": bool(users),
            "RegisteredUsers": self.users,
            "HttpCompressionEnabled": False,
            "DicomAet": aet,
            "DicomPort": self.port,
            "DicomCheckCalledAet": True,
            "DicomAlwaysAllowEcho": True,
            "DicomAlwaysAllowStore": True,
            "DicomAlwaysAllowFind": True,
            "DicomAlwaysAllowFindWorklist": True,
            "DicomAlwaysAllowGet": True,
            "DicomAlwaysAllowMove": True,
            "DicomModalities": {
                name: {"AET": name, "Host": "127.0.0.1", "Port": port} for name, port in (knows or {}).items()
            },
            "Worklists": {"Enable": True, "Database": "worklist", "FilterIssuerAet": False, "LimitAnswers": 0},
            "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
        }
        (self.folder / "orthanc.json").write_text(json.dumps(config))
        self.start(program("Orthanc"), "orthanc.json")
        for study in studies:
            self.store(study)

    @property
    def dicomweb(self) -> str:
        return f"http://127.0.0.1:{self.http}/dicom-web"

    @property
    def worklist_folder(self) -> Path:
        return self.folder / "worklist"

    def store(self, study: Study) -> int:
        """Send a study; give its bytes."""
        size = 0
        web = http.client.HTTPConnection("127.0.0.1", self.http, timeout=20)
        for file in write_study(self.folder / "dicom", study):
            web.request("POST", "/instances", file.read_bytes(), self._headers())
            answer = web.getresponse()
            words = answer.read()
            if answer.status != 200:
                raise AssertionError(f"Orthanc takes no image: {answer.status} {words[:80]!r}")
            size += file.stat().st_size
            file.unlink()
        web.close()
        return size

    def _headers(self) -> dict[str, str]:
        for name, password in self.users.items():
            return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}
        return {}

    def answers(self) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            web = http.client.HTTPConnection("127.0.0.1", self.http, timeout=1)
            web.request("GET", "/system", headers=self._headers())
            ready = web.getresponse().status == 200
            web.close()
            return ready and super().answers()
        return False
