"""How a system is reached: the tables of its endpoints, our credentials there and whom we trust."""

from typing import Literal

from pydantic import Field

from app.settings.addresses import Host, ProxyUrl, ServiceUrl
from app.settings.values import AeTitle, Port, Table


class TlsClient(Table):
    ca: str | None = Field(
        None, description="CA bundle (PEM) that signs the peer's certificate; without it the system's"
    )
    cert: str | None = Field(None, description="own certificate (PEM), where the peer asks for one")
    key: str | None = Field(None, description="own private key (PEM)")
    name: str | None = Field(None, description="name in the peer's certificate, where it differs from the host")
    verify: bool = Field(True, description="false: take any certificate (named on the desk)")


class Dicom(Table):
    host: Host = Field(description="name or address")
    port: Port = Field(description="DICOM port")
    ae_title: AeTitle = Field(description="called AE title")
    calling_ae_title: AeTitle = Field("GOLIVE", description="our own AE title there")
    tls: TlsClient | None = Field(None, description="DICOM over TLS")


class Auth(Table):
    kind: Literal["basic", "bearer", "mtls", "oauth2-client"] = Field(description="how we show who we are")
    user: str | None = Field(None, description="user name (basic)")
    password_file: str | None = Field(None, description="file with the password (basic)")
    token_file: str | None = Field(None, description="file with the token (bearer)")
    cert: str | None = Field(None, description="own certificate (mtls)")
    key: str | None = Field(None, description="own private key (mtls)")


class ProxyAuth(Table):
    user: str = Field(description="user name at the proxy")
    password_file: str = Field(description="file with the password at the proxy")


class HttpEndpoint(Table):
    url: ServiceUrl = Field(description="root of the service")
    auth: Auth | None = Field(None, description="credentials")
    ca_bundle: str | None = Field(None, description="CA bundle (PEM)")
    proxy: ProxyUrl | None = Field(None, description="HTTP proxy on the way")
    proxy_auth: ProxyAuth | None = Field(None, description="what the proxy asks for")
    verify: bool = Field(True, description="false: take any certificate (named on the desk)")
