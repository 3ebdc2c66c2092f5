"""Bundles as they are made: what machines would refuse is refused here already."""

from pathlib import Path

import pytest

from broker.updates import making

FILES = {"bookcase_fw/app.mpy": b"code" * 100, "board.mpy": b"wiring"}


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "update.key"
    making.make_key(path)
    return path


def made(**other: str) -> bytes:
    return making.build(FILES, **{"kind": "firmware", "version": "1.2.3", "least": "1.0.0"} | other)


def believed(data: bytes, modulus: str) -> bool:
    try:
        return making.genuine(data, modulus)
    except making.MakingError:
        return False


def test_what_was_built_is_read_and_what_was_signed_is_genuine(key: Path) -> None:
    data = making.sign(made(), key)

    found = making.read(data)
    assert (found.kind, found.version, found.device, found.signed) == (
        "firmware",
        "1.2.3",
        "*",
        True,
    )
    assert making.genuine(data, making.modulus(key))
    assert not making.genuine(made(), making.modulus(key))


@pytest.mark.parametrize("place", [7, 300, -1])
def test_no_byte_can_be_changed_unseen(key: Path, place: int) -> None:
    data = bytearray(making.sign(made(), key))
    data[place] ^= 1

    assert not believed(bytes(data), making.modulus(key))


@pytest.mark.parametrize("wrong", [{"version": "1.x"}, {"kind": "photos"}, {"device": "a b"}])
def test_what_no_machine_would_understand_is_not_built(wrong: dict[str, str]) -> None:
    with pytest.raises(making.MakingError):
        made(**wrong)


@pytest.mark.parametrize("data", [b"", b"shugui", b"\n" * 1000, b"x y 0\n" + bytes(384)])
def test_what_is_no_bundle_is_refused(data: bytes) -> None:
    with pytest.raises(making.MakingError):
        making.read(data)


def test_keys_do_not_travel_in_a_configuration(tmp_path: Path) -> None:
    path = tmp_path / "changes.json"
    path.write_text('{"capacity": 9, "district_key": "00"}')

    with pytest.raises(making.MakingError, match="district_key"):
        making.of_config(path)


def test_a_key_is_never_made_over_another(key: Path) -> None:
    with pytest.raises(making.MakingError, match="exists"):
        making.make_key(key)
