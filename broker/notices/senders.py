"""How notices leave the house: SMTP, and a webhook whose body is signed.  These wait."""

import json
import smtplib
import urllib.request
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import formatdate
from http.client import HTTPException
from typing import Protocol

from broker.accounts import seal
from broker.notices.post import Letter

TIMEOUT_S = 10.0


class NotSent(Exception):
    """It did not leave, or nobody said that it did.  The message names no reader."""


class Sender(Protocol):
    def send(self, letter: Letter) -> None:
        """Return when the other side has taken it; NotSent otherwise."""
        ...


class Mail:
    """Over SMTP, encrypted when the server offers it; `user` "" logs nobody in."""

    def __init__(
        self, host: str, port: int, *, sender: str, user: str = "", password: str = ""
    ) -> None:
        self._host, self._port = host, port
        self._sender = sender
        self._user, self._password = user, password

    def send(self, letter: Letter) -> None:
        try:
            with smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_S) as server:
                if server.has_extn("starttls") or self._user:
                    server.starttls()
                if self._user:
                    server.login(self._user, self._password)
                server.send_message(self._message(letter))
        except smtplib.SMTPResponseException as error:
            raise NotSent(f"the mail server says {error.smtp_code}") from None
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise NotSent(type(error).__name__) from None

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = letter.address
        message["Subject"] = letter.subject
        message["Date"] = formatdate()
        # The same for every attempt: a server that had taken it already may know it again.
        message["Message-ID"] = f"<notice-{letter.id}@{self._sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.body + "\n")
        return message


class Webhook:
    """A POST of JSON to the reader's own service, an app's for example (seal.py signs it)."""

    def __init__(self, key: bytes, now_ms: Callable[[], int]) -> None:
        self._key = key
        self._now_ms = now_ms

    def send(self, letter: Letter) -> None:
        said = {"id": letter.id, "kind": letter.kind, "language": letter.language}
        said |= {"subject": letter.subject, "text": letter.body}
        body = json.dumps(said, ensure_ascii=False).encode()
        signed = seal.headers(self._key, body, self._now_ms())
        if not letter.address.startswith(("http://", "https://")):
            raise NotSent("the address is no URL")
        request = urllib.request.Request(
            letter.address, data=body, headers=signed | {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S):
                pass
        except (OSError, HTTPException, ValueError) as error:
            code = getattr(error, "code", "")
            raise NotSent(f"{type(error).__name__} {code}".strip()) from None
