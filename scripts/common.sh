# shellcheck shell=bash
# Sourced by the commands in this folder: words in two languages, and the Python environment.
set -euo pipefail
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv=${IVR_VENV:-$project/.venv}
lock=$project/requirements.lock
PATH=${PATH:-/usr/local/bin:/usr/bin:/bin}

case ${IVR_LANG:-${LC_ALL:-${LANG:-en}}} in zh*) tongue=zh ;; *) tongue=en ;; esac

# say "English" "中文": one line for people.
say() { if [ "$tongue" = zh ]; then printf '%s\n' "$2"; else printf '%s\n' "$1"; fi; }

# fail "English" "中文": the reason, in red where there are colours, and exit 3.
fail() {
    local text
    text=$(say "$1" "$2")
    if [ -t 2 ]; then printf '\033[31m%s\033[0m\n' "$text" >&2; else printf '%s\n' "$text" >&2; fi
    exit 3
}

# bar DONE TOTAL LABEL: a progress bar on a terminal; elsewhere one line per tenth.
bar_shown=-1
bar() {
    local total=$(($2 > 0 ? $2 : 1)) done=$1 filled
    [ "$done" -gt "$total" ] && done=$total
    filled=$((done * 30 / total))
    if [ -t 1 ]; then
        printf '\r  [%s%s] %3d%% %-40.40s' "$(printf '%*s' "$filled" '' | tr ' ' '#')" \
            "$(printf '%*s' $((30 - filled)) '' | tr ' ' '.')" $((done * 100 / total)) "$3"
    elif [ $((filled / 6)) -ne "$bar_shown" ]; then
        bar_shown=$((filled / 6))
        printf '  %3d%% %s\n' $((done * 100 / total)) "$3"
    fi
}
bar_end() { if [ -t 1 ]; then printf '\n'; fi; bar_shown=-1; }

find_python() {
    local name
    for name in ${IVR_PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys, venv; raise SystemExit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            command -v "$name"
            return
        fi
    done
    fail "No Python 3.11 or newer was found. Cure: apt-get install python3, or set IVR_PYTHON to one." \
        "未找到 Python 3.11 或更新版本。请执行 apt-get install python3，或将 IVR_PYTHON 设为其路径。"
}

# pip for machines whose Python comes without it: Debian's own pip wheel, fetched and unpacked
# without root and without touching the host.
pip_wheel() {
    local apt=$1 sources
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/out"
    sources="-o Dir::State=$apt -o Dir::State::Lists=$apt/lists -o Dir::Cache=$apt/cache
             -o Debug::NoLocking=1 -o APT::Sandbox::User="
    # shellcheck disable=SC2086  # the options are words
    if [ ! -e /var/lib/apt/lists ] || ! (cd "$apt/out" && apt-get -qq download python3-pip-whl) >/dev/null 2>&1; then
        apt-get -qq $sources update >/dev/null 2>&1 || true
        (cd "$apt/out" && apt-get -qq $sources download python3-pip-whl >/dev/null 2>&1) || return 1
    fi
    dpkg-deb -x "$apt"/out/python3-pip-whl_*.deb "$apt/out/root" || return 1
    ls "$apt"/out/root/usr/share/python-wheels/pip-*.whl
}

# venv_ready: the environment from the hash-pinned lock file; made anew whenever the lock changes.
venv_ready() {
    local python stamp want total count=0 line scratch wheel
    python=$(find_python)
    want=$(cat "$lock" "$project/pyproject.toml" | sha256sum | cut -c1-16)-$("$python" -c 'import sys; print(sys.version.split()[0])')
    stamp=$venv/.complete
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ]; then
        say "Python environment: ready" "Python 环境：就绪"
        return
    fi
    say "Python environment: building ($("$python" --version 2>&1))" "Python 环境：正在建立（$("$python" --version 2>&1)）"
    rm -rf "$venv"
    trap 'rm -rf "$venv"' EXIT
    trap 'exit 130' INT TERM
    scratch=$(mktemp -d)
    if ! "$python" -m venv "$venv" >"$scratch/log" 2>&1; then
        rm -rf "$venv"
        "$python" -m venv --without-pip "$venv" >>"$scratch/log" 2>&1 ||
            fail "venv failed: $(tail -n 1 "$scratch/log"). Cure: apt-get install python3-venv." \
                "venv 失败：$(tail -n 1 "$scratch/log")。请执行 apt-get install python3-venv。"
        wheel=$(pip_wheel "$scratch/apt") ||
            fail "This Python has no pip and none could be fetched. Cure: apt-get install python3-venv." \
                "此 Python 没有 pip，也无法获取。请执行 apt-get install python3-venv。"
        "$venv/bin/python" "$wheel/pip" --disable-pip-version-check -q install --no-index "$wheel" >>"$scratch/log" 2>&1 ||
            fail "pip could not be set up: $(tail -n 1 "$scratch/log")" "pip 安装失败：$(tail -n 1 "$scratch/log")"
    fi
    total=$(grep -cE '^[a-z0-9._-]+==' "$lock")
    # Hashes are of everything that is downloaded; "Collecting" counts what has been found so far.
    while IFS= read -r line; do
        printf '%s\n' "$line" >>"$scratch/log"
        case $line in
            *Collecting*) count=$((count + 1)); bar "$count" "$total" "${line##*Collecting }" ;;
            *"Installing collected"*) bar "$total" "$total" "installing" ;;
        esac
    done < <("$venv/bin/python" -m pip --disable-pip-version-check install --progress-bar off --require-hashes \
        -r "$lock" 2>&1 || echo "pip-failed")
    bar_end
    if grep -q '^pip-failed$' "$scratch/log"; then
        grep -E 'ERROR|error' "$scratch/log" | tail -n 3 >&2 || true
        fail "The packages of requirements.lock could not be installed. Cure: check the network and run this again." \
            "无法安装 requirements.lock 中的软件包。请检查网络后重试。"
    fi
    "$venv/bin/python" -m pip --disable-pip-version-check -q install --no-deps --no-build-isolation -e "$project" \
        >>"$scratch/log" 2>&1 || fail "The project could not be installed: $(tail -n 1 "$scratch/log")" \
        "项目安装失败：$(tail -n 1 "$scratch/log")"
    printf '%s' "$want" >"$stamp"
    rm -rf "$scratch"
    trap - EXIT INT TERM
    say "Python environment: ready" "Python 环境：就绪"
}
