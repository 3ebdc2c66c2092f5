"""How a machine proves who it is to the MQTT server, and has the server prove itself."""

import ssl

from kiosk.config import Tls


def proof(files: Tls) -> ssl.SSLContext:
    """Return what a TLS connection wants: the library's own authority only, TLS 1.2 or later.

    Raises OSError when a file cannot be read or is no certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(files.ca)
    context.load_cert_chain(files.cert, files.key)
    return context
