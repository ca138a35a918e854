#!/usr/bin/env bash
# Builds, tests, publishes and measures backchannel-mcp. build.ps1 is its twin.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

configuration=Release
publish_root=.artifacts/publish

usage() {
    cat <<'EOF'
Usage: ./build.sh VERB

  demo            publish the native file and run the two-agent demo on a private bus
  test [ARG...]   publish, then run all tests against the native file; ARGs go to dotnet test
  build           compile everything, warnings are errors
  publish [RID]   the native executable, into .artifacts/publish/<RID>; default: this machine
  bench           measure the published file and print a table
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

# Native AOT links with clang or gcc; a fresh Debian or Ubuntu has neither.
need_linker() {
    if command -v clang >/dev/null || command -v gcc >/dev/null; then
        return
    fi
    local packages="clang zlib1g-dev"
    if ! command -v apt-get >/dev/null; then
        echo "build.sh: a linker is missing. Install clang (or gcc) and run this again." >&2
        exit 2
    fi
    local as_root=""
    if [ "$(id -u)" != 0 ]; then
        if ! sudo -n true 2>/dev/null; then
            echo "build.sh: a linker is missing. Run this, then try again:  sudo apt-get install $packages" >&2
            exit 2
        fi
        as_root=sudo
    fi
    echo "build.sh: installing the linker: $packages" >&2
    $as_root apt-get update -qq
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $packages >/dev/null
}

executable() { echo "$PWD/$publish_root/$(native_rid)/backchannel-mcp"; }

build() {
    need_sdk
    dotnet build backchannel.sln -c "$configuration" "$@"
}

publish() {
    need_sdk
    need_linker
    local rid="${1:-$(native_rid)}"
    dotnet publish Backchannel.Native -c "$configuration" -r "$rid" -o "$publish_root/$rid" --nologo -v quiet
    ls -l "$publish_root/$rid/" >&2
}

run_tests() {
    publish
    dotnet build Backchannel.Native.Tests -c "$configuration" --nologo -v quiet
    BACKCHANNEL_TEST_EXECUTABLE="$(executable)" \
        dotnet test Backchannel.Native.Tests -c "$configuration" --no-build --nologo --logger "console;verbosity=minimal" "$@"
}

verb="${1:-help}"
[ $# -gt 0 ] && shift
case "$verb" in
    build) build "$@" ;;
    publish) publish "$@" ;;
    test) run_tests "$@" ;;
    demo) publish && exec "$(executable)" demo ;;
    bench)
        publish
        exec dotnet run --project Backchannel.Native.Tests -c "$configuration" -- bench "$(executable)" "$@"
        ;;
    snapshots) UPDATE_SNAPSHOTS=1 run_tests --filter "FullyQualifiedName~ToolCatalog|FullyQualifiedName~Documentation|FullyQualifiedName~Snapshot" ;;
    help | --help | -h) usage ;;
    *) echo "build.sh: there is no verb '$verb'" >&2; usage >&2; exit 2 ;;
esac
