"""Which files are taken, by their names and by how they begin, and how a download is named to browsers."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple
from urllib.parse import quote
from uuid import UUID

HEAD = 4096
"""So many bytes at the beginning tell what a file is."""
LONGEST_NAME = 200
_OURS = re.compile("[0-9a-f]{32}")
_PATHS = re.compile(r"[/\\]")
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
"""Control characters, marks that turn the direction of what follows ("gpj.exe" may be read backwards), and what has no
width. U+200C and U+200D stay: Persian words and many an emoji are spelled with them.
"""


class FileType(NamedTuple):
    """What a file of this type is called, and whether a file's beginning is one."""

    media_type: str
    begins: Callable[[bytes], bool]


def _with(*beginnings: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(beginnings)


def _riff(kind: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[:4] == b"RIFF" and head[8:12] == kind


def is_text(head: bytes) -> bool:
    """Whether a file that begins so may be text in UTF-8; a character that the beginning cuts is none against it.

    >>> is_text("Señal".encode()), is_text("ñ".encode()[:1] + b"."), is_text(b"a\\x00b"), is_text("€".encode()[:2])
    (True, False, False, True)
    """
    if b"\x00" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return True


_ZIP = _with(b"PK\x03\x04", b"PK\x05\x06")
_OLD_OFFICE = _with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_OPEN_XML = "application/vnd.openxmlformats-officedocument."
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."

TYPES: Mapping[str, FileType] = {
    "pdf": FileType("application/pdf", _with(b"%PDF-")),
    "png": FileType("image/png", _with(b"\x89PNG\r\n\x1a\n")),
    "jpg": FileType("image/jpeg", _with(b"\xff\xd8\xff")),
    "jpeg": FileType("image/jpeg", _with(b"\xff\xd8\xff")),
    "gif": FileType("image/gif", _with(b"GIF87a", b"GIF89a")),
    "webp": FileType("image/webp", _riff(b"WEBP")),
    "heic": FileType("image/heic", lambda head: head[4:8] == b"ftyp" and head[8:11] in (b"hei", b"mif")),
    "tif": FileType("image/tiff", _with(b"II*\x00", b"MM\x00*")),
    "tiff": FileType("image/tiff", _with(b"II*\x00", b"MM\x00*")),
    "txt": FileType("text/plain", is_text),
    "log": FileType("text/plain", is_text),
    "md": FileType("text/plain", is_text),
    "csv": FileType("text/csv", is_text),
    "json": FileType("application/octet-stream", is_text),
    "eml": FileType("application/octet-stream", is_text),
    "docx": FileType(f"{_OPEN_XML}wordprocessingml.document", _ZIP),
    "xlsx": FileType(f"{_OPEN_XML}spreadsheetml.sheet", _ZIP),
    "pptx": FileType(f"{_OPEN_XML}presentationml.presentation", _ZIP),
    "odt": FileType(f"{_OPEN_DOCUMENT}text", _ZIP),
    "ods": FileType(f"{_OPEN_DOCUMENT}spreadsheet", _ZIP),
    "odp": FileType(f"{_OPEN_DOCUMENT}presentation", _ZIP),
    "doc": FileType("application/msword", _OLD_OFFICE),
    "xls": FileType("application/vnd.ms-excel", _OLD_OFFICE),
    "ppt": FileType("application/vnd.ms-powerpoint", _OLD_OFFICE),
    "msg": FileType("application/vnd.ms-outlook", _OLD_OFFICE),
    "zip": FileType("application/zip", _ZIP),
    "gz": FileType("application/gzip", _with(b"\x1f\x8b\x08")),
    "mp4": FileType("video/mp4", lambda head: head[4:8] == b"ftyp"),
    "wav": FileType("audio/wav", _riff(b"WAVE")),
    "mp3": FileType("audio/mpeg", _with(b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")),
}
"""By extension. What a browser would run (HTML, SVG, XML, scripts) is not among them, nor is what a desktop would."""


def clean_name(given: str) -> str:
    """A file's own name as it is kept: without folders, unseen characters, and dots or spaces around it.

    >>> clean_name("C:\\\\fakepath\\\\Rechnung \\u202egpj.pdf "), clean_name("../../etc/passwd"), clean_name(" .. ")
    ('Rechnung gpj.pdf', 'passwd', '')
    """
    name = _UNSEEN.sub("", _PATHS.split(given)[-1]).strip(" .")
    stem, dot, extension = name.rpartition(".")
    longest = LONGEST_NAME - len(dot) - len(extension)
    return f"{stem[:longest]}{dot}{extension}" if dot and longest > 0 else name[:LONGEST_NAME]


def extension_of(filename: str) -> str:
    """What stands behind the last dot, in lower case.

    >>> extension_of("a.tar.GZ"), extension_of("README")
    ('gz', '')
    """
    return filename.rpartition(".")[2].lower() if "." in filename else ""


def disposition_of(filename: str) -> str:
    """The Content-Disposition of a download (RFC 6266): in ASCII for the oldest, in UTF-8 for all others.

    >>> disposition_of('Ñandú "1".pdf')
    'attachment; filename="_and_ _1_.pdf"; filename*=UTF-8\\'\\'%C3%91and%C3%BA%20%221%22.pdf'
    """
    plain = "".join(char if " " <= char <= "~" and char not in '"\\%' else "_" for char in filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def known_ids(names: Iterable[str]) -> list[UUID]:
    """The ids that are spelled as storages spell them; whatever else lies there is not ours.

    >>> known_ids(["01890a5d-ac96-774b-bcce-b302099a8057", "lost+found", "01890a5dac96774bbcceb302099a8057"])
    [UUID('01890a5d-ac96-774b-bcce-b302099a8057')]
    """
    return [UUID(name) for name in names if _OURS.fullmatch(name)]
