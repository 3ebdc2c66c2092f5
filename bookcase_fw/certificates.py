"""Who the MQTT server must prove to be, and by what certificate the machine is known to it."""

import tls


def context(files: dict):
    """Return the TLS context of a connection; raises OSError for a file that is missing.

    files: `ca` the authority that signed the server's certificate; `cert` and `key` the machine's
    own, both or none.  DER as the board needs it, or PEM where the interpreter reads that.
    """
    # A client's context wants a certificate of the server, for the name that was connected to.
    made = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    made.load_verify_locations(_read(files["ca"]))
    if files.get("cert"):
        made.load_cert_chain(_read(files["cert"]), _read(files["key"]))
    return made


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
