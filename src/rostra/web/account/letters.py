"""Letters: plain text in the reader's language, handed to the operator's mail server."""

from __future__ import annotations

from collections.abc import Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any

import aiosmtplib

from rostra.charter.choices import read_charter
from rostra.errors import Unavailable
from rostra.people import queries
from rostra.people.mail_links import GOOD_FOR_MS, make_mail_link
from rostra.settings import SmtpServer
from rostra.web.parts import WebParts
from rostra.web.templates import LANGUAGES, environment, texts

SECONDS = 20.0
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


async def send(parts: WebParts, details: Mapping[str, Any], now_ms: int) -> None:
    """Write and send the letter that `details` ask for (mail_links.send_later).

    A link in it is made now; that of a letter that was not taken is replaced by the next try's.
    Raises Unavailable.
    """
    server, purpose, email = parts.settings.smtp, str(details["purpose"]), str(details["email"])
    if server is None:
        return  # the operator has turned letters off since
    async with parts.database.writing() as connection:
        account = await queries.by_id(connection, str(details["account"]))
        if account is None or account.state == "gone":
            return
        title = (await read_charter(connection)).title
        path = "/sign-in"
        if purpose in GOOD_FOR_MS:
            secret = await make_mail_link(connection, account.id, purpose, email, now_ms)
            path = f"/{purpose}/{secret}"
    language = str(details["language"])
    words = texts(language if language in LANGUAGES else LANGUAGES[0])
    text = (
        environment()
        .get_template(f"letters/{purpose}.txt")
        .render(t=words, title=title, handle=account.handle, url=parts.settings.public_url + path)
    )
    await hand_in(server, _letter(server, email, title, text))


def _letter(server: SmtpServer, to: str, title: str, text: str) -> EmailMessage:
    """The first line of `text` is the subject."""
    subject, _, body = text.strip().partition("\n")
    letter = EmailMessage()
    letter["Subject"] = subject.strip()
    letter["From"] = Address(title.replace("\n", " "), addr_spec=server.sender)
    letter["To"] = to
    letter["Date"] = formatdate()
    letter["Message-ID"] = make_msgid(domain=server.sender.rpartition("@")[2])
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(body.strip() + "\n")
    return letter


async def hand_in(server: SmtpServer, letter: EmailMessage) -> None:
    """Give it to the mail server. Raises Unavailable when it is not taken in time.

    A password is said only over TLS, or within this machine.
    """
    needs_tls = server.user is not None and server.host not in _LOOPBACK and not server.tls
    try:
        await aiosmtplib.send(
            letter,
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.tls,
            start_tls=True if needs_tls else None if not server.tls else False,
            timeout=SECONDS,
        )
    except (aiosmtplib.SMTPException, OSError) as reason:
        raise Unavailable(
            f"The mail server {server.host} did not take a letter: {str(reason)[:200]}"
        ) from reason
