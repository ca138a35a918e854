#!/usr/bin/env bash
# Runs a real agent host headless, with a model that plays a script instead of thinking: no account, no network.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() {
  cat >&2 <<'TEXT'
host.sh HOST [--home DIR] [--server COMMAND] [--script FILE] [--prompt TEXT] [--tap FILE] [--limit SECONDS]
             [--interactive] [--wake CHANNEL] [--run LINE] [-- ARGUMENT...]
host.sh HOST --install
host.sh --list

  --home DIR        the host's HOME, so its bus too; without it a temporary one, deleted after success
  --server COMMAND  first configures the host with `COMMAND config HOST --local --write`
  --script FILE     what the model says (see scripted_model.py); scripts/handoff.json by default
  --run LINE        runs this shell line in the host's place, such as `backchannel-mcp work CHANNEL --agent HOST`:
                    the host that it calls has its model, COMMAND is `backchannel-mcp`, nothing is configured first
  --prompt TEXT     what the user says; an empty one: nothing
  --tap FILE        writes the lines between the host and COMMAND to FILE; needs --server
  --limit SECONDS   how long the host may take; 300 by default
  --interactive     in a terminal, where a session stays open: only there Claude Code declares the Tasks extension
  --wake CHANNEL    configures it with `--wake CHANNEL` too: a result, or a task on CHANNEL, begins a turn
  -- ARGUMENT...    more arguments for the host

It prints what the host printed, then a line for each tool call that the model made. The exit status is 0 if
the script was played to its end and nothing went wrong, 1 if not, 2 for a wrong call. HOME/runs/HOST.NUMBER
gets model.jsonl (each request to the model), host.out and host.err (what the host printed).
TEXT
  exit 2
}

# ---- The hosts: package and version, command, how it is called

hosts='claude-code codex gemini-cli opencode qwen-code copilot-cli'

describe() {
  case $1 in
    claude-code) package=@anthropic-ai/claude-code@2.1.332 command=claude ;;
    codex)       package=@openai/codex@0.169.0             command=codex ;;
    gemini-cli)  package=@google/gemini-cli@0.61.0         command=gemini ;;
    opencode)    package=opencode-ai@1.18.33               command=opencode ;;
    qwen-code)   package=@qwen-code/qwen-code@0.24.4       command=qwen ;;
    copilot-cli) package=@github/copilot@1.0.102           command=copilot ;;
    *) echo "host.sh: unknown host '$1'; there are: $hosts" >&2; exit 2 ;;
  esac
}

node_package=node@22.23.3
plugin_package=@opencode-ai/plugin@1.18.33

# Sets `settings`, the environment that makes the host use the model at $2, and `call`, its command line for the prompt $3.
headless() {
  local model=$2 prompt=$3 provider
  case $1 in
    claude-code)
      settings=(ANTHROPIC_BASE_URL="$model" ANTHROPIC_API_KEY=sk-ant-scripted DISABLE_AUTOUPDATER=1
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1)
      call=(claude -p "$prompt" --allowedTools 'mcp__backchannel__*') ;;
    codex)
      settings=(SCRIPTED_KEY=none)
      call=(codex exec --skip-git-repo-check --dangerously-bypass-approvals-and-sandbox "$prompt") ;;
    gemini-cli)
      settings=(GOOGLE_GEMINI_BASE_URL="$model" GEMINI_API_KEY=none GEMINI_TELEMETRY_ENABLED=false)
      call=(env GEMINI_CLI_TRUST_WORKSPACE=true gemini --yolo --prompt "$prompt") ;;
    opencode)
      provider="\"options\": {\"baseURL\": \"$model/v1\", \"apiKey\": \"none\"}, \"models\": {\"scripted\": {}}"
      provider="{\"npm\": \"@ai-sdk/openai-compatible\", $provider}"
      provider="\"provider\": {\"scripted\": $provider}, \"model\": \"scripted/scripted\""
      settings=(OPENCODE_DISABLE_AUTOUPDATE=1 OPENCODE_DISABLE_MODELS_FETCH=1
        OPENCODE_CONFIG_CONTENT="{$provider, \"permission\": \"allow\", \"share\": \"disabled\"}")
      call=(opencode run "$prompt") ;;
    qwen-code)
      settings=(OPENAI_BASE_URL="$model/v1" OPENAI_API_KEY=none OPENAI_MODEL=scripted QWEN_TELEMETRY_ENABLED=false)
      call=(qwen --yolo --prompt "$prompt") ;;
    copilot-cli)
      settings=(COPILOT_PROVIDER_BASE_URL="$model/v1" COPILOT_PROVIDER_API_KEY=none COPILOT_MODEL=scripted COPILOT_OFFLINE=true)
      call=(copilot --allow-all-tools --silent --prompt "$prompt") ;;
  esac
}

# Sets `call` for a session in a terminal that begins with the prompt $2, and the `keys` that answer a question with `asked` in it.
interactive() {
  local prompt=("${@:2}")
  asked='' keys=''
  case $1 in
    claude-code) call=(claude "${prompt[@]}" --allowedTools 'mcp__backchannel__*') ;;
    codex)  # The user says that the hooks are trusted.
      asked=Trustallandcontinue keys=$'2\r'
      call=(codex --dangerously-bypass-approvals-and-sandbox -c "projects.\"$home/project\".trust_level=\"trusted\"" "${prompt[@]}") ;;
    gemini-cli) call=(env GEMINI_CLI_TRUST_WORKSPACE=true gemini --yolo ${prompt:+--prompt-interactive "$prompt"}) ;;
    opencode) call=(opencode ${prompt:+--prompt "$prompt"}) ;;
    qwen-code) call=(qwen --yolo ${prompt:+--prompt-interactive "$prompt"}) ;;
    copilot-cli)
      asked=Doyoutrustthefiles keys=$'\r'
      call=(copilot --allow-all-tools --experimental ${prompt:+--interactive "$prompt"}) ;;
  esac
}

# What a host takes from its settings only, with the model at $1. Claude Code in a terminal asks nothing when it knows
# the key, the folder and that it was set up before. opencode fetches a package for its plugins, unless that is there.
prepare() {
  case $host$interactive in
    gemini-cli*) merge .gemini/settings.json '{"security": {"auth": {"selectedType": "gemini-api-key"}}, "model": {"name": "gemini-2.5-flash"}}' ;;
    qwen-code*) merge .qwen/settings.json '{"security": {"auth": {"selectedType": "openai"}}}' ;;
    codex*) prepare_codex "$1" ;;
    claude-codeyes) merge .claude.json '{"hasCompletedOnboarding": true, "customApiKeyResponses": {"approved": ["sk-ant-scripted"]},
      "projects": {"'"$home"'/project": {"hasTrustDialogAccepted": true}}}' ;;
    opencode*)
      mkdir -p "$home/.config/opencode"
      cp "$cache/${plugin_package//\//+}"/package*.json "$home/.config/opencode/"
      ln -sfn "$cache/${plugin_package//\//+}/node_modules" "$home/.config/opencode/node_modules" ;;
  esac
}

# Dotted keys before all tables; those of an earlier run, which another model had, go.
prepare_codex() {
  local file=$home/.codex/config.toml old=''
  mkdir -p "$home/.codex"
  [ ! -e "$file" ] || old=$(grep -v '# scripted$' "$file" || true)
  sed 's/$/ # scripted/' > "$file" <<TOML
model = "scripted"
model_provider = "scripted"
model_providers.scripted.name = "scripted"
model_providers.scripted.base_url = "$1/v1"
model_providers.scripted.wire_api = "responses"
model_providers.scripted.env_key = "SCRIPTED_KEY"
analytics.enabled = false
check_for_update_on_startup = false
TOML
  printf '%s\n' "$old" >> "$file"
}

# Merges JSON into a settings file of the HOME.
merge() {
  mkdir -p "$(dirname "$home/$1")"
  python3 - "$home/$1" "$2" <<'PYTHON'
import json, os, sys
path, new = sys.argv[1], json.loads(sys.argv[2])
def merge(old, new):
    return {**old, **{key: merge(old.get(key, {}), value) if isinstance(value, dict) else value for key, value in new.items()}}
old = json.load(open(path)) if os.path.exists(path) else {}
with open(path, "w") as file:
    json.dump(merge(old, new), file, indent=2)
PYTHON
}

# ---- The parts of a run

# Node 22 and the host from their npm packages, into a folder below the system's temporary one.
install() {
  local wanted=$1 program=$2 folder=$cache/${1//\//+} new user_config=${NPM_CONFIG_USERCONFIG:-$HOME/.npmrc}
  if [ ! -e "$folder/node_modules/$program" ]; then
    echo "host.sh: installing $wanted into $folder" >&2
    command -v npm > /dev/null || { echo 'host.sh: npm is needed to install hosts' >&2; exit 2; }
    [ -d "$cache" ] || mkdir -m 700 "$cache"
    [ -O "$cache" ] || { echo "host.sh: $cache belongs to somebody else" >&2; exit 2; }
    new=$(mktemp -d "$cache/new.XXXXXX")
    (cd "$new" && echo '{"private": true}' > package.json && mkdir -p "$cache/home" &&
      npm_config_userconfig=$user_config HOME=$cache/home TMPDIR=$cache/home npm_config_cache=$cache/npm \
        npm install --no-audit --no-fund --no-update-notifier --loglevel=error "$wanted" >&2)
    mv -T "$new" "$folder" 2>/dev/null || rm -rf "$new"  # another call was faster
  fi
  PATH=$folder/node_modules/.bin:$PATH
}

configure() {
  HOME=$home "$server" config "$host" --local --write ${wake:+--wake "$wake"}
  [ -z "$tap" ] || python3 - "$home" "$here/tap.py" "$tap" "$server" <<'PYTHON'
import json, os, stat, sys
home, tap, log, server = sys.argv[1:]
wrapper = home + "/tapped-server"
with open(wrapper, "w") as file:
    file.write(f'#!/bin/sh\nexec python3 "{tap}" "{log}" "{server}" "$@"\n')
os.chmod(wrapper, stat.S_IRWXU)
done = 0
for name in (".claude.json", ".codex/config.toml", ".gemini/settings.json", ".config/opencode/opencode.json",
             ".qwen/settings.json", ".copilot/mcp-config.json"):
    if os.path.exists(path := os.path.join(home, name)):
        text = open(path).read()
        for spelling in {server, os.path.realpath(server)}:
            done += text.count(json.dumps(spelling))
            text = text.replace(json.dumps(spelling), json.dumps(wrapper))
        open(path, "w").write(text)
done or sys.exit("host.sh: the written configuration does not name " + server)
PYTHON
}

loopback_up() {
  python3 -c 'import fcntl, socket, struct; fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh22x", b"lo", 1))'
}

start_model() {
  : > "$run/model.out"
  python3 -B "$here/scripted_model.py" --script "$script" --log "$run/model.jsonl" > "$run/model.out" &
  model_pid=$!
  trap 'kill "$model_pid" 2>/dev/null || true' EXIT
  until url=$(sed -n 's/^listening on //p' "$run/model.out") && [ -n "$url" ]; do
    kill -0 "$model_pid" 2>/dev/null || exit 2
    sleep 0.1
  done
}

# A bus started by the host outlives it; one in a temporary HOME is of no use to anybody.
end_leftovers() {
  local environment pid
  for environment in /proc/[0-9]*/environ; do
    pid=${environment#/proc/}; pid=${pid%/environ}
    if tr '\0' '\n' 2>/dev/null < "$environment" | grep -qxF "HOME=$home"; then kill "$pid" 2>/dev/null || true; fi
  done
}

# ---- The command line

list() {
  local word
  for host in $hosts; do
    describe "$host"; headless "$host" http://127.0.0.1:PORT PROMPT
    printf '%s  %s\n ' "$host" "$package"
    for word in "${settings[@]}" "${call[@]}"; do
      case $word in *[!A-Za-z0-9_@=:./-]*) printf " '%s'" "$word" ;; *) printf ' %s' "$word" ;; esac
    done
    echo
  done
  exit 0
}

main() {
  [ $# -gt 0 ] || usage
  [ "$1" != --list ] || list
  arguments=("$@") host=$1 home='' server='' tap='' interactive='' wake='' limit=300 line='' only_install=''
  script=$here/scripts/handoff.json prompt='Do what the script says.'
  describe "$host"; shift
  while [ $# -gt 0 ]; do
    case $1 in
      --interactive) interactive=yes; shift; continue ;;
      --install) only_install=yes; shift; continue ;;
      --) shift; break ;;
      --*) [ $# -ge 2 ] || usage ;;
    esac
    case $1 in
      --home) mkdir -p "$2"; home=$(cd "$2" && pwd) ;;
      --server) server=$(command -v "$2") || { echo "host.sh: no command '$2'" >&2; exit 2; }; server=$(realpath -s "$server") ;;
      --script) [ -r "$2" ] || { echo "host.sh: no file '$2'" >&2; exit 2; }; script=$(realpath "$2") ;;
      --prompt) prompt=$2 ;;
      --wake) wake=$2 ;;
      --tap) tap=$(realpath "$2") ;;
      --limit) limit=$2 ;;
      --run) line=$2 ;;
      *) usage ;;
    esac
    shift 2
  done
  [ -z "$tap" ] || [ -n "$server" ] || usage

  cache=${HOST_SH_CACHE:-${TMPDIR:-/tmp}/agent-hosts-$(id -u)}
  case $(node --version 2>/dev/null) in v2[2-9].*|v[3-9][0-9].*) ;; *) install "$node_package" .bin/node ;; esac
  install "$package" ".bin/$command"
  [ "$host" != opencode ] || install "$plugin_package" "${plugin_package%@*}"
  [ -z "$only_install" ] || exit 0

  # Once more in a network namespace of its own, where the system allows it.
  if [ -z "${HOST_SH_CACHE:-}" ]; then
    export HOST_SH_CACHE=$cache
    for isolate in 'unshare -n' 'unshare -rn'; do
      if $isolate true 2>/dev/null; then exec $isolate bash "${BASH_SOURCE[0]}" "${arguments[@]}"; fi
    done
    echo 'host.sh: no network namespace here: the host runs with telemetry and updates off, but could reach the network' >&2
  else
    loopback_up
  fi

  temporary=''
  [ -n "$home" ] || { home=$(mktemp -d "${TMPDIR:-/tmp}/agent-home.XXXXXX"); temporary=yes; }
  run=$home/runs/$host.$$
  mkdir -p "$home/project" "$home/tmp" "$run"
  if [ -n "$line" ]; then
    mkdir -p "$home/bin"
    [ -z "$server" ] || ln -sf "$server" "$home/bin/backchannel-mcp"
    PATH=$home/bin:$PATH
  elif [ -n "$server" ]; then
    configure
  fi
  start_model
  prepare "$url"
  headless "$host" "$url" "$prompt"
  [ -z "$interactive" ] || interactive "$host" ${prompt:+"$prompt"}
  clean=(env -i HOME="$home" PATH="$PATH" TMPDIR="$home/tmp" LANG=C.UTF-8 SHELL=/bin/sh USER="$(id -un)" DISABLE_TELEMETRY=1
    DO_NOT_TRACK=1 PYTHONDONTWRITEBYTECODE=1)
  cd "$home/project"
  status=0
  if [ -n "$interactive" ]; then
    "${clean[@]}" TERM=xterm-256color TERMINAL_ASKED="$asked" TERMINAL_KEYS="$keys" "${settings[@]}" \
      python3 "$here/terminal.py" "$limit" "$run/host.out" "$run/model.out" 'end of the script' \
      "${call[@]}" "$@" 2> "$run/host.err" || status=$?
  else
    [ -z "$line" ] || call=(sh -c "$line")
    # In the background, so that a SIGTERM is passed on at once.
    "${clean[@]}" TERM=dumb NO_COLOR=1 timeout "$limit" env "${settings[@]}" "${call[@]}" "$@" \
      > "$run/host.out" 2> "$run/host.err" < /dev/null &
    host_pid=$!
    trap 'kill "$host_pid" 2>/dev/null || true' TERM
    wait "$host_pid" || status=$?
    if kill -0 "$host_pid" 2>/dev/null; then status=0; wait "$host_pid" || status=$?; fi
    trap - TERM
    cat "$run/host.out"
  fi
  kill "$model_pid" || true
  played=0
  wait "$model_pid" || played=1
  [ $status != 124 ] || { echo "host.sh: $command did not end within $limit s" >&2; played=1; }
  if [ $status != 0 ]; then
    echo "host.sh: $command ended with $status; the end of what it wrote on standard error:" >&2
    tail -n 20 "$run/host.err" >&2
  fi
  sed '/^listening on /d; s/^/model: /' "$run/model.out"
  if [ -n "$temporary" ]; then
    end_leftovers
    [ $played = 1 ] || rm -rf "$home"
  fi
  [ ! -d "$run" ] || echo "host.sh: more in $run" >&2
  exit $played
}

main "$@"
