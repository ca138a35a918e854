# shellcheck shell=bash
# The part of build.sh that only a release needs: static files, files for other processors, archives, packages and their tests.
# build.sh sources this file; it does not run by itself.

release_root=.artifacts/release
assets_root=.artifacts/assets

# The packages that an x64 machine needs in addition, to build for arm64.
cross_packages="gcc-aarch64-linux-gnu libc6-dev-arm64-cross libssl-dev:arm64"

# A static file contains OpenSSL; the SDK compiles its glue code for it with clang and cmake.
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

# Prints why this machine cannot make a native file for a RID; prints nothing if it can.
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

# Prints name, version and distribution of the C libraries that are linked into a static file, for the SBOM.
linked_parts() {
    command -v dpkg-query >/dev/null || return 0
    local here ssl c
    here="$(dpkg --print-architecture)"
    # With the architecture: of a package that is installed for two, dpkg-query would print both.
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
            # A static file needs no C library, so the file for glibc also runs where there is musl.
            local same="linux-${rid#linux-musl-}"
            case "$made" in *" $same "*) ;; *) publish_release "$same" ;; esac
            cp -R "$release_root/$same" "$output"
            ;;
        linux-*)
            need_static_tools "$rid"
            local target=""
            # cmake learns only from CFLAGS for which processor it compiles the glue code.
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

# Succeeds if this machine can make its own static file; else prints why not.
can_make_static() {
    case "$(native_rid)" in linux-*) ;; *) return 1 ;; esac
    if ! (need_static_tools "$(native_rid)"); then
        echo "build.sh: without them no static file is made, tested or measured" >&2
        return 1
    fi
}

# Succeeds if this machine is an x64 one that can make and run the static file for arm64. The packages of a second architecture are many:
# only a CI run installs them without being asked, and only on Debian, where one mirror has every architecture.
can_emulate_static() {
    [ "$(native_rid)" = linux-x64 ] && command -v apt-get >/dev/null || return 1
    # shellcheck disable=SC2086  # a list of words
    if [ -z "$(missing_packages qemu-user-static $cross_packages)" ]; then
        return
    fi
    if [ "${CI:-}" = true ] && grep -qx 'ID=debian' /etc/os-release && (need_static_tools linux-arm64 && need_packages qemu-user-static); then
        return
    fi
    echo "build.sh: the static file for arm64 is not tested here; ./build.sh test-release linux-arm64 installs what its tests need" >&2
    return 1
}

# Makes the static files of a full test run, and writes the variables by which their tests find them.
publish_static_files() {
    publish_release "$(native_rid)"
    name_static_file "$(native_rid)"
    echo "BACKCHANNEL_TEST_EXECUTABLE=$PWD/$release_root/$(native_rid)/backchannel-mcp" >>"$test_root/variables"
    if can_emulate_static; then
        publish_release linux-arm64
        name_static_file linux-arm64
    fi
}

name_static_file() {
    local processor
    processor="$(echo "${1#linux-}" | tr '[:lower:]' '[:upper:]')"
    echo "BACKCHANNEL_TEST_STATIC_$processor=$PWD/$release_root/$1/backchannel-mcp" >>"$test_root/variables"
}

# Runs the end-to-end tests against each released file; the static ones also run in an empty root.
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
            # Unless the kernel starts the emulator, the file cannot start itself as a private bus, which most end-to-end tests need.
            echo "build.sh: of $rid only the tests in an empty root run: this kernel cannot start an emulator by itself (binfmt_misc)" >&2
            filter="FullyQualifiedName~.EndToEnd.EmptyRoot"
        fi
        # Under an emulator the endurance tests would measure the emulator.
        [ "${rid##*-}" = "$(native_rid | cut -d - -f 2)" ] || filter="$filter&endurance!=soak"
        echo "build.sh: end-to-end tests of $rid" >&2
        BACKCHANNEL_TEST_EXECUTABLE="$file" dotnet test Backchannel.Native.Tests -c "$configuration" --no-build --nologo \
            --filter "$filter" || status=1
    done
    return "$status"
}

# Registers qemu with the kernel as the interpreter of arm64 files. Debian's package does that only where systemd runs, so not in a container.
let_qemu_run() {
    local known=/proc/sys/fs/binfmt_misc format=/usr/lib/binfmt.d/qemu-aarch64.conf as_root=""
    command -v qemu-aarch64-static >/dev/null || { command -v apt-get >/dev/null && (need_packages qemu-user-static); } || return 1
    if ! "$1" --version >/dev/null 2>&1; then
        [ "$(id -u)" = 0 ] || as_root="sudo -n"
        [ -e "$format" ] || return 1
        [ -e "$known/register" ] || $as_root mount -t binfmt_misc binfmt_misc "$known" || return 1
        echo "build.sh: registering qemu with the kernel for arm64 programs, until the machine restarts" >&2
        $as_root sh -c "cat '$format' >'$known/register'" || return 1
    fi
    "$1" --version >/dev/null
}

# C# in the test project makes archives, checksums, SBOM and manifests, so that they are the same on every system.
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

# Publishes again from a fresh copy in another folder.
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
