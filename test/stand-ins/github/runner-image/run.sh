#!/bin/sh
# Stands in for the start script of GitHub's runner: takes its JIT configuration as the real one does, comes online,
# runs the one job that it is given, ends with 0. SIGTERM cancels the job and ends it with 143.
# Needs nothing but busybox.
set -u

[ "${1:-}" = --jitconfig ] && ACTIONS_RUNNER_INPUT_JITCONFIG=${2:-}
if [ -z "${ACTIONS_RUNNER_INPUT_JITCONFIG:-}" ]; then
  echo "Not configured. Set ACTIONS_RUNNER_INPUT_JITCONFIG, or pass --jitconfig, with what GitHub's JIT call answered." >&2
  exit 1
fi

busybox=busybox
[ -x /bin/busybox ] && busybox=/bin/busybox

# field NAME: the value of a JSON string or number, out of one flat object on stdin.
field() {
  "$busybox" sed -n 's/.*"'"$1"'":"\{0,1\}\([^",}]*\)"\{0,1\}[,}].*/\1/p'
}

settings=$(printf %s "$ACTIONS_RUNNER_INPUT_JITCONFIG" | "$busybox" base64 -d |
  "$busybox" sed -n 's/.*"\.runner":"\([^"]*\)".*/\1/p' | "$busybox" base64 -d)
server=$(printf '%s\n' "$settings" | field ServerUrl)
token=$(printf '%s\n' "$settings" | field Token)
name=$(printf '%s\n' "$settings" | field AgentName)
unset ACTIONS_RUNNER_INPUT_JITCONFIG
if [ -z "$server" ] || [ -z "$token" ]; then
  echo "The JIT configuration is unreadable." >&2
  exit 1
fi

for folder in "${TMPDIR:-/tmp}" /dev/shm "${0%/*}"; do
  answer=$folder/.answer.$$
  : 2>/dev/null >"$answer" && break
done

child=
working=

# post CALL BODY: sends a call, its answer to the file. In the background, so that a signal need not wait for it.
post() {
  "$busybox" wget -q -O "$answer" --header "Authorization: Bearer $token" --post-data "$2" "$server/_runner/$1" &
  child=$!
  wait "$child"
  status=$?
  child=
  return "$status"
}

stop() {
  trap '' TERM INT
  echo "Exiting..."
  [ -n "$child" ] && kill "$child" 2>/dev/null && wait "$child" 2>/dev/null
  [ -n "$working" ] && post done '{"conclusion":"cancelled"}'
  leave "$1"
}

leave() {
  "$busybox" rm -f "$answer"
  exit "$1"
}

trap 'stop 143' TERM
trap 'stop 130' INT

echo "√ Connected to GitHub"
echo "Listening for Jobs"
while :; do
  if ! post poll '{}'; then
    echo "$name lost the connection to $server" >&2
    leave 1
  fi
  case $("$busybox" cat "$answer") in
  *'"gone"'*) leave 0 ;;
  *'"jobId":null'*) continue ;;
  esac

  working=yes
  echo "Running job: $(field jobId <"$answer")"
  if ! post work '{}'; then
    echo "$name lost the connection to $server" >&2
    leave 1
  fi
  conclusion=$(field conclusion <"$answer")
  case $conclusion in
  '' | null)
    working=
    continue
    ;;
  esac
  post done "{\"conclusion\":\"$conclusion\"}"
  working=
  echo "Job completed with result: $conclusion"
  leave 0
done
