"""Security: a listener of the broker with TLS and SASL, and what a client needs to pass it."""

from __future__ import annotations

import secrets
import shutil
from typing import TYPE_CHECKING, NamedTuple

from infra.stack.errors import Missing
from infra.stack.ports import LOOPBACK, free_port
from infra.stack.server import run

if TYPE_CHECKING:
    from pathlib import Path

MODULES = "org.apache.kafka.common.security"


class SecureListener(NamedTuple):
    """A SASL_SSL listener: SCRAM-SHA-512 for one user, and OAUTHBEARER for whoever.

    The tokens that it takes are unsigned ones (`unsecuredLogin...` in Kafka's documentation, and
    ``enable.sasl.oauthbearer.unsecure.jwt`` in librdkafka's): enough to show that a client's
    settings arrive, and nothing to imitate elsewhere.
    """

    port: int
    """Where it listens, on 127.0.0.1."""

    user: str
    """The one user that SCRAM lets in."""

    password: str
    """The user's, and the key store's as well."""

    keys: Path
    """The broker's key and certificate (PKCS #12)."""

    certificate: Path
    """The same certificate for clients, who are to trust it: ``ssl.ca.location`` (PEM)."""

    @property
    def bootstrap(self) -> str:
        """Its address, as ``bootstrap.servers`` takes it."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def client(self) -> dict[str, str]:
        """Settings of librdkafka with which the user gets in by SCRAM."""
        return {
            "bootstrap.servers": self.bootstrap,
            "security.protocol": "SASL_SSL",
            "ssl.ca.location": str(self.certificate),
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": self.user,
            "sasl.password": self.password,
        }

    @property
    def properties(self) -> dict[str, str]:
        """Settings of the broker, beside ``listeners``."""
        of = "listener.name.sasl_ssl"
        return {
            # As soon as one listener has security, no protocol is implied any more.
            "listener.security.protocol.map": (
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL"
            ),
            f"{of}.sasl.enabled.mechanisms": "SCRAM-SHA-512,OAUTHBEARER",
            f"{of}.scram-sha-512.sasl.jaas.config": f"{MODULES}.scram.ScramLoginModule required;",
            f"{of}.oauthbearer.sasl.jaas.config": (
                f"{MODULES}.oauthbearer.OAuthBearerLoginModule required "
                'unsecuredLoginStringClaim_sub="broker";'
            ),
            f"{of}.ssl.keystore.type": "PKCS12",
            f"{of}.ssl.keystore.location": str(self.keys),
            f"{of}.ssl.keystore.password": self.password,
        }

    @property
    def scram(self) -> str:
        """The user, as the storage tool takes it."""
        return f"SCRAM-SHA-512=[name={self.user},password={self.password}]"

    def make_keys(self) -> None:
        """Make key and certificate, for 127.0.0.1 and localhost and 30 days.

        Raises:
            StackError: Java's keytool is missing, or failed.
        """
        keytool = shutil.which("keytool")
        if keytool is None:
            msg = "keytool is missing, which comes with Java"
            raise Missing(msg)
        store = ["-keystore", str(self.keys), "-storetype", "PKCS12", "-storepass", self.password]
        store += ["-alias", "broker"]
        names = f"SAN=ip:{LOOPBACK},dns:localhost"
        kind = ["-keyalg", "EC", "-groupname", "secp256r1", "-validity", "30", "-ext", names]
        run([keytool, "-genkeypair", *store, *kind, "-dname", "CN=localhost"])
        run([keytool, "-exportcert", "-rfc", *store, "-file", str(self.certificate)])


def secure_listener(folder: Path) -> SecureListener:
    """A listener on a free port whose files will be in a folder; its password is made up."""
    return SecureListener(
        port=free_port(),
        user="glyphwatch",
        password=secrets.token_hex(12),
        keys=folder / "broker.p12",
        certificate=folder / "broker.pem",
    )
