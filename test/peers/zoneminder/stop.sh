#!/usr/bin/env bash
# Ends what start.sh started, each by its id, and nothing else. What is recorded stays, and the next start is quick; --purge throws it away.
#
#   stop.sh STATE [--purge] [--for PID]
#
# With --for it ends only where no other process uses it, and nobody started it by hand.
set -uo pipefail
[ "${PEER_LOCKED:-}" = 1 ] || PEER_LOCKED=1 exec flock -o /run/lock/exportgate-zoneminder "$0" "$@"
state=${1:?stop.sh STATE [--purge] [--for PID]}
shift
purge='' user=''
while [ $# -gt 0 ]; do
  case $1 in
    --purge) purge=--purge ;;
    --for) user=$2; shift ;;
    *) echo "stop.sh: what is $1?" >&2; exit 2 ;;
  esac
  shift
done
[ "$(id -u)" = 0 ] || { echo "stop.sh: run as root" >&2; exit 1; }
[ -e "$state/.zoneminder-peer" ] || { echo "stop.sh: nothing was started from $state"; exit 0; }
state=$(cd "$state" && pwd)

if [ -n "$user" ]; then
  rm -f "$state/users/$user"
  [ ! -e "$state/users/hand" ] || exit 0
  for other in "$state"/users/*; do
    # Of one that died its file is left.
    if [ -e "$other" ] && kill -0 "$(basename "$other")" 2>/dev/null; then exit 0; fi
  done
fi

# A process that ended and was not waited for has an empty command line: it counts as gone.
alive() { [ -s "$1" ] && tr '\0' ' ' <"/proc/$(cat "$1" 2>/dev/null)/cmdline" 2>/dev/null | grep -q -- "$2"; }
finish() { # file, word in its command line, signal, seconds
  if alive "$1" "$2"; then
    kill "-$3" "$(cat "$1")" 2>/dev/null
    for _ in $(seq $(($4 * 10))); do alive "$1" "$2" || break; sleep 0.1; done
    ! alive "$1" "$2" || kill -KILL "$(cat "$1")" 2>/dev/null
  fi
  rm -f "$1"
}

if alive "$state/zoneminder.pid" zoneminder-peer; then
  if [ -e "$state/direct" ]; then
    # The file names a group of its own: setsid made it.
    kill -TERM -- "-$(cat "$state/zoneminder.pid")" 2>/dev/null
    sleep 1
  elif [ "$purge" != --purge ]; then
    # Over its own socket, so that running events are closed.
    runuser -u www-data -- timeout 15 /usr/bin/zmpkg.pl stop >>"$state/log/zoneminder.log" 2>&1
  fi
fi
# unshare hears no TERM; with it its whole namespace ends.
finish "$state/zoneminder.pid" zoneminder-peer KILL 3
finish "$state/apache.pid" apache2 TERM 5
finish "$state/cameras.pid" cameras.mjs TERM 3
finish "$state/run/mariadb.pid" mariadbd TERM 20
rm -rf "$state/users"
rm -f "$state/direct" "$state/peer.json" /run/zm/zmdc.sock /run/zm/zms-*.sock
if [ "$purge" = --purge ]; then
  ! grep -qs "^ZM_DIR_EVENTS=$state/events$" /etc/zm/conf.d/90-peer.conf || rm -f /etc/zm/conf.d/90-peer.conf
  rm -rf "$state"
  rm -f /dev/shm/zm.mmap.{1,2,3}
fi
