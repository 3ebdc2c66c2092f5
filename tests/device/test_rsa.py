"""RSA signatures: OpenSSL's own is right; with one bit or any other padding it is not."""

import hashlib

from bookcase_fw import rsa

TEXT = b"a manifest\n"
# openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072; its modulus, and what
# openssl dgst -sha256 -sign made of TEXT.
MODULUS = bytes.fromhex(
    "8c91ed1373f6bbd7a84d4297ad1f52a78bc1b50efdc82d4aa41eab95636ff2f087ecdec593a9cfb451e3ded0"
    "e55c50c0ec9108c44a9687d7a247cd8869a1e9dfb2fc6b6395c1cfb23e0de2bf401e2ed9a97d60e738f9d80b"
    "dadb462f8122ab7442dc89978ccc04c3d52b4626c841a93773b3b955d5e8e27465ca941c9bb1910efe2b6f1e"
    "8ae530909626c5426db74d4a1c6d4973605cb7e104041e6b354b1d345013068d1f48c13fefede4119abde44a"
    "c25b73c882990b7cd6a7b59a860bc471ace1d49820c88228684021778f9435c0f7263857351845b721378feb"
    "f51dc4531519ef4f99b08f961af1efae3f1e17b4bed97dabf35cf9bade6044ba43f1326f8b5b0650bb88e04f"
    "45a6e1dde1c62316556f963ca84c67ba0564d8cdf22fb98eb1274fb07c948babb400f95ef64636818bea3b5d"
    "f55b4d56ccd196e2e6e79027c3f638b918c5d1e4e3d4dadfeb74d604499749e9877f31dc3ceb121120975a25"
    "99e6fac7186c35153b9d2f6bea9464ac8571141ed4c36309bccb1b6ccd55636f"
)
SIGNATURE = bytes.fromhex(
    "38f18d3e305829e92c67feea9d919562734365c5224a88ad968825ffc1f02d514fdcea2b76d878883ca8355c"
    "986cf06f1dbae1caa95771de3b5001d1b287041df3037a2fbe175d077128e7ff4e3f2df1296bfe424af6ea11"
    "37d533d2be08c9f31b64d4273aedee2ed131fd44bf616cd3f3fa83d4a71de67955ca7f073f73b96ee5c3f604"
    "79f325e9022dbd268b23c4530b3058a9d4e907729ea2b385133d87101385890975a3a479e28425e3254aeac9"
    "f56ffaa7372ddd4760ba7a8651f516034fe154a6e1c4fa37336563fe3b54c7bd9417476758286490bd5525fe"
    "c0abb44f8ce5154864a9aa0cf12e9fbd5c516ec4c40c47e9c5ab1ac35ac19c37c5b602527529f4d02e435e5a"
    "b054a0fc6fc3cc0aeea26fe7131ae466c24c090e251ad28bcb37bfc93bb135f49068f4423767583a200ad448"
    "510061dee7b9f306e3c5c64e023b9b01bda95dbdd850f53bdac69a6974a1e6f2841d0cd031f854207a0a081c"
    "26f7d62c53562636a91064d51237d649afb6ccd5dbcd75e99d8bca0e3293e89a"
)
# Made with the same key by `pow`: what it signed is no block of RFC 8017, section 9.2.
# fmt: off
WRONG = (
    # eight bytes of padding, then what a parser would take, then noughts (Bleichenbacher)
    bytes.fromhex(
        "88e015baa8e24ce9a9a87f9c56a789ecf556b532ea8ba20ee917deb1ca1ad6df80c1c978071a6a45dda46d6e"
        "e3552ffc883902bef1d8b14d5314c85619deff58ff76f6984bd180691255797fb26580649d1b0b79720aa33a"
        "5ae16bfb99558ca8084144817bdbfe8dd91231e6c577c21b4e75a1e4fba31f5b20565bd5728be747743b2ca1"
        "884fac363932f4898f5538e341dba68896791b404c1bac3eee8ddeccd3cd255f409ef2693ebdfefe8814a770"
        "3311f47d2e9119fb5205d6f325467dbcc49d527f7167f770fc14fd2350018bda4cdabf25c785aff439edec74"
        "d510f762fe75cee074908aedae924747baf8f85b26a3ec74634b6c3331ac730e60c8ce18c1e9532e529298bb"
        "b95b84027372f878a2d7d2645a3a10595f8bfec1263ea2b63002529afa3f276734872ffeb665331f7c1d2e42"
        "48030011cd5d2494ef7e2346340ee11e12b8175ae6bed81d637827c896830d7e7cd170108435454c7aadf60a"
        "26b0999b3e3dc4213aa98d530a3817a9a3af17b19cf0b4aed67c5175997bf6e8"
    ),
    # the algorithm without its NULL
    bytes.fromhex(
        "85b7b8052ea0ae593abc19df3127effe55627ae201627c452d8e5be5c278ed7e7ae9954b973c24213a8b9c16"
        "20a713a0f44423ab005ee52bee769ac6c416596a298c5a3d6a5d090f76103666723f6f83bad7045978128be5"
        "9dfdc0a103674463df954f33a253917031ae72217835d0a5c76de275a72206e475c11d1143d0f35a81f01c9d"
        "2537c50b295f2aa3b18d8df3f2e6aecd82a132c5cb26cd42943d73f65ca029616219cfbc6718aa4571e87f84"
        "b966be5c0a6fbfc29b0d8e71db05b1b1673e9ea97a648fac904f430d875822404bd55f069174d2b8dbc1651d"
        "bfeecb392fba25a7fe0e0eb053fce514fb00742d05d6aa84cfe13d767cc23276679129ebc086b364f1c53c8e"
        "85a4f883811334426d45e2ff9aed7a893b5df52fbad6e7c60e2764852257f4dc9fbe26813c3106250df4bf14"
        "b2d74ca335bd01df286e98059fe96b18e7b353f2af3340f4a260ff5cb7e519ee12e1b07596f0ada72b56487a"
        "9f907ca1ee44ac5b391561f3b2c782d9f5eb551fafc7549a0af16a61ae7dc248"
    ),
    # the block of an encryption
    bytes.fromhex(
        "3fc231c775818ed371edccbfddfe80a252296bcad33ff699a9835663d4c8bb6708ea0484b71d8b102a04f99f"
        "e5e150912014984f5f3deff990a773eebdc9d7fba5c62cf611a53896ed2d323e030ac75b813ebdccaee50acc"
        "e4db60f1a24ea837504a1394b9fa4364aca2201d2aa5b0a532333aa58d2bc2f45fef90fe59fb8e7e5baf216c"
        "adfac8c437709083d91330162587eefefab61819a475a7438b5964fe7141ffb551a817a188e1cc11d46e2d72"
        "f875d5db6ca1a96d12649b7787e71138808027b657fb4ebb1b460e47c4fab3f53590c790333aef3d5953f734"
        "7f3daff6ba69f35bef837b873c0f3c9d38a4cb3598c1fa6c47e96d20657885cd806b8a43346b4d38627bf2b4"
        "47f3e7511d1512afe89f2f485c2b8da35486033e8a58fe7f4b88ba9c7a7e4ec9797b1de4423674f3c68929a1"
        "c84b714d6e0708ec6749d0d4b9474e4f4e443dcc7b1444e5481e569b91f70f63b9e00d661eb044f6507709db"
        "9d11a585fc78e44dde7c08b19a9a05797f3b860a31f938365fa2ac490d2c3d01"
    ),
    # the digest without its algorithm
    bytes.fromhex(
        "45779f61b1ec07a6f72940902b0ade45973b913fa1bed6fdf9e27f290186b4051bd59134779070a24bade3b8"
        "39ff4d4f74cc5a87bdb5226a4cc0b78a50b81d4ac654899be6d432ded661e9ea0737aeddda8e15d5a4cb1b93"
        "d139ebade0217712fea12c5b83c8bcf70f859bc3b3cafbdade8136ed99994164737a315570bbed1155224c62"
        "71321f591a1af37f63f6623f6293d19a74d290fe6032aea07f5af234727ed6eb7617489502ee3b21b8bc138a"
        "21da4387ab4da77bcf291900b00cf0cc98a1e5fa1686aa4e5d7a805d4762ccc8d4834a923f49848d4c12b4bc"
        "a5daa11ad05b101948a538362355a12eebbe966a74d0e5594ea916a92f5716ad2d8e6cf4ff9be50a0d2084ac"
        "e1b33c0d39acbe7075a8ebbfa57d322772092b2633f09430e3ad3357492d07b7f282287a51761cf955038f73"
        "4dba0a8b98e3a14bd4d52a19760280415679da085b52a11669481851c1d035bb8a95242f43ae48fa907a6115"
        "07cc1204dc6b3d5accff763cdbd6d02f17d2373940acd892690b47ca44695bf0"
    ),
)
# fmt: on


def genuine(signature: bytes, text: bytes = TEXT, modulus: bytes = MODULUS) -> bool:
    return rsa.genuine(modulus, hashlib.sha256(text).digest(), signature)


def test_what_openssl_signed_is_genuine():
    assert genuine(SIGNATURE)


def test_another_text_is_not():
    assert not genuine(SIGNATURE, b"a manifesto\n")


def test_one_bit_anywhere_is_seen():
    for place in range(0, rsa.SIZE, 16):
        turned = bytearray(SIGNATURE)
        turned[place] ^= 1
        assert not genuine(bytes(turned)), place


def test_no_other_padding_is_taken():
    for signature in WRONG:
        assert not genuine(signature)


def test_what_has_not_the_size_is_refused_unread():
    assert not genuine(SIGNATURE[1:])
    assert not genuine(b"\0" + SIGNATURE)
    assert not genuine(SIGNATURE, modulus=b"")
    assert not genuine(SIGNATURE, modulus=MODULUS[:256])


def test_a_number_beyond_the_modulus_is_refused():
    """The same remainder, and yet not the signature."""
    beyond = int.from_bytes(SIGNATURE, "big") + int.from_bytes(MODULUS, "big")

    assert not genuine(beyond.to_bytes(rsa.SIZE, "big"))
