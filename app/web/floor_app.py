"""The tablet's app: its page, worker and files. They hold no data of the site, so that nobody needs to be logged in."""

from fastapi import APIRouter, Request, Response
from starlette.responses import FileResponse, HTMLResponse

from app.errors import Missing
from app.push.floor.app import HOME, WORKER, FloorApp, floor_app
from app.web.house import house_of

router = APIRouter(include_in_schema=False)
# the QR sheets are read by the app itself, and photos taken by it; no other page of golive may see through a camera
_CAMERA = {"Permissions-Policy": "camera=(self), microphone=(), geolocation=()"}
_FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}


def _app(request: Request) -> FloorApp:
    house = house_of(request)
    settings = house.config.settings
    return floor_app(settings.floor.language, settings.site.name, house.plan.simulation)


@router.get(HOME)
async def floor(request: Request) -> HTMLResponse:
    """Give the page; it says its version, so that a worker keeps it with the files of the same one only."""
    made = _app(request)
    return HTMLResponse(made.page, headers={**_CAMERA, "Cache-Control": "no-cache", "X-Golive-Floor": made.version})


@router.get(WORKER)
async def worker(request: Request) -> Response:
    """Give the service worker, beside the page so that its scope is the page and nothing else of golive."""
    return Response(_app(request).worker, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@router.get(f"{HOME}/manifest.webmanifest")
async def manifest(request: Request) -> Response:
    """Give what a tablet needs to install the app."""
    said = _app(request).manifest
    return Response(said, media_type="application/manifest+json", headers={"Cache-Control": "no-cache"})


@router.get(f"{HOME}/{{version}}/{{name:path}}")
async def file(request: Request, version: str, name: str) -> FileResponse:
    """Give a file of the app in just the version that was asked for; another one's is not there."""
    found = _app(request).file(version, name)
    if found is None:
        raise Missing("this version of the tablet's app has no such file; load the page again")
    return FileResponse(found, headers=_FOR_GOOD)
