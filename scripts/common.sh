# shellcheck shell=bash
# Sourced by the commands in this folder: words in two languages, children that are never left behind, and the
# Python environment.
set -euo pipefail
PATH=${PATH:-/usr/local/bin:/usr/bin:/bin}
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv=${IVR_VENV:-$project/.venv}
case $venv in /*) ;; *) venv=$PWD/$venv ;; esac
lock=$project/requirements.lock
exec 7>&1 8>&2 # for the last word, wherever the step under way writes to
# What would send packages elsewhere, or bring others in.
unset PYTHONHOME PYTHONPATH PIP_TARGET PIP_PREFIX PIP_ROOT PIP_USER

tongue=${IVR_LANG:-${LC_ALL:-${LC_MESSAGES:-${LANG:-en}}}}
case ${tongue,,} in zh*) tongue=zh ;; *) tongue=en ;; esac

# say "English" "中文": one line for people.
say() { if [ "$tongue" = zh ]; then printf '%s\n' "$2"; else printf '%s\n' "$1"; fi; }

# fail "English" "中文": the reason, in red where there are colours, and exit 3.
fail() {
    local text
    text=$(say "$1" "$2")
    if [ -t 2 ]; then printf '\033[31m%s\033[0m\n' "$text" >&2; else printf '%s\n' "$text" >&2; fi
    exit 3
}

# bar DONE TOTAL LABEL: a progress bar on a terminal; elsewhere one line per fifth.
bar_shown=-1
bar() {
    local total=$(($2 > 0 ? $2 : 1)) done=$1 filled
    [ "$done" -gt "$total" ] && done=$total
    filled=$((done * 30 / total))
    if [ -t 1 ]; then
        bar_shown=$filled
        printf '\r  [%s%s] %3d%% %-40.40s' "$(printf '%*s' "$filled" '' | tr ' ' '#')" \
            "$(printf '%*s' $((30 - filled)) '' | tr ' ' '.')" $((done * 100 / total)) "$3"
    elif [ $((filled / 6)) -gt "$bar_shown" ]; then
        bar_shown=$((filled / 6))
        printf '  %3d%% %s\n' $((done * 100 / total)) "$3"
    fi
}
bar_end() {
    if [ -t 1 ] && [ "$bar_shown" != -1 ]; then printf '\n'; fi
    bar_shown=-1
}

# begin SECONDS COMMAND...: starts it in a process group of its own, which ends with us and has a time limit.
# The shell gives what runs in the background no Ctrl-C, so that is given back; temporary files go where we tidy up.
begin() {
    local limit=$1
    shift
    env --default-signal=INT,QUIT ${scratch:+"TMPDIR=$scratch"} setsid timeout --foreground -s INT -k 30 "$limit" "$@" </dev/null 7>&- 8>&- 9>&- &
}

# attend SECONDS COMMAND...: the same, and waits; its exit code, 124 when it took too long.
attend() {
    begin "$@"
    wait "$!"
}

scratch=""    # our own folder for temporary files
half_built="" # what must not stay unless it is finished

need_scratch() {
    [ -n "$scratch" ] || scratch=$(mktemp -d 2>/dev/null) ||
        fail "${TMPDIR:-/tmp} cannot be written. Cure: set TMPDIR to a folder of yours." \
            "${TMPDIR:-/tmp} 不可写。请将 TMPDIR 设为可写目录。"
}

clean_up() {
    if [ -n "$half_built" ]; then rm -rf -- "$half_built"; fi
    if [ -n "$scratch" ]; then rm -rf -- "$scratch"; fi
}

# stop: Ctrl-C, or whoever ends us: what is under way gets one Ctrl-C (two would cut its tidying short) and 30 seconds.
stop() {
    trap '' INT TERM HUP
    local group tries=0
    for group in $(jobs -pr); do
        kill -INT "$group" 2>/dev/null || true
        while kill -0 "$group" 2>/dev/null && [ $((tries += 1)) -lt 300 ]; do sleep 0.1; done
        kill -KILL -- "-$group" 2>/dev/null || true # what it has left behind
        wait "$group" 2>/dev/null || true
    done
    bar_end >&7
    say "stopped" "已停止" >&8
    exit 130
}
trap clean_up EXIT
trap stop INT TERM HUP

find_python() {
    local name
    for name in ${IVR_PYTHON:-python3 python3.13 python3.12 python3.11 python3.14}; do
        if "$name" -c 'import sqlite3, ssl, sys, venv; raise SystemExit(sys.version_info < (3, 11))' \
            >/dev/null 2>&1; then
            command -v "$name"
            return
        fi
    done
    if [ -n "${IVR_PYTHON:-}" ]; then
        fail "IVR_PYTHON: $IVR_PYTHON is no Python 3.11 or newer with sqlite3 and ssl. Cure: name another, or unset it." \
            "IVR_PYTHON：$IVR_PYTHON 不是带 sqlite3 与 ssl 的 Python 3.11 或更新版本。请另行指定或取消设置。"
    fi
    fail "No Python 3.11 or newer was found. Cure: apt-get install python3, or set IVR_PYTHON to one." \
        "未找到 Python 3.11 或更新版本。请执行 apt-get install python3，或将 IVR_PYTHON 设为其路径。"
}

# pip for machines whose Python comes without it: Debian's own pip wheel, fetched and unpacked without root and
# without touching the host. Sets pip_wheel.
fetch_pip() {
    local apt=$scratch/apt options
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/out"
    : >"$apt/status"
    options=(-qq -o "Dir::Cache=$apt/cache" -o Debug::NoLocking=1 -o APT::Sandbox::User= -o Acquire::Retries=3)
    cd "$apt/out"
    if ! attend 120 apt-get "${options[@]}" download python3-pip-whl >>"$scratch/log" 2>&1; then
        options+=(-o "Dir::State=$apt" -o "Dir::State::Lists=$apt/lists" -o "Dir::State::status=$apt/status")
        attend 300 apt-get "${options[@]}" update >>"$scratch/log" 2>&1 || true
        attend 120 apt-get "${options[@]}" download python3-pip-whl >>"$scratch/log" 2>&1 || return 1
    fi
    cd "$project"
    dpkg-deb -x "$apt"/out/python3-pip-whl_*.deb "$apt/unpacked" >>"$scratch/log" 2>&1 || return 1
    pip_wheel=$(echo "$apt"/unpacked/usr/share/python-wheels/pip-*.whl)
    [ -f "$pip_wheel" ]
}

# pip WORDS...: the environment's own pip, its words into the log.
pip() { attend 1800 "$venv/bin/python" -m pip --disable-pip-version-check "$@" >>"$scratch/log" 2>&1; }

# reason: what the log says went wrong, in one line of printable text.
reason() {
    local line
    line=$(grep -aE '(ERROR|Error|error):|^E: ' "$scratch/log" | tail -n 1 || true)
    [ -n "$line" ] || line=$(tail -n 1 "$scratch/log")
    printf '%.300s' "$(printf '%s' "$line" | tr -cd '[:print:]')"
}

# broken "English" "中文": the step that failed; its reason; the cure, when it is one we know.
broken() {
    local words
    words=$(reason)
    if grep -aqE 'No space left on device|Disk quota exceeded' "$scratch/log"; then
        fail "$1: the disk is full ($venv or ${TMPDIR:-/tmp}). Cure: free 1 GB, or set IVR_VENV and TMPDIR to folders on a larger disk." \
            "$2：磁盘已满（$venv 或 ${TMPDIR:-/tmp}）。请腾出 1 GB，或将 IVR_VENV 与 TMPDIR 设到更大的磁盘。"
    fi
    if grep -aq '^WARNING: Retrying' "$scratch/log"; then
        fail "$1: the package index cannot be reached ($words). Cure: check the network, the proxy and pip's settings." \
            "$2：无法连接软件包索引（$words）。请检查网络、代理与 pip 设置。"
    fi
    fail "$1: $words. Cure: check the network and pip's settings, then run this again." \
        "$2：$words。请检查网络与 pip 设置后重试。"
}

# alone: waits for another run that builds the same environment; holds file 9 until alone_no_more.
alone() {
    local tries=0
    exec 9<"$project"
    until flock -n 9; do
        [ "$tries" -gt 0 ] || say "waiting for another run that sets up" "正在等待另一个安装过程"
        [ $((tries += 1)) -lt 3600 ] || fail "Another run has been setting up for half an hour. Cure: end it." \
            "另一个安装过程已持续半小时。请先结束它。"
        sleep 0.5
    done
}
alone_no_more() { exec 9<&-; }

# venv_ready: the environment from the hash-pinned lock file; made anew whenever the lock changes.
venv_ready() {
    local python want project_want
    python=$(find_python)
    alone
    # A moved folder or another Python needs a new environment; a changed pyproject.toml only the project again.
    want=$({ cat "$lock" && echo "$project $venv" && "$python" -VV; } | sha256sum | cut -c1-16)
    project_want=$(sha256sum <"$project/pyproject.toml" | cut -c1-16)
    if [ "$(cat "$venv/.complete" 2>/dev/null)" != "$want" ] || ! "$venv/bin/python" -c '' 2>/dev/null; then
        build_venv "$python" "$want"
    fi
    if [ "$(cat "$venv/.project" 2>/dev/null)" != "$project_want" ]; then
        need_scratch
        pip -q install --no-deps --no-index --no-build-isolation -e "$project" ||
            broken "The project could not be installed" "项目安装失败"
        printf '%s' "$project_want" >"$venv/.project"
    fi
    clean_up
    scratch=""
    alone_no_more
    say "Python environment: ready" "Python 环境：就绪"
}

# build_venv PYTHON STAMP: whole or not at all.
build_venv() {
    local python=$1 total collected installed pid code=0
    say "Python environment: building ($("$python" --version 2>&1))" "Python 环境：正在建立（$("$python" --version 2>&1)）"
    if [ -n "$(ls -A "$venv" 2>/dev/null)" ] && [ ! -e "$venv/pyvenv.cfg" ]; then
        fail "$venv is no Python environment, so it is not replaced. Cure: set IVR_VENV to another folder." \
            "$venv 不是 Python 环境，不会被替换。请将 IVR_VENV 设为其他目录。"
    fi
    need_scratch
    if ! { rm -rf -- "$venv" && mkdir -p "$venv"; } 2>>"$scratch/log"; then
        fail "$(reason). Cure: set IVR_VENV to a folder of yours." "$(reason)。请将 IVR_VENV 设为可写目录。"
    fi
    half_built=$venv
    if ! attend 300 "$python" -m venv "$venv" >>"$scratch/log" 2>&1; then
        # Debian's Python has no ensurepip unless python3-venv is installed.
        attend 300 "$python" -m venv --clear --without-pip "$venv" >>"$scratch/log" 2>&1 ||
            broken "The Python environment could not be made" "无法建立 Python 环境"
        fetch_pip || fail "This Python has no pip, and none could be fetched: $(reason). Cure: apt-get install python3-venv." \
            "此 Python 没有 pip，也无法获取：$(reason)。请执行 apt-get install python3-venv。"
        attend 300 "$venv/bin/python" "$pip_wheel/pip" --disable-pip-version-check -q install --no-index "$pip_wheel" \
            >>"$scratch/log" 2>&1 || broken "pip could not be set up" "pip 安装失败"
    fi
    # One package comes as source only. What builds it is locked like all the rest, so it must be there first.
    awk '/^[^ #]/ { wanted = /^setuptools==/ } wanted' "$lock" >"$scratch/build.lock"
    pip install --require-hashes -r "$scratch/build.lock" ||
        broken "The packages of requirements.lock could not be installed" "无法安装 requirements.lock 中的软件包"
    total=$(grep -cE '^[a-z0-9._-]+==' "$lock")
    begin 1800 "$venv/bin/python" -m pip --disable-pip-version-check install --progress-bar off --require-hashes \
        --use-pep517 --no-build-isolation -r "$lock" >"$scratch/packages" 2>&1
    pid=$!
    while kill -0 "$pid" 2>/dev/null; do
        collected=$(grep -c '^Collecting' "$scratch/packages" || true)
        if grep -q '^Installing collected' "$scratch/packages"; then
            total=$collected
            installed=$(find "$venv"/lib/python*/site-packages -maxdepth 1 -name '*.dist-info' | wc -l)
            bar $((collected + installed)) $((total * 2)) "installing"
        else
            bar "$collected" $((total * 2)) "$(sed -n 's/^Collecting \([^ ]*\).*/\1/p' "$scratch/packages" | tail -n 1)"
        fi
        sleep 0.3
    done
    wait "$pid" || code=$?
    cat "$scratch/packages" >>"$scratch/log"
    [ "$code" -ne 0 ] || bar 1 1 "installed"
    bar_end
    [ "$code" -eq 0 ] ||
        broken "The packages of requirements.lock could not be installed" "无法安装 requirements.lock 中的软件包"
    printf '%s' "$2" >"$venv/.complete"
    half_built=""
}
