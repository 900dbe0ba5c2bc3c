"""Where Vosk models are, and their explicit installation; nothing is ever downloaded by itself.

A model is looked for in this order: the configured path, the models that ``ivr model install`` fetched,
installed packages named ``vosk_model_*``.
"""

from __future__ import annotations

import errno
import hashlib
import importlib.util
import pkgutil
import re
import shutil
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from ivr.core.errors import SetupError, UsageError
from ivr.core.language import Text
from ivr.core.settings import Settings

Progress = Callable[[int, int], None]

BASE_URL = "https://alphacephei.com/vosk/models"
LIMIT = 4 * 1024**3  # bytes of an archive, and of what it unpacks to
_MEMBERS = 10_000
_TIMEOUT = httpx.Timeout(30.0)
_ADDRESS = Text("check the address", "请检查下载地址")
_SPACE = Text("free some disk space", "请腾出磁盘空间")
_DEADLINE = 4 * 3600.0  # seconds for a whole download
_LEFT_OVER = 24 * 3600.0  # seconds after which an unfinished folder is nobody's any more


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that can be installed.

    Args:
        name: its name at the source.
        language: language of the site it serves.
        sha256: checksum of the archive; ``""`` when the project has not pinned one, then it must be given.
    """

    name: str
    language: str
    sha256: str = ""


# The archives' publisher gives no SHA-256 beside them; whoever installs one states the checksum he trusts.
OFFERS = (
    Offer("vosk-model-small-cn-0.22", "zh-CN"),
    Offer("vosk-model-cn-0.22", "zh-CN"),
    Offer("vosk-model-small-en-us-0.15", "en-US"),
    Offer("vosk-model-en-us-0.22", "en-US"),
    Offer("vosk-model-small-ko-0.22", "ko-KR"),
)

_UNFINISHED = ".model-"

_LANGUAGES = {"cn": "zh-CN", "zh": "zh-CN", "en": "en-US", "ko": "ko-KR"}


@dataclass(frozen=True, slots=True)
class Model:
    """A Vosk model on this machine."""

    name: str
    language: str
    folder: Path
    source: str  # configured | installed | package


def language_of(name: str) -> str:
    """The language a model's name tells, ``""`` when it tells none."""
    for part in re.split(r"[-_.]", name.lower()):
        if part in _LANGUAGES:
            return _LANGUAGES[part]
    return ""


def is_model(folder: Path) -> bool:
    """Whether ``folder`` holds a Vosk model: an acoustic model and its configuration."""
    return (folder / "am" / "final.mdl").is_file() or (folder / "final.mdl").is_file()


def find_models(settings: Settings) -> list[Model]:
    """All models on this machine, the one that comes first in the order of search first.

    Raises:
        SetupError: if the configured path holds no model.
    """
    found: list[Model] = []
    if settings.vosk_model is not None:
        if not is_model(settings.vosk_model):
            raise SetupError(
                Text(f"no Vosk model in {settings.vosk_model}", f"{settings.vosk_model} 中没有 Vosk 模型"),
                cure=Text("set IVR_VOSK_MODEL to a model's folder", "请将 IVR_VOSK_MODEL 设为模型所在目录"),
            )
        name = settings.vosk_model.resolve().name
        found.append(Model(name, language_of(name), settings.vosk_model, "configured"))
    if settings.models.is_dir():
        for folder in sorted(settings.models.iterdir()):
            if is_model(folder):
                found.append(Model(folder.name, language_of(folder.name), folder, "installed"))
    found.extend(_packaged())
    return found


def find_model(settings: Settings, language: str) -> Model:
    """The model for a language.

    Raises:
        SetupError: if there is none, with the command that installs one.
    """
    for model in find_models(settings):
        if model.language == language or (model.source == "configured" and not model.language):
            return model
    name = next((offer.name for offer in OFFERS if offer.language == language), "NAME")
    raise SetupError(
        Text(f"no Vosk model for {language}", f"没有 {language} 的 Vosk 模型"),
        cure=Text(
            f"ivr model install {name} --sha256 SUM, or set IVR_VOSK_MODEL",
            f"请运行 ivr model install {name} --sha256 SUM，或设置 IVR_VOSK_MODEL",
        ),
    )


def _packaged() -> Iterator[Model]:
    for module in pkgutil.iter_modules():
        if not module.name.startswith("vosk_model_"):
            continue
        spec = importlib.util.find_spec(module.name)
        for place in spec.submodule_search_locations or [] if spec else []:
            folder = _folder_within(Path(place))
            if folder is not None:
                yield Model(module.name.replace("_", "-"), language_of(module.name), folder, "package")


def _folder_within(root: Path) -> Path | None:
    if is_model(root):
        return root
    return next((path for path in sorted(root.glob("*")) + sorted(root.glob("*/*")) if is_model(path)), None)


def install(
    settings: Settings,
    name: str,
    *,
    url: str = "",
    sha256: str = "",
    progress: Progress = lambda done, total: None,
    limit: int = LIMIT,
) -> Model:
    """Fetch a model, check it, unpack it; complete or not at all.

    Args:
        name: name of the model, also its folder.
        url: address of the zip archive; the publisher's by default.
        sha256: checksum of the archive.
        progress: told bytes so far and in all (0 when not known).
        limit: most bytes of the archive, and of what it unpacks to.

    Raises:
        UsageError: if the name is none, or no checksum is known.
        SetupError: if it cannot be fetched, does not match the checksum, or holds no model.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name):
        raise UsageError(
            Text(f"not the name of a model: {name!r:.80}", f"不是模型名称：{name!r:.80}"),
            cure=Text("ivr model list shows those on offer", "用 ivr model list 查看可安装的模型"),
        )
    target = settings.models / name
    if is_model(target):
        return Model(name, language_of(name), target, "installed")
    expected = (sha256 or next((offer.sha256 for offer in OFFERS if offer.name == name), "")).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", expected):
        wrong = Text(f"not a SHA-256: {sha256!r:.80}", f"不是 SHA-256：{sha256!r:.80}")
        unknown = Text(f"no SHA-256 is known for {name}", f"没有 {name} 的 SHA-256")
        raise UsageError(
            wrong if sha256 else unknown,
            cure=Text("give the one you trust with --sha256", "请用 --sha256 给出您信任的值"),
        )
    try:
        settings.models.mkdir(parents=True, exist_ok=True)
        _sweep(settings.models)
        work = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=settings.models))
    except OSError as error:
        raise SetupError(
            f"{settings.models}: {error.strerror}",
            cure=Text("set IVR_CACHE to a folder of yours", "请将 IVR_CACHE 设为可写目录"),
        ) from error
    try:
        archive = work / "model.zip"
        found = _fetch(url or f"{BASE_URL}/{name}.zip", archive, progress, limit)
        if found != expected:
            raise SetupError(
                Text(
                    f"{name}: the archive's SHA-256 is {found}, not {expected}",
                    f"{name}：压缩包的 SHA-256 是 {found}，而不是 {expected}",
                ),
                cure=Text(
                    "the download is damaged or not what you expect; nothing was installed",
                    "下载已损坏或并非预期文件；未作任何安装",
                ),
            )
        folder = _unpack(archive, work / "unpacked", limit)
        if target.exists() or target.is_symlink():
            target.rename(work / "replaced")
        folder.rename(target)
    except OSError as error:
        raise SetupError(
            f"{target}: {error.strerror}", cure=Text("look at that folder and the disk", "请检查该目录和磁盘")
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Model(name, language_of(name), target, "installed")


def _sweep(folder: Path) -> None:
    """Take away what installations left that were killed."""
    for left in folder.glob(f"{_UNFINISHED}*"):
        if time.time() - left.stat().st_mtime > _LEFT_OVER:
            shutil.rmtree(left, ignore_errors=True)


def _fetch(url: str, target: Path, progress: Progress, limit: int) -> str:
    digest = hashlib.sha256()
    done = 0
    end = time.monotonic() + _DEADLINE
    try:
        with (
            httpx.stream("GET", url, follow_redirects=True, timeout=_TIMEOUT) as answer,
            target.open("wb") as file,
        ):
            answer.raise_for_status()
            total = int(answer.headers.get("content-length", 0))
            for block in answer.iter_bytes(1 << 18):
                done += len(block)
                if done > limit:
                    raise SetupError(
                        Text(f"{url}: larger than {limit >> 20} MB", f"{url}：超过 {limit >> 20} MB"), cure=_ADDRESS
                    )
                if time.monotonic() > end:
                    raise SetupError(
                        Text(
                            f"{url}: not complete after {_DEADLINE / 3600:g} hours",
                            f"{url}：{_DEADLINE / 3600:g} 小时内未下载完",
                        ),
                        cure=Text("try another network", "请更换网络后重试"),
                    )
                digest.update(block)
                file.write(block)
                progress(done, total)
    except httpx.HTTPStatusError as error:
        raise SetupError(
            f"{url}: HTTP {error.response.status_code}",
            cure=Text("check the name, or give --url", "请检查名称，或用 --url 指定地址"),
        ) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SetupError(
            f"{url}: {error or type(error).__name__}",
            cure=Text(
                "check the network, or unpack the model yourself and set IVR_VOSK_MODEL",
                "请检查网络，或自行解压模型并设置 IVR_VOSK_MODEL",
            ),
        ) from error
    except OSError as error:
        raise SetupError(f"{target.parent}: {error.strerror}", cure=_SPACE) from error
    return digest.hexdigest()


def _unpack(archive: Path, target: Path, limit: int) -> Path:
    try:
        with zipfile.ZipFile(archive) as packed:
            members = packed.infolist()
            size = sum(member.file_size for member in members)  # no member gives more bytes than it states
            if size > limit or len(members) > _MEMBERS:
                raise SetupError(
                    Text(
                        f"the archive unpacks to {size >> 20} MB in {len(members)} files",
                        f"压缩包解压后有 {size >> 20} MB、{len(members)} 个文件，过大",
                    ),
                    cure=_ADDRESS,
                )
            packed.extractall(target)  # absolute paths and .. are dropped by zipfile
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError) as error:
        # RuntimeError: encrypted, or a compression that Python does not know
        raise SetupError(
            Text(f"the archive is not a usable zip file: {error}", f"压缩包不是可用的 zip 文件：{error}"), cure=_ADDRESS
        ) from error
    except OSError as error:
        cure = _SPACE if error.errno == errno.ENOSPC else _ADDRESS
        raise SetupError(
            Text(f"the archive cannot be unpacked: {error.strerror}", f"无法解压：{error.strerror}"), cure=cure
        ) from error
    folder = _folder_within(target)
    if folder is None:
        raise SetupError(Text("the archive holds no Vosk model", "压缩包中没有 Vosk 模型"), cure=_ADDRESS)
    return folder
