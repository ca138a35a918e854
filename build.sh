#!/usr/bin/env bash
# Builds, tests, publishes and measures backchannel-mcp. build.ps1 is its twin on Windows.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

configuration=Release
publish_root=.artifacts/publish
test_root=.artifacts/tests
# The commit of the older release that tests run beside this one.
older_release=Backchannel.Native.Tests/Fixtures/older-release.txt

# Static files, files for other processors, and everything else that only a release needs.
# shellcheck source=Backchannel.Native/Packaging/release.sh
. Backchannel.Native/Packaging/release.sh

usage() {
    cat <<'EOF'
Usage: ./build.sh VERB

  demo            publish the native file and run the two-agent demo on a private bus
  test [ARG...]   publish, run all tests, those that start the program with the file that is released (on Linux the static one), those of both
                  engines of a bus also with PostgreSQL, and print the time by group; with ARGs, which go to dotnet test, no static file is made
  soak [ARG...]   publish, then run the long variants of the endurance tests (crashes, load, hostile requests, random operations, real leases);
                  each reports its progress every ten seconds, and gives up after 45 minutes
  test-hosts [ARG...]
                  on Linux, publish and run the tests with six real agent hosts from npm and a scripted model; says which it skips
  build           compile everything, warnings are errors
  publish         the native executable for this machine, into .artifacts/publish/<RID>
  publish RID...  executables as they are released, into .artifacts/release/<RID>: linux-x64 linux-arm64 linux-musl-x64
                  linux-musl-arm64 (static files), osx-x64 osx-arm64, win-x64 win-arm64; exit 3 if this machine cannot make one
  test-release RID...
                  publish RIDs and run the end-to-end tests against each file; one for another processor runs under qemu
  assets          archives, checksums, SBOM and manifests of the files in .artifacts/release, into .artifacts/assets
  pack [RID...]   the .NET tool packages: pointer, one that runs on any .NET, and a native one per RID, into .artifacts/packages
  reproduce RID   publish RID a second time from a copy of this checkout and compare the bytes
  bench           measure the published file, on Linux also the static one, and print a table
  bench-bus       measure a bus of the published file under load and print a table; with --db, buses that share a PostgreSQL database
  bench-views     measure what people look at: searches, lanes, and what those who look on cost; print a table
  page            on Linux and macOS, bundle the page's modules and styles into one file, Backchannel.Native/Page/bundle, with esbuild from npm
  screenshots     on Debian, make the pictures of the page that the README shows
  bench-work      on Linux, measure runners and hooks of the published file and print a table
  order           record which methods run until a session and a runner wait, into Backchannel.Native/StartupOrder.txt
  lines [RID] ADDRESS...
                  the source lines behind the addresses of a stack trace, of this machine's file or of RID's as it is released
  snapshots       rewrite the reviewed snapshots and the generated sections of README.md
EOF
}

# The RID of this machine, such as linux-x64.
native_rid() {
    local system machine
    case "$(uname -s)" in
        Linux) system=linux ;;
        Darwin) system=osx ;;
        *) echo "build.sh: this system ($(uname -s)) is unknown; use build.ps1 on Windows" >&2; exit 2 ;;
    esac
    case "$(uname -m)" in
        x86_64 | amd64) machine=x64 ;;
        aarch64 | arm64) machine=arm64 ;;
        *) echo "build.sh: there is no native build for this processor ($(uname -m))" >&2; exit 2 ;;
    esac
    echo "$system-$machine"
}

need_sdk() {
    if ! command -v dotnet >/dev/null; then
        echo "build.sh: the .NET 10 SDK is missing. On Debian or Ubuntu: apt-get install dotnet-sdk-10.0" >&2
        exit 2
    fi
}

# Prints those of the given Debian packages that are not installed.
missing_packages() {
    local package
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" || printf ' %s' "$package"
    done
}

# Installs missing Debian packages, or prints the command that does.
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

# Records which compiled methods run between the start and the answer to tools/list, and which more until a runner waits for tasks. The linker lays
# them side by side, so that a start, and a runner that waits, touch few pages of memory. A method that no longer exists is ignored, so it is enough
# to run this now and then.
order() {
    need_sdk
    need_linker
    need_packages valgrind binutils
    local work program
    work="$(mktemp -d)"
    trap 'rm -rf "$work"' RETURN
    dotnet publish Backchannel.Native -c "$configuration" -r "$(native_rid)" -p:StripSymbols=false -p:IlcOrderFile= -p:LargePages=false \
        --artifacts-path "$work/artifacts" -o "$work/out" --nologo -v quiet
    program="$work/out/backchannel-mcp"
    objcopy --strip-debug "$program" "$work/backchannel-mcp"
    objdump -t "$work/backchannel-mcp" | sed -nE 's/.* __managedcode\t[0-9a-f]+ +(\.hidden )?(.*)$/\2/p' | LC_ALL=C sort -u >"$work/methods"
    {
        echo '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"order","version":"1"}}}'
        echo '{"jsonrpc":"2.0","id":2,"method":"tools/list"}'
        sleep 10
    } | called_methods "$work" session
    called_methods "$work" runner work order -- cat &
    until grep -q "waiting for tasks" "$work/runner.log" 2>/dev/null || ! kill -0 $! 2>/dev/null; do sleep 1; done
    pkill -TERM -f "$work/runner.calls" || true
    wait $!
    # A local bus ends by itself, but not soon.
    pkill -f "serve.*$work" || true
    LC_ALL=C comm -13 "$work/session" "$work/runner" | cat "$work/session" - >"$work/order"
    if [ ! -s "$work/session" ] || [ ! -s "$work/runner" ]; then
        echo "build.sh: valgrind named no method of the program; StartupOrder.txt stays as it is" >&2
        return 1
    fi
    cp "$work/order" Backchannel.Native/StartupOrder.txt
    wc -l Backchannel.Native/StartupOrder.txt >&2
}

# Runs the program in a folder under valgrind and writes the names of its methods that were called into a file there.
called_methods() {
    local work="$1" name="$2"
    shift 2
    HOME="$work" BACKCHANNEL_BASE_URL=local valgrind -q --tool=callgrind --callgrind-out-file="$work/$name.calls" "$work/backchannel-mcp" "$@" \
        >/dev/null 2>"$work/$name.log" || true
    LC_ALL=C comm -12 <(sed -nE "s/^c?fn=\([0-9]+\) (.*)/\1/p" "$work/$name.calls" | sed -E "s/'[0-9]+\$//" | LC_ALL=C sort -u) "$work/methods" >"$work/$name"
}

# Translates the addresses of a stack trace (<BaseAddress>+0x...): published files carry no names of methods. The build is reproducible, so this
# finds the lines behind a released file too, from a checkout of its tag.
lines() {
    need_packages binutils
    local rid symbols base address
    rid="$(native_rid)"
    case "${1:-}" in
        0x*) publish ;;
        *) rid="${1:?an address, such as 0x7b29b1, or a RID and addresses}" && shift && publish "$rid" ;;
    esac
    symbols="$(ls -t .artifacts/bin/Backchannel.Native/*_"$rid"*/native/backchannel-mcp.dbg | head -n 1)"
    base="$(readelf -lW "$symbols" 2>/dev/null | awk '$1 == "LOAD" { print $3; exit }')"
    for address in "$@"; do
        printf '%x\n' $((base + address))
    done | addr2line -fpe "$symbols"
}

# Installs PowerShell, as a .NET tool, for the tests of build.ps1 and install.ps1. Only a CI run does so without being asked; elsewhere those
# tests are skipped with the reason.
need_powershell() {
    local tools="$PWD/.artifacts/tools"
    if [ "${CI:-}" = true ] && ! command -v pwsh >/dev/null; then
        [ -x "$tools/pwsh" ] || dotnet tool install PowerShell --version 7.6.9 --tool-path "$tools" >&2 || return 0
        export PATH="$PATH:$tools"
    fi
}

# Installs what tests start as servers of their own, PostgreSQL and HAProxy, where Debian's packages can be had. Where they cannot, those tests are
# skipped with the reason. Returns whether PostgreSQL is there.
need_servers() {
    local packages="" as_root=""
    has_postgres || packages="$packages postgresql"
    has_haproxy || packages="$packages haproxy"
    [ "$(id -u)" = 0 ] || as_root="sudo -n"
    if [ -n "$packages" ] && command -v apt-get >/dev/null && $as_root true 2>/dev/null; then
        echo "build.sh: installing$packages" >&2
        # PostgreSQL's package would make a cluster of its own and start it; where its settings are there already, they stay as they are.
        $as_root sh -c "
            mkdir -p /etc/postgresql-common
            [ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
            apt-get update -qq
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold $packages
        " >/dev/null 2>&1 || true
    fi
    has_haproxy || echo "build.sh: HAProxy is not installed and cannot be installed here; the tests that need it are skipped" >&2
    has_postgres || echo "build.sh: PostgreSQL is not installed and cannot be installed here; the tests that need it are skipped" >&2
    has_postgres
}

# Installs the browser in which the page is tested, and what drives it. Where it cannot be had, those tests are skipped with the reason, but not
# in a CI run.
need_browser() {
    local packages="" as_root=""
    command -v chromium >/dev/null || packages="$packages chromium"
    command -v node >/dev/null && command -v npm >/dev/null || packages="$packages nodejs npm"
    [ "$(id -u)" = 0 ] || as_root="sudo -n"
    if [ -n "$packages" ] && command -v apt-get >/dev/null && $as_root true 2>/dev/null; then
        echo "build.sh: installing$packages" >&2
        $as_root sh -c "apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages" >/dev/null 2>&1 || true
    fi
    ! command -v npm >/dev/null || need_page_libraries
}

# Installs what bundles the page and what drives a browser in its tests.
need_page_libraries() {
    local libraries="$PWD/.artifacts/browser" lock=Backchannel.Native.Tests/EndToEnd/Page/browser
    if ! cmp -s "$lock/package-lock.json" "$libraries/package-lock.json"; then
        mkdir -p "$libraries"
        cp "$lock/package.json" "$lock/package-lock.json" "$libraries/"
        (cd "$libraries" && npm ci --silent --no-audit --no-fund) || rm -f "$libraries/package-lock.json"
    fi
}

has_haproxy() { command -v haproxy >/dev/null || [ -x /usr/sbin/haproxy ]; }

# Debian's packages put the server's programs into a folder per version, which is not on the PATH.
has_postgres() { compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null || command -v initdb >/dev/null; }

# Runs a command and notes how many seconds it took, for the table at the end.
timed() {
    local group="$1" start=$SECONDS
    shift
    # No || here: it would switch off `set -e` inside the command.
    "$@"
    local status=$?
    echo "$group=$((SECONDS - start))" >>"$test_root/times"
    return "$status"
}

run_tests() {
    need_sdk
    need_linker
    unset BACKCHANNEL_TEST_EXECUTABLE
    rm -rf "$test_root"
    mkdir -p "$test_root"
    need_servers || true
    need_browser
    if [ $# -gt 0 ]; then
        publish
        build_tests
        BACKCHANNEL_TEST_OLDER="$(build_older_release)"
        export BACKCHANNEL_TEST_OLDER
        dotnet_test "$@"
    else
        run_all_tests
    fi
}

build_tests() { dotnet build Backchannel.Native.Tests -c "$configuration" --nologo -v quiet; }

dotnet_test() {
    BACKCHANNEL_TEST_EXECUTABLE="${BACKCHANNEL_TEST_EXECUTABLE:-$(executable)}" \
        dotnet test Backchannel.Native.Tests -c "$configuration" --no-build --nologo --logger "console;verbosity=minimal" "$@"
}

# The native files are made while the tests that do not run them go on; the tests that run them come last. Tests of what both engines of a bus
# do alike run a second time with PostgreSQL.
run_all_tests() {
    local status=0 publishing published=0 variable
    timed build build_tests
    need_powershell
    publish_test_files >"$test_root/publish.log" 2>&1 &
    publishing=$!
    timed "unit tests" dotnet_test --filter "$(unit_tests)" --logger "trx;LogFileName=$PWD/$test_root/unit.trx" || status=$?
    if has_postgres; then
        BACKCHANNEL_TEST_ENGINE=postgres timed "unit tests on PostgreSQL" dotnet_test --filter engine=both \
            --logger "trx;LogFileName=$PWD/$test_root/postgres.trx" || status=$?
    fi
    timed "waiting for the native files" wait "$publishing" || published=$?
    cat "$test_root/publish.log" >&2
    [ "$published" = 0 ] || return "$published"
    # Names and paths of the published files, as NAME=VALUE.
    while read -r variable; do
        export "${variable?}"
    done <"$test_root/variables"
    timed "end-to-end tests" dotnet_test --filter "$(native_tests)" --logger "trx;LogFileName=$PWD/$test_root/end-to-end.trx" || status=$?
    dotnet run --project Backchannel.Native.Tests -c "$configuration" --no-build -- times "$test_root" || status=$?
    return "$status"
}

# Rooms whose tests run the published file.
native_rooms="EndToEnd Interop Documentation"

native_tests() { for room in $native_rooms; do printf '|FullyQualifiedName~.%s.' "$room"; done | cut -c 2-; }

unit_tests() { for room in $native_rooms; do printf '&FullyQualifiedName!~.%s.' "$room"; done | cut -c 2-; }

# The tests run the file that is released: on Linux the static one, where it can be made.
publish_test_files() {
    : >"$test_root/variables"
    timed "publishing files, beside the unit tests" publish_tested
    timed "building the older release, beside the unit tests" name_older_release
}

publish_tested() {
    if can_make_static; then
        publish_static_files
    else
        publish
    fi
}

name_older_release() {
    local program
    program="$(build_older_release)"
    [ -z "$program" ] || echo "BACKCHANNEL_TEST_OLDER=$program" >>"$test_root/variables"
}

# Builds the older release from the repository's history, once, and prints the path of its program. Prints nothing where that commit is not
# there, as in a source archive or a shallow clone.
build_older_release() {
    local commit folder
    commit="$(cat "$older_release" 2>/dev/null)"
    if ! git cat-file -e "$commit^{commit}" 2>/dev/null; then
        return 0
    fi
    folder="$PWD/.artifacts/older/$commit"
    if [ ! -d "$folder/program" ]; then
        rm -rf "$folder"
        mkdir -p "$folder/source"
        # `set -e` does not reach into a command substitution.
        if ! git archive "$commit" Backchannel.Native Directory.Build.props Directory.Packages.props global.json .editorconfig |
            tar -x -C "$folder/source" ||
            ! dotnet build "$folder/source/Backchannel.Native" -c "$configuration" -o "$folder/built" \
                -p:RunAnalyzers=false -p:TreatWarningsAsErrors=false --nologo -v quiet >&2; then
            return 1
        fi
        mv "$folder/built" "$folder/program"
    fi
    echo "$folder/program/backchannel-mcp"
}

# A test shows its output only when it has ended. These take long, so they also write their progress to a file, which is shown as it grows.
soak() {
    local progress="$PWD/.artifacts/soak.log"
    mkdir -p .artifacts
    : >"$progress"
    tail -n 0 -f "$progress" &
    # The process id is inserted now: when the trap runs, the function's variables are gone.
    # shellcheck disable=SC2064
    trap "kill $!" EXIT
    BACKCHANNEL_TEST_HOSTS="$(install_hosts)" BACKCHANNEL_TEST_SOAK=1 BACKCHANNEL_TEST_PROGRESS="$progress" run_tests --filter "endurance=soak" "$@"
}

# Installs the agent hosts that tests drive, once, and prints the names of those that are there.
install_hosts() {
    local host installed=() script=Backchannel.Native.Tests/Interop/hosts/host.sh
    if [ "$(uname -s)" != Linux ] || ! command -v npm >/dev/null || ! command -v python3 >/dev/null; then
        echo "build.sh: the tests with agent hosts need Linux, npm and Python 3.9; they are skipped" >&2
        return
    fi
    for host in claude-code codex gemini-cli opencode qwen-code copilot-cli; do
        if bash "$script" "$host" --install >&2; then
            installed+=("$host")
        else
            echo "build.sh: $host cannot be installed here; its tests are skipped" >&2
        fi
    done
    echo "${installed[*]}"
}

test_hosts() {
    local hosts
    hosts="$(install_hosts)"
    if [ -z "$hosts" ]; then
        exit 3
    fi
    BACKCHANNEL_TEST_HOSTS="$hosts" run_tests --filter "FullyQualifiedName~.Interop.Host" "$@"
}

bench() {
    local static=""
    publish
    if can_make_static; then
        publish_release "$(native_rid)"
        static="$PWD/$release_root/$(native_rid)/backchannel-mcp"
    fi
    exec dotnet run --project Backchannel.Native.Tests -c "$configuration" -- bench "$(executable)" ${static:+"$static"} "$@"
}

bench_bus() {
    publish
    exec dotnet run --project Backchannel.Native.Tests -c "$configuration" -- bench-bus "$(executable)" "$@"
}

# One file is loaded much faster than thirty. The result is part of the repository, so that nobody needs npm to build.
page() {
    if ! command -v npm >/dev/null; then
        echo "build.sh: npm is missing. On Debian or Ubuntu: apt-get install nodejs npm" >&2
        exit 2
    fi
    need_page_libraries
    node Backchannel.Native.Tests/EndToEnd/Page/browser/bundle.mjs "$PWD/.artifacts/browser" Backchannel.Native/Page/bundle
}

# Makes the pictures of the page that the README shows. Look at them.
screenshots() {
    need_browser
    publish
    BACKCHANNEL_TEST_EXECUTABLE="$(executable)" BACKCHANNEL_TEST_BROWSER="$PWD/.artifacts/browser" BACKCHANNEL_TEST_SCREENSHOTS="$PWD/.github" \
        node Backchannel.Native.Tests/EndToEnd/Page/browser/views.mjs
}

bench_views() {
    publish
    exec dotnet run --project Backchannel.Native.Tests -c "$configuration" -- bench-views "$(executable)" "$@"
}

bench_work() {
    publish
    exec dotnet run --project Backchannel.Native.Tests -c "$configuration" -- bench-work "$(executable)"
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
    test-hosts) test_hosts "$@" ;;
    demo) publish && exec "$(executable)" demo ;;
    bench) bench "$@" ;;
    bench-bus) bench_bus "$@" ;;
    bench-views) bench_views "$@" ;;
    page) page ;;
    screenshots) screenshots ;;
    bench-work) bench_work ;;
    order) order ;;
    lines) lines "$@" ;;
    snapshots) UPDATE_SNAPSHOTS=1 run_tests --filter "FullyQualifiedName~ToolCatalog|FullyQualifiedName~Documentation|FullyQualifiedName~Snapshot" ;;
    help | --help | -h) usage ;;
    *) echo "build.sh: there is no verb '$verb'" >&2; usage >&2; exit 2 ;;
esac
