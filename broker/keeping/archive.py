"""A ledger as one file: a zip of one text file a table and a manifest that vouches for all of them.

Each row is a line of JSON, a list in the order of the manifest's columns; bytes are in base64.  So
an archive can be read without us, and either database's can be restored into the other.  It holds
readers' names and machines' keys: the file is its owner's alone, and belongs where such things are.

    inbox.jsonl      [1,3,1,"session",1,60000,0,0,1795000060000,"6f…","c3…","eyJ…"]
    …
    manifest.json    format, migrations, when, and of each table: columns, rows, SHA-256
    (zip comment)    SHA-256 of manifest.json
"""

import base64
import os
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

FORMAT = "shugui ledger 1"
MANIFEST = "manifest.json"
ROWS_A_STEP = 2000
COMPRESSION = 3  # Text of this kind gets hardly smaller above, and takes twice the time.
CHUNK_SIZE = 1 << 20

Row = Sequence[Any]
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(list[Any])


class ArchiveError(Exception):
    """The file is no whole archive.  The message says what is wrong with it."""


class Contents(msgspec.Struct, frozen=True):
    """One table: `binary` are the columns whose values are bytes."""

    name: str
    columns: list[str]
    binary: list[str]
    rows: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """`migrations` are the heads that the ledger had; `made_ms` is when its picture was taken."""

    format: str
    migrations: list[str]
    database: str
    made_ms: int
    tables: list[Contents]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)


class Writer:
    """Writes an archive beside its place; `finish` puts it there whole, or it is not there."""

    def __init__(self, path: Path) -> None:
        """Raises ArchiveError when there is a file already: a backup is never overwritten."""
        if path.exists():
            raise ArchiveError(f"{path} is there already")
        self._path = path
        self._part = path.with_name(path.name + ".part")
        descriptor = os.open(self._part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(descriptor, "w+b")
        self._zip = zipfile.ZipFile(
            self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION
        )
        self._tables: list[Contents] = []

    def table(
        self, name: str, columns: list[str], binary: list[str], rows: Iterable[Sequence[Row]]
    ) -> None:
        """Add a table; its rows come in groups of any size."""
        digest, count = sha256(), 0
        with self._zip.open(f"{name}.jsonl", "w", force_zip64=True) as out:
            for group in rows:
                text = _encoder.encode_lines([list(row) for row in group])
                digest.update(text)
                out.write(text)
                count += len(group)
        self._tables.append(Contents(name, columns, binary, count, digest.hexdigest()))

    def finish(self, *, migrations: list[str], database: str, made_ms: int) -> Manifest:
        """End the archive and put it into its place, synced to the disk."""
        manifest = Manifest(FORMAT, migrations, database, made_ms, self._tables)
        text = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        self._zip.writestr(MANIFEST, text)
        self._zip.comment = sha256(text).hexdigest().encode()
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._part.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
        return manifest

    def abandon(self) -> None:
        """Leave nothing behind; does nothing after `finish`."""
        if not self._file.closed:
            self._zip.close()
            self._file.close()
            self._part.unlink(missing_ok=True)


class Archive:
    """A file that was opened and vouched for; `rows` yields what a table held."""

    def __init__(self, path: Path) -> None:
        """Read and check the whole file; raises ArchiveError when anything in it is not as made."""
        try:
            self._zip = zipfile.ZipFile(path)
            text = self._zip.read(MANIFEST)
            if sha256(text).hexdigest().encode() != self._zip.comment:
                raise ArchiveError(f"{path}: its manifest was changed")
            self.manifest = msgspec.json.decode(text, type=Manifest)
            if self.manifest.format != FORMAT:
                raise ArchiveError(f"{path} is of format {self.manifest.format}, not {FORMAT}")
            for table in self.manifest.tables:
                if self._sum(table.name) != table.sha256:
                    raise ArchiveError(f"{path}: table {table.name} was changed")
        except (OSError, KeyError, ValueError, zipfile.BadZipFile, msgspec.MsgspecError) as error:
            raise ArchiveError(f"{path} is no whole archive: {error}") from error

    def rows(self, table: Contents) -> Iterator[list[list[Any]]]:
        """Yield a table's rows in groups, bytes as bytes."""
        binary = [table.columns.index(name) for name in table.binary]
        with self._zip.open(f"{table.name}.jsonl") as lines:
            group: list[list[Any]] = []
            for line in lines:
                row = _decoder.decode(line)
                for number in binary:
                    if row[number] is not None:
                        row[number] = base64.b64decode(row[number])
                group.append(row)
                if len(group) == ROWS_A_STEP:
                    yield group
                    group = []
            if group:
                yield group

    def close(self) -> None:
        self._zip.close()

    def _sum(self, name: str) -> str:
        digest = sha256()
        with self._zip.open(f"{name}.jsonl") as file:
            while chunk := file.read(CHUNK_SIZE):
                digest.update(chunk)
        return digest.hexdigest()
