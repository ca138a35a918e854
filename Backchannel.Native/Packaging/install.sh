#!/bin/sh
# Installs backchannel-mcp @VERSION@ for the current user:
#   curl -fsSL https://github.com/@REPOSITORY@/releases/latest/download/install.sh | sh
#
# BACKCHANNEL_INSTALL_DIR   the folder to install into; default: the first of ~/.local/bin and ~/bin that is on the PATH,
#                           /usr/local/bin for root
# BACKCHANNEL_DOWNLOAD_URL  a folder with the release's files, for mirrors
set -eu

version='@VERSION@'
from="${BACKCHANNEL_DOWNLOAD_URL:-https://github.com/@REPOSITORY@/releases/download/v$version}"

fail() {
    echo "install.sh: $*" >&2
    exit 1
}

download() {
    if command -v curl >/dev/null; then
        curl -fsSL --retry 3 -o "$2" "$1"
    elif command -v wget >/dev/null; then
        wget -q -O "$2" "$1"
    else
        fail "neither curl nor wget is installed"
    fi
}

checksum() {
    if command -v sha256sum >/dev/null; then
        sha256sum "$1"
    elif command -v shasum >/dev/null; then
        shasum -a 256 "$1"
    else
        fail "neither sha256sum nor shasum is installed, so the download cannot be checked"
    fi | cut -d ' ' -f 1
}

on_path() {
    case ":$PATH:" in *":$1:"*) return 0 ;; *) return 1 ;; esac
}

choose_folder() {
    if [ -n "${BACKCHANNEL_INSTALL_DIR:-}" ]; then
        echo "$BACKCHANNEL_INSTALL_DIR"
    elif [ "$(id -u)" = 0 ]; then
        echo /usr/local/bin
    else
        [ -n "${HOME:-}" ] || fail "HOME is not set; set BACKCHANNEL_INSTALL_DIR to the folder to install into"
        if on_path "$HOME/bin" && ! on_path "$HOME/.local/bin"; then
            echo "$HOME/bin"
        else
            echo "$HOME/.local/bin"
        fi
    fi
}

# Only the last line calls this function: a script that was downloaded in part does nothing.
main() {
    case "$(uname -s)" in
        Linux) system=linux ;;
        Darwin) system=osx ;;
        *) fail "there is no file for $(uname -s); on Windows use install.ps1" ;;
    esac
    case "$(uname -m)" in
        x86_64 | amd64) processor=x64 ;;
        aarch64 | arm64) processor=arm64 ;;
        *) fail "there is no file for the processor $(uname -m); it can be built from the sources" ;;
    esac
    archive="backchannel-mcp-$version-$system-$processor.tar.gz"

    folder="$(choose_folder)"
    work="$(mktemp -d)"
    trap 'rm -rf "$work"' EXIT

    download "$from/$archive" "$work/$archive" || fail "$from/$archive cannot be downloaded"
    download "$from/SHA256SUMS" "$work/SHA256SUMS" || fail "$from/SHA256SUMS cannot be downloaded"
    wanted="$(grep "  $archive\$" "$work/SHA256SUMS" | cut -d ' ' -f 1)"
    [ -n "$wanted" ] || fail "SHA256SUMS does not name $archive; nothing was installed"
    found="$(checksum "$work/$archive")"
    [ "$wanted" = "$found" ] || fail "the checksum of $archive is $found, but $wanted was published; nothing was installed"

    tar -xzf "$work/$archive" -C "$work"
    mkdir -p "$folder"
    # A rename in the same folder: a running copy is not disturbed, and the file is never incomplete.
    cp "$work/backchannel-mcp" "$folder/.backchannel-mcp.new"
    chmod 755 "$folder/.backchannel-mcp.new"
    mv -f "$folder/.backchannel-mcp.new" "$folder/backchannel-mcp"

    echo "Installed $folder/backchannel-mcp, version $("$folder/backchannel-mcp" --version)."
    if ! on_path "$folder"; then
        echo "$folder is not on your PATH. Add this line to your shell's profile:"
        # shellcheck disable=SC2016  # for the profile to expand
        printf '  export PATH="%s:$PATH"\n' "$folder"
    fi
    echo "Next, add it to your MCP client, for example:  backchannel-mcp config claude-code --local --write"
}

main
