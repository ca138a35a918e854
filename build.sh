#!/usr/bin/env bash
# Builds, tests, publishes and measures backchannel-mcp. build.ps1 is its twin.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

configuration=Release
publish_root=.artifacts/publish
release_root=.artifacts/release
assets_root=.artifacts/assets

usage() {
    cat <<'EOF'
Usage: ./build.sh VERB

  demo            publish the native file and run the two-agent demo on a private bus
  test [ARG...]   publish, then run all tests against the native file, on Linux against the static file too; ARGs go to dotnet test
                  (with ARGs no static file is made)
  soak [ARG...]   publish, then run the long variants of the endurance tests (crashes, load, hostile requests, random operations);
                  each tells every ten seconds how far it is, and gives up after 45 minutes
  build           compile everything, warnings are errors
  publish         the native executable for this machine, into .artifacts/publish/<RID>
  publish RID...  executables as they are released, into .artifacts/release/<RID>: linux-x64 linux-arm64 linux-musl-x64
                  linux-musl-arm64 (static files), osx-x64 osx-arm64, win-x64 win-arm64; exit 3 if this machine cannot make one
  test-release RID...
                  publish RIDs and run the end-to-end tests against each file; one for another processor runs under qemu
  assets          archives, checksums, SBOM and manifests of what lies in .artifacts/release, into .artifacts/assets
  pack [RID...]   the .NET tool package: pointer, one that runs on any .NET, and a native one per RID, into .artifacts/packages
  reproduce RID   publish RID a second time from a copy of this checkout and compare the bytes
  bench           measure the published file, on Linux the static one beside it, and print a table
  bench-bus       measure a bus of the published file under load and print a table
  order           record anew which methods a session's start runs, into Backchannel.Native/StartupOrder.txt
  snapshots       rewrite the reviewed snapshots and the generated sections of README.md
EOF
}

# The RID of this machine, such as linux-x64.
native_rid() {
    local system machine
    case "$(uname -s)" in
        Linux) system=linux ;;
        Darwin) system=osx ;;
        *) echo "build.sh: this system ($(uname -s)) is not known here; use build.ps1 on Windows" >&2; exit 2 ;;
    esac
    case "$(uname -m)" in
        x86_64 | amd64) machine=x64 ;;
        aarch64 | arm64) machine=arm64 ;;
        *) echo "build.sh: this processor ($(uname -m)) has no native build" >&2; exit 2 ;;
    esac
    echo "$system-$machine"
}

need_sdk() {
    if ! command -v dotnet >/dev/null; then
        echo "build.sh: the .NET 10 SDK is missing. On Debian or Ubuntu: apt-get install dotnet-sdk-10.0" >&2
        exit 2
    fi
}

# Which of some Debian packages are missing.
missing_packages() {
    local package
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" || printf ' %s' "$package"
    done
}

# Installs Debian packages that are missing, or says how.
need_packages() {
    local missing
    missing="$(missing_packages "$@")"
    if [ -z "$missing" ]; then
        return
    fi
    local foreign=""
    case "$missing" in *:arm64*) foreign="dpkg --add-architecture arm64 && " ;; esac
    local as_root=""
    if [ "$(id -u)" != 0 ]; then
        if ! sudo -n true 2>/dev/null; then
            echo "build.sh: packages are missing. Run this as root, then try again:  ${foreign}apt-get update && apt-get install$missing" >&2
            exit 2
        fi
        as_root=sudo
    fi
    echo "build.sh: installing$missing" >&2
    if [ -n "$foreign" ]; then
        $as_root dpkg --add-architecture arm64
    fi
    $as_root apt-get update -qq
    # shellcheck disable=SC2086  # a list of words
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >/dev/null
}

# Native AOT links with clang or gcc; a fresh Debian or Ubuntu has neither.
need_linker() {
    if command -v clang >/dev/null || command -v gcc >/dev/null; then
        return
    fi
    if ! command -v apt-get >/dev/null; then
        echo "build.sh: a linker is missing. Install clang (or gcc) and run this again." >&2
        exit 2
    fi
    need_packages clang zlib1g-dev
}

# What an x64 machine needs in addition for arm64.
cross_packages="gcc-aarch64-linux-gnu libc6-dev-arm64-cross libssl-dev:arm64"

# A static file links OpenSSL, which the SDK compiles its side of with clang and cmake.
need_static_tools() {
    local cross=""
    if [ "$1" = linux-arm64 ] && [ "$(native_rid)" != linux-arm64 ]; then
        cross="$cross_packages"
    fi
    if command -v apt-get >/dev/null; then
        # shellcheck disable=SC2086  # a list of words
        need_packages clang lld llvm cmake make libssl-dev $cross
        return
    fi
    local tool
    for tool in clang ld.lld llvm-objcopy cmake make; do
        if ! command -v "$tool" >/dev/null; then
            echo "build.sh: $tool is missing; a static file needs clang, lld, llvm, cmake, make and OpenSSL's static libraries and headers." >&2
            exit 2
        fi
    done
}

executable() { echo "$PWD/$publish_root/$(native_rid)/backchannel-mcp"; }

build() {
    need_sdk
    dotnet build backchannel.sln -c "$configuration" "$@"
}

publish() {
    if [ $# -gt 0 ]; then
        publish_releases "$@"
        return
    fi
    need_sdk
    need_linker
    local rid
    rid="$(native_rid)"
    dotnet publish Backchannel.Native -c "$configuration" -r "$rid" -o "$publish_root/$rid" --nologo -v quiet
    ls -l "$publish_root/$rid/" >&2
}

# Why this machine cannot make a native file for a RID; nothing if it can.
why_not() {
    case "$1 on $(native_rid)" in
        "linux-x64 on linux-x64" | "linux-arm64 on linux-arm64" | "linux-arm64 on linux-x64" | "osx-"*" on osx-"*) ;;
        "linux-musl-x64 on linux-x64" | "linux-musl-arm64 on linux-arm64" | "linux-musl-arm64 on linux-x64") ;;
        "linux-x64 on "* | "linux-musl-x64 on "*) echo "it is linked on Linux on an x64 processor: run build.sh there, or let the release workflow do it" ;;
        "linux-arm64 on "* | "linux-musl-arm64 on "*) echo "it is linked on Linux: run build.sh there, or let the release workflow do it" ;;
        "win-x64 on "* | "win-arm64 on "*) echo "native code for Windows is linked on Windows: run build.ps1 there, or let the release workflow do it" ;;
        "osx-x64 on "* | "osx-arm64 on "*) echo "native code for macOS is linked on macOS: run build.sh there, or let the release workflow do it" ;;
        *) echo "there is no such RID here; known: linux-x64 linux-arm64 linux-musl-x64 linux-musl-arm64 osx-x64 osx-arm64 win-x64 win-arm64" ;;
    esac
}

publish_releases() {
    need_sdk
    local rid reason refused=0
    for rid in "$@"; do
        reason="$(why_not "$rid")"
        if [ -n "$reason" ]; then
            echo "build.sh: $rid cannot be made on this machine: $reason" >&2
            refused=3
        else
            publish_release "$rid"
            ls -l "$release_root/$rid/" >&2
        fi
    done
    return "$refused"
}

# Name, version and distribution of the C libraries that went into a static file, for the SBOM.
linked_parts() {
    command -v dpkg-query >/dev/null || return 0
    local here ssl c
    here="$(dpkg --print-architecture)"
    # By architecture: of a package that is there for two, both would be named.
    ssl="libssl-dev:$here" c="libc6-dev:$here"
    if [ "$1" != "$(native_rid)" ]; then
        ssl=libssl-dev:arm64 c=libc6-dev-arm64-cross
    fi
    local distribution
    distribution="$(sed -n 's/^ID=//p' /etc/os-release)"
    dpkg-query -W -f "openssl \${Version} $distribution\n" "$ssl"
    dpkg-query -W -f "glibc \${Version} $distribution\n" "$c"
}

# The RIDs that this run has published.
made=""

publish_release() {
    local rid="$1" output="$PWD/$release_root/$1"
    rm -rf "$output"
    case "$rid" in
        linux-musl-*)
            # There is no native runtime for musl in the SDK; the static file needs no C library at all.
            local same="linux-${rid#linux-musl-}"
            case "$made" in *" $same "*) ;; *) publish_release "$same" ;; esac
            cp -R "$release_root/$same" "$output"
            ;;
        linux-*)
            need_static_tools "$rid"
            local target=""
            # Only this tells cmake for which processor OpenSSL's shim is compiled.
            [ "$rid" = "$(native_rid)" ] || target="--target=aarch64-linux-gnu"
            CFLAGS="${CFLAGS:-} $target" dotnet publish Backchannel.Native -c "$configuration" -r "$rid" -p:StaticExecutable=true \
                -o "$output" --nologo -v quiet
            linked_parts "$rid" >"$release_root/$rid.parts"
            ;;
        *)
            dotnet publish Backchannel.Native -c "$configuration" -r "$rid" -o "$output" --nologo -v quiet
            ;;
    esac
    made="$made $rid "
}

# Whether this machine can make its own static file; says so where not.
can_make_static() {
    case "$(native_rid)" in linux-*) ;; *) return 1 ;; esac
    if ! (need_static_tools "$(native_rid)"); then
        echo "build.sh: without these there is no static file, and nothing is tested or measured of it" >&2
        return 1
    fi
}

# Whether an x64 machine can make and run the one for arm64. A second architecture is a lot to install on somebody's machine: by itself only a
# CI run does so, and only on Debian, where one mirror has every architecture.
can_emulate_static() {
    [ "$(native_rid)" = linux-x64 ] && command -v apt-get >/dev/null || return 1
    # shellcheck disable=SC2086  # a list of words
    if [ -z "$(missing_packages qemu-user-static $cross_packages)" ]; then
        return
    fi
    if [ "${CI:-}" = true ] && grep -qx 'ID=debian' /etc/os-release && (need_static_tools linux-arm64 && need_packages qemu-user-static); then
        return
    fi
    echo "build.sh: the static file for arm64 is not tested here; ./build.sh test-release linux-arm64 installs what that takes" >&2
    return 1
}

# Static files for a full test run, and the variables by which their tests find them.
publish_static_files() {
    if can_make_static; then
        publish_release "$(native_rid)"
        export "BACKCHANNEL_TEST_STATIC_$(native_rid | sed 's/linux-//' | tr '[:lower:]' '[:upper:]')=$PWD/$release_root/$(native_rid)/backchannel-mcp"
    fi
    if can_emulate_static; then
        publish_release linux-arm64
        export BACKCHANNEL_TEST_STATIC_ARM64="$PWD/$release_root/linux-arm64/backchannel-mcp"
    fi
}

# The end-to-end set against a released file, and the static ones in an empty root as well.
test_releases() {
    local rid file filter status=0
    publish_releases "$@"
    dotnet build Backchannel.Native.Tests -c "$configuration" --nologo -v quiet
    for rid in "$@"; do
        file="$PWD/$release_root/$rid/backchannel-mcp"
        case "$rid" in
            linux-*-x64 | linux-x64) export BACKCHANNEL_TEST_STATIC_X64="$file" ;;
            linux-*) export BACKCHANNEL_TEST_STATIC_ARM64="$file" ;;
        esac
        filter="FullyQualifiedName~.EndToEnd."
        if ! "$file" --version >/dev/null 2>&1 && ! let_qemu_run "$file"; then
            if ! command -v qemu-aarch64-static >/dev/null; then
                echo "build.sh: $rid is not tested: this machine cannot run it, and qemu-user-static is not installed" >&2
                continue
            fi
            # Without the kernel's help the file cannot start itself as a private bus, which most of the set needs.
            echo "build.sh: of $rid only the tests in an empty root run: the kernel here takes no emulator (binfmt_misc)" >&2
            filter="FullyQualifiedName~.EndToEnd.EmptyRoot"
        fi
        # Under an emulator 64 workers and 10,000 connections measure the emulator.
        [ "${rid##*-}" = "$(native_rid | cut -d - -f 2)" ] || filter="$filter&endurance!=soak"
        echo "build.sh: end-to-end tests of $rid" >&2
        BACKCHANNEL_TEST_EXECUTABLE="$file" dotnet test Backchannel.Native.Tests -c "$configuration" --no-build --nologo \
            --filter "$filter" || status=1
    done
    return "$status"
}

# Has the kernel run a file for arm64 by qemu. Debian's package arranges that where systemd runs; a container or a bare chroot lacks it.
let_qemu_run() {
    local known=/proc/sys/fs/binfmt_misc format=/usr/lib/binfmt.d/qemu-aarch64.conf as_root=""
    command -v qemu-aarch64-static >/dev/null || { command -v apt-get >/dev/null && (need_packages qemu-user-static); } || return 1
    if ! "$1" --version >/dev/null 2>&1; then
        [ "$(id -u)" = 0 ] || as_root="sudo -n"
        [ -e "$format" ] || return 1
        [ -e "$known/register" ] || $as_root mount -t binfmt_misc binfmt_misc "$known" || return 1
        echo "build.sh: telling the kernel to run arm64 programs by qemu, until the next start" >&2
        $as_root sh -c "cat '$format' >'$known/register'" || return 1
    fi
    "$1" --version >/dev/null
}

# Archives, checksums, SBOM and manifests are made by C# in the test project, so that every system makes the same ones.
assets() {
    need_sdk
    local epoch
    epoch="${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}"
    SOURCE_DATE_EPOCH="$epoch" dotnet run --project Backchannel.Native.Tests -c "$configuration" -- assets "$release_root" "$assets_root" "$@"
}

pack() {
    need_sdk
    dotnet pack Backchannel.Native -c "$configuration" -p:PackTool=true --nologo -v quiet
    dotnet pack Backchannel.Native -c "$configuration" -p:PackTool=true -r any -p:PublishAot=false --nologo -v quiet
    local rid static
    for rid in "${@:-$(native_rid)}"; do
        static=false
        case "$rid" in linux-*) need_static_tools "$rid" && static=true ;; esac
        dotnet pack Backchannel.Native -c "$configuration" -p:PackTool=true -r "$rid" -p:StaticExecutable="$static" --nologo -v quiet
    done
    ls -l .artifacts/packages >&2
}

# Which compiled methods run between start and the answer to tools/list: laid out side by side they are a few pages of memory
# instead of a page each. A name that no longer exists does no harm, so this is worth a run only now and then.
order() {
    need_sdk
    need_linker
    need_packages valgrind binutils
    local work program
    work="$(mktemp -d)"
    trap 'rm -rf "$work"' RETURN
    dotnet publish Backchannel.Native -c "$configuration" -r "$(native_rid)" -p:StripSymbols=false -p:IlcOrderFile= \
        --artifacts-path "$work/artifacts" -o "$work/out" --nologo -v quiet
    program="$work/out/backchannel-mcp"
    objcopy --strip-debug "$program" "$work/backchannel-mcp"
    {
        echo '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"order","version":"1"}}}'
        echo '{"jsonrpc":"2.0","id":2,"method":"tools/list"}'
        sleep 10
    } | HOME="$work" BACKCHANNEL_BASE_URL=local valgrind -q --tool=callgrind --callgrind-out-file="$work/calls" "$work/backchannel-mcp" >/dev/null
    comm -12 \
        <(sed -nE "s/^c?fn=\([0-9]+\) (.*)/\1/p" "$work/calls" | sed -E "s/'[0-9]+\$//" | LC_ALL=C sort -u) \
        <(objdump -t "$work/backchannel-mcp" | sed -nE 's/.* __managedcode\t[0-9a-f]+ +(\.hidden )?(.*)$/\2/p' | LC_ALL=C sort -u) \
        >Backchannel.Native/StartupOrder.txt
    wc -l Backchannel.Native/StartupOrder.txt >&2
}

# A second publish, from another folder and without anything that the first one left behind.
reproduce() {
    local rid="${1:-$(native_rid)}" copy
    publish_releases "$rid"
    copy="$(mktemp -d)"
    git archive HEAD | tar -x -C "$copy"
    (cd "$copy" && ./build.sh publish "$rid") || { rm -rf "$copy"; return 1; }
    local status=0
    cmp "$release_root/$rid/backchannel-mcp" "$copy/$release_root/$rid/backchannel-mcp" || status=1
    [ "$status" = 0 ] && echo "$rid: both builds give the same bytes: $(sha256sum <"$release_root/$rid/backchannel-mcp" | cut -d ' ' -f 1)"
    rm -rf "$copy"
    return "$status"
}

# PowerShell for the tests of build.ps1 and install.ps1, as the .NET tool that it also is. By itself only a CI run brings it along; elsewhere
# those tests are skipped and say why.
need_powershell() {
    local tools="$PWD/.artifacts/tools"
    if [ "${CI:-}" = true ] && ! command -v pwsh >/dev/null; then
        [ -x "$tools/pwsh" ] || dotnet tool install PowerShell --version 7.6.9 --tool-path "$tools" >&2 || return 0
        export PATH="$PATH:$tools"
    fi
}

run_tests() {
    publish
    # A chosen few tests should not wait for more files to be linked and programs to be installed.
    if [ $# = 0 ]; then
        publish_static_files
        need_powershell
    fi
    dotnet build Backchannel.Native.Tests -c "$configuration" --nologo -v quiet
    BACKCHANNEL_TEST_EXECUTABLE="$(executable)" \
        dotnet test Backchannel.Native.Tests -c "$configuration" --no-build --nologo --logger "console;verbosity=minimal" "$@"
}

# Tests show what they write only when they have ended; these take long, so they also write to a file that is shown as it grows.
soak() {
    local progress="$PWD/.artifacts/soak.log" status=0
    mkdir -p .artifacts
    : >"$progress"
    tail -n 0 -f "$progress" &
    # Its number is put in now: when the script ends, the function's variables are gone.
    # shellcheck disable=SC2064
    trap "kill $!" EXIT
    BACKCHANNEL_TEST_SOAK=1 BACKCHANNEL_TEST_PROGRESS="$progress" run_tests --filter "endurance=soak" "$@" || status=$?
    return "$status"
}

verb="${1:-help}"
[ $# -gt 0 ] && shift
case "$verb" in
    build) build "$@" ;;
    publish) publish "$@" ;;
    test-release) test_releases "$@" ;;
    assets) assets "$@" ;;
    pack) pack "$@" ;;
    reproduce) reproduce "$@" ;;
    test) run_tests "$@" ;;
    soak) soak "$@" ;;
    demo) publish && exec "$(executable)" demo ;;
    bench)
        publish
        static=""
        if can_make_static; then
            publish_release "$(native_rid)"
            static="$PWD/$release_root/$(native_rid)/backchannel-mcp"
        fi
        exec dotnet run --project Backchannel.Native.Tests -c "$configuration" -- bench "$(executable)" ${static:+"$static"} "$@"
        ;;
    bench-bus)
        publish
        exec dotnet run --project Backchannel.Native.Tests -c "$configuration" -- "$verb" "$(executable)" "$@"
        ;;
    order) order ;;
    snapshots) UPDATE_SNAPSHOTS=1 run_tests --filter "FullyQualifiedName~ToolCatalog|FullyQualifiedName~Documentation|FullyQualifiedName~Snapshot" ;;
    help | --help | -h) usage ;;
    *) echo "build.sh: there is no verb '$verb'" >&2; usage >&2; exit 2 ;;
esac
