"""Changing who may open: the first keys, recipients added and removed, a new identity for this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ivr.core.errors import UsageError
from ivr.core.language import Text
from recording.vault.age import MOST_RECIPIENTS, Identity, recipient
from recording.vault.errors import KeysError
from recording.vault.keys import KeyFolder, Recipient, clean_name


@dataclass(frozen=True, slots=True)
class Made:
    """What the first keys are.

    Args:
        recipients: who may open from now on.
        escrow: the private key that is to be taken away from this machine; None if there is none to take.
    """

    recipients: tuple[Recipient, ...]
    escrow: Identity | None = None


def init(
    keys: KeyFolder,
    at: datetime,
    *,
    escrow: str = "",
    new_escrow: bool = True,
    others: Sequence[str] = (),
    identity: bool = True,
) -> Made:
    """Make the first keys. The escrow's private key is handed back and written nowhere.

    Args:
        escrow: public key of an escrow that exists.
        new_escrow: make an escrow when none was named.
        others: public keys of others who may open.
        identity: whether this machine is to have a private key; without one it only seals.

    Raises:
        UsageError: if there are keys already, a key is none, or nobody could open.
        KeysError: if the folder cannot be used.
    """
    if keys.recipients() or keys.identity_file.exists():
        raise UsageError(
            Text(f"there are keys already in {keys.folder}", f"{keys.folder} 中已有密钥"),
            cure=Text("for new ones: ivr keys rotate", "更换密钥请用：ivr keys rotate"),
        )
    day = f"{at:%Y-%m-%d}"
    people = [Recipient(recipient(key), "person", "", day) for key in others]
    guard = Identity.new() if new_escrow and not escrow else None
    if escrow or guard is not None:
        people.append(Recipient(guard.recipient if guard else recipient(escrow), "escrow", "escrow", day))
    own = Identity.new() if identity else None
    if own is not None:
        people.insert(0, Recipient(own.recipient, "machine", "", day))
    if not people:
        raise UsageError(
            Text("nobody could open what is sealed", "没有任何人能打开加密内容"),
            cure=Text("name at least one recipient: --to age1...", "请至少指定一个收件人：--to age1..."),
        )
    _check_count(people)
    if own is not None:
        keys.write_identity(own, at)  # first: what is sealed must never have been sealed to a key that was lost
    keys.write_recipients(people)
    return Made(tuple(people), guard)


def add(keys: KeyFolder, key: str, name: str, at: datetime, *, role: str = "person") -> Recipient:
    """Let somebody open what is sealed from now on.

    Raises:
        UsageError: if it is no public key, is one already, or there are too many.
        KeysError: if there are no keys yet.
    """
    before = _some(keys)
    found = Recipient(recipient(key), role, clean_name(name), f"{at:%Y-%m-%d}")
    if found.key in {one.key for one in before}:
        raise UsageError(
            Text(f"{found.key} is a recipient already", f"{found.key} 已经是收件人"),
            cure="ivr keys list",
        )
    _check_count([*before, found])
    keys.write_recipients([*before, found])
    return found


def remove(keys: KeyFolder, key: str, *, force: bool = False) -> Recipient:
    """Close what is sealed from now on to somebody; what was sealed before stays open to him until it is rewrapped.

    Args:
        key: the public key, its beginning of at least 12 characters, or the name.
        force: even if it is the last escrow, or this machine's own.

    Raises:
        UsageError: if nobody is meant, or more than one, or nobody would be left.
        KeysError: if there are no keys yet.
    """
    before = _some(keys)
    found = [one for one in before if key in {one.key, one.name} or (len(key) >= 12 and one.key.startswith(key))]
    if len(found) != 1:
        raise UsageError(
            Text(f"{len(found)} recipients are called {key[:80]!r}", f"名为 {key[:80]!r} 的收件人有 {len(found)} 个"),
            cure=Text("give the whole key: ivr keys list", "请给出完整公钥：ivr keys list"),
        )
    gone = found[0]
    left = [one for one in before if one != gone]
    if not left:
        raise UsageError(
            Text("nobody could open what is sealed", "没有任何人能打开加密内容"),
            cure=Text("add another recipient first: ivr keys add", "请先添加其他收件人：ivr keys add"),
        )
    last_escrow = gone.role == "escrow" and not any(one.role == "escrow" for one in left)
    if (last_escrow or gone.role == "machine") and not force:
        raise UsageError(
            Text(
                "without an escrow a lost machine means lost recordings"
                if last_escrow
                else "this machine could not open what it seals",
                "没有托管密钥时，机器丢失即录音丢失" if last_escrow else "本机将无法打开自己加密的内容",
            ),
            cure=Text("if that is meant: --force", "如确需如此：--force"),
        )
    keys.write_recipients(left)
    return gone


def rotate(keys: KeyFolder, at: datetime, borrowed: Sequence[Identity] = ()) -> Identity:
    """Put a new identity of this machine in force; the one before is kept among the retired to open what is old.

    Args:
        borrowed: somebody else's identity, who is a recipient: where this machine has lost its own, the new one
            takes the place of the lost one.

    Raises:
        KeysError: if there are no keys yet, or this machine has no identity.
    """
    before = _some(keys)
    olds = {identity.recipient for identity in keys.identities()}
    if not keys.identity_file.exists() and {one.recipient for one in borrowed} & {one.key for one in before}:
        olds = {one.key for one in before if one.role == "machine"}
    elif not keys.identity_file.exists():
        raise KeysError(
            Text("this machine has no identity: it only seals", "本机没有身份密钥：只能加密"),
            cure=Text("rotate where the identity is, then add and remove its key here", "请在持有身份密钥的机器上轮换"),
        )
    fresh = Identity.new()
    place = next((number for number, one in enumerate(before) if one.key in olds), len(before))
    mine = Recipient(fresh.recipient, "machine", "", f"{at:%Y-%m-%d}")
    if place < len(before):
        mine = replace(mine, name=before[place].name)
    left = [one for one in before if one.key not in olds]
    _check_count([*left, mine])
    keys.write_identity(fresh, at)
    keys.write_recipients([*left[:place], mine, *left[place:]])
    return fresh


def _some(keys: KeyFolder) -> list[Recipient]:
    found = keys.recipients()
    if not found:
        raise KeysError(
            Text(f"no keys in {keys.folder}", f"{keys.folder} 中没有密钥"),
            cure=Text("make them: ivr keys init", "请先创建：ivr keys init"),
        )
    return found


def _check_count(people: Sequence[Recipient]) -> None:
    if len(people) > MOST_RECIPIENTS:
        raise UsageError(
            Text(f"at most {MOST_RECIPIENTS} recipients", f"收件人最多 {MOST_RECIPIENTS} 个"),
            cure=Text("remove some: ivr keys remove", "请移除一些：ivr keys remove"),
        )


__all__ = ["Made", "add", "init", "remove", "rotate"]
