"""The Asterisk modules the line needs, and what an older build cannot do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ivr.core.errors import AsteriskError
from ivr.core.language import Text

# In the order they are loaded; app_mixmonitor wants func_periodic_hook, and that the four before it.
REQUIRED = tuple(
    """
    res_timing_timerfd res_sorcery_config res_sorcery_memory res_sorcery_astdb
    res_pjproject res_pjsip res_pjsip_session res_pjsip_sdp_rtp
    res_pjsip_endpoint_identifier_user res_pjsip_endpoint_identifier_ip
    res_pjsip_endpoint_identifier_anonymous res_pjsip_registrar res_pjsip_authenticator_digest
    res_pjsip_pubsub res_pjsip_caller_id res_pjsip_nat res_pjsip_rfc3326 res_pjsip_dlg_options res_pjsip_refer
    res_pjsip_outbound_authenticator_digest res_pjsip_outbound_registration res_pjsip_header_funcs res_security_log
    res_srtp res_rtp_asterisk chan_pjsip
    bridge_simple bridge_softmix bridge_builtin_features bridge_builtin_interval_features
    codec_ulaw codec_alaw codec_a_mu codec_g722 codec_resample
    format_wav format_pcm format_sln
    res_musiconhold res_speech res_agi pbx_config
    func_channel func_callerid func_strings func_logic func_timeout func_hangupcause func_global func_math
    func_cut func_env func_groupcount func_uri app_chanspy func_periodic_hook
    app_stack app_exec app_verbose app_userevent app_playback app_record app_dial app_queue app_mixmonitor
    app_bridgeaddchan
    cel_custom
    """.split()  # noqa: SIM905  a word list reads better in columns
)
OPTIONAL = tuple(
    """
    bridge_native_rtp res_pjsip_logger func_db func_devstate func_pjsip_endpoint func_cdr
    app_playtones app_read app_echo res_cdrel_custom
    """.split()  # noqa: SIM905  a word list reads better in columns
)


@dataclass(frozen=True, slots=True)
class Modules:
    """Modules to load, by name without ``.so``."""

    required: tuple[str, ...]
    optional: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Features:
    """What this build of Asterisk can do that an older one cannot."""

    cel_json: bool
    event_filters_by_name: bool


def choose_modules(folder: Path) -> Modules:
    """The modules to load from ``folder``.

    Raises:
        AsteriskError: if the build lacks one that the line cannot do without.
    """
    there = {path.stem for path in folder.glob("*.so")}
    missing = [name for name in REQUIRED if name not in there]
    if missing:
        raise AsteriskError(
            Text(
                f"this Asterisk lacks {', '.join(missing)} ({folder})",
                f"此 Asterisk 缺少 {'、'.join(missing)}（{folder}）",
            ),
            cure=Text("install Asterisk with its standard modules", "请安装带标准模块的 Asterisk"),
        )
    return Modules(REQUIRED, tuple(name for name in OPTIONAL if name in there))


def features(version: str, modules: Modules) -> Features:
    """What Asterisk ``version`` can do; filters by event name came with 20.11, 21.6 and 22.1."""
    numbers = tuple(int(part) for part in version.split("."))
    since = {20: (20, 11), 21: (21, 6)}.get(numbers[0], (22, 1))
    return Features(cel_json="res_cdrel_custom" in modules.optional, event_filters_by_name=numbers >= since)


__all__ = ["OPTIONAL", "REQUIRED", "Features", "Modules", "choose_modules", "features"]
