"""The catalog as a resource."""
from __future__ import annotations

import threading
from typing import Dict, Optional

from dagster import Config, ConfigurableResource
from pydantic import Field, PrivateAttr, model_validator

import dvt


class Retry(Config):
    """How often and after which pauses a request is repeated that met no answer, a timeout, 429 or 503."""

    max_attempts: int = Field(default=3, ge=1, le=10)
    initial_wait_seconds: float = Field(default=1.0, ge=0.0, le=30.0)
    max_wait_seconds: float = Field(default=30.0, ge=0.0, le=300.0)
    jitter_seconds: float = Field(default=1.0, ge=0.0, le=10.0)


class PolarisResource(ConfigurableResource):  # type: ignore[type-arg]
    """An Iceberg REST catalog such as Polaris. Either `client_id` and `client_secret`, or `token`, or neither for a catalog that asks for none;
    secrets best as ``EnvVar``."""

    uri: str = Field(description="Address of the catalog's REST API, such as https://polaris.example/api/catalog")
    warehouse: str = Field(default="", description="Name of the warehouse (Polaris: of the catalog)")
    client_id: Optional[str] = Field(default=None, description="OAuth2 client credentials")
    client_secret: Optional[str] = Field(default=None, description="OAuth2 client credentials; best as EnvVar")
    token: Optional[str] = Field(default=None, description="A bearer token instead; best as EnvVar")
    scope: str = Field(default="PRINCIPAL_ROLE:ALL", description="What the token is asked for")
    oauth2_server_uri: Optional[str] = Field(default=None, description="Another authorization server than the catalog's own")
    access_delegation: str = Field(default="vended-credentials", description="How the storage is reached: vended-credentials, remote-signing or none")
    retry: Retry = Field(default_factory=Retry)
    properties: Dict[str, str] = Field(default_factory=dict, description="More settings by the names of Iceberg's clients, such as s3.endpoint")

    _catalog: Optional[dvt.Catalog] = PrivateAttr(default=None)
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    @model_validator(mode="after")
    def _whole_credentials(self) -> "PolarisResource":
        if (self.client_id is None) != (self.client_secret is None):
            raise ValueError("client_id and client_secret belong together")
        if self.token is not None and self.client_secret is not None:
            raise ValueError("give a token or client credentials, not both")
        return self

    def get_catalog(self) -> dvt.Catalog:
        """The connection, made at the first call and kept."""
        with self._lock:
            if self._catalog is None:
                properties = {**self.properties, "access-delegation": self.access_delegation, "retry.attempts": str(self.retry.max_attempts),
                              "retry.first-wait-s": str(self.retry.initial_wait_seconds), "retry.max-wait-s": str(self.retry.max_wait_seconds),
                              "retry.jitter-s": str(self.retry.jitter_seconds)}
                if self.oauth2_server_uri is not None:
                    properties["oauth2-server-uri"] = self.oauth2_server_uri
                credential = f"{self.client_id}:{self.client_secret}" if self.client_secret is not None else ""
                self._catalog = dvt.Catalog(self.uri, warehouse=self.warehouse, credential=credential, token=self.token or "", scope=self.scope,
                                            properties=properties)
            return self._catalog

    def teardown_after_execution(self, context: object) -> None:
        with self._lock:
            self._catalog = None
