// The script for a client's computer in POSIX sh: curl does the asking, or where it is missing bash's own connections. Nothing else is
// needed, nothing is installed, nothing is written.
import type { Around, OwnListener, Way } from './way.js';

/** One word of the shell, whatever is in it. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const head = String.raw`#!/bin/sh
# ExportGate: 从客户端电脑检查是否能绕过网关取得录像 · does anything lead to recordings past the gate?
# 在客户端电脑上运行 run it on a client's computer: sh outside.sh [ADDRESS]
# 结束码 ends 0: 全部关闭 all closed; 1: 有开放 something is open; 2: 不能检查 it could not try.
set -u
address=${'$'}{1-}
open=0
tried=0
left=0
reached=0
shut=' '
if command -v curl >/dev/null 2>&1; then by=curl
elif command -v bash >/dev/null 2>&1; then by=bash
else echo '需要 curl 或 bash · curl or bash is needed' >&2; exit 2
fi

# A filtered port never answers: whatever is asked ends after seconds.
limited() {
  "$@" &
  job=$!
  (sleep 6; kill "$job") >/dev/null 2>&1 &
  dog=$!
  wait "$job" 2>/dev/null
  code=$?
  kill "$dog" 2>/dev/null
  return "$code"
}

asked() { # host port scheme path
  case $1 in *:*) name="[$1]" ;; *) name=$1 ;; esac
  curl -q -s -k -o /dev/null --noproxy '*' --path-as-is --max-redirs 0 --connect-timeout 4 --max-time 6 \
    -w '%{http_code} %{time_connect}' "$3://$name:$2$4" 2>/dev/null
}

taken() { bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>/dev/null; }

said() { # the first line of an answer
  bash -c 'exec 3<>"/dev/tcp/$0/$1" || exit 1
    printf "GET %s HTTP/1.0\r\nHost: %s\r\n\r\n" "$2" "$0" >&3
    IFS= read -r -t 5 line <&3
    printf "%s" "$line"' "$1" "$2" "$3" 2>/dev/null
}

# Into $connected (yes, no) and $status (000: no answer in HTTP).
try() { # host port scheme path
  connected=no status=000
  if [ "$by" = curl ]; then
    set -- "$@" "$(asked "$1" "$2" "$3" "${'$'}{4:-/}")"
    status=${'$'}{5%% *}
    # Refused, filtered and unknown alike leave the time of the connection at nothing.
    [ -z "$(printf %s "${'$'}{5#* }" | tr -d '0.,')" ] || connected=yes
    return
  fi
  limited taken "$1" "$2" && connected=yes
  [ "$connected" = yes ] && [ "$3" = http ] && [ -n "$4" ] || return 0
  line=$(limited said "$1" "$2" "${'$'}{4:-/}")
  case $line in HTTP/*) status=$(printf %s "$line" | cut -d' ' -f2) ;; esac
}

say() { printf '%s\n' "$1"; }

gate() { # host port scheme
  try "${'$'}{1:-$address}" "$2" "$3" ''
  [ "$connected" = no ] || reached=$((reached + 1))
}

way() { # host port scheme path what close
  host=${'$'}{1:-$address}
  where="$host:$2"
  [ -z "$4" ] || where="$3://$where$4"
  tried=$((tried + 1))
  # A port that takes no connection is asked once, and told once.
  case $shut in *" $host:$2 "*) return ;; esac
  try "$host" "$2" "$3" "$4"
  if [ "$connected" = no ]; then
    shut="$shut$host:$2 "
    say "关闭 closed  $host:$2  无连接 no connection: $5"
    return
  fi
  if [ -n "$4" ]; then
    if [ "$by" = bash ] && [ "$3" = https ]; then
      left=$((left + 1))
      say "未试 NOT TRIED  $where  $5: 需要 curl · curl is needed"
      return
    fi
    case $status in
      2??|500) ;;
      *) say "关闭 closed  $where  $5 ($status)"; return ;;
    esac
    where="$where ($status)"
  fi
  open=$((open + 1))
  say "开放 OPEN    $where  $5"
  say "             $6"
}
`;

const needsAddress = String.raw`
if [ -z "$address" ]; then
  echo '配置只写了本机地址:请写上网关所在电脑的地址 · the configuration knows this machine by loopback alone: say its address: sh outside.sh 192.0.2.10' >&2
  exit 2
fi
`;

const tail = String.raw`
echo
say "已试 tried $tried, 开放 open $open, 未试 not tried $left"
[ "$open" -eq 0 ] || exit 1
[ "$left" -eq 0 ] || exit 2
if [ "$reached" -eq 0 ]; then
  say '网关自身也到不了: 以上"关闭"不能说明问题,请检查网络与地址 · not even the gate is reached from here: what is closed above says nothing, look at the network and the address'
  exit 2
fi
exit 0
`;

const lineOf = ({ recorder, host, port, tls, path, what, close }: Way): string =>
  ['way', quoted(host ?? ''), String(port), tls ? 'https' : 'http', quoted(path ?? ''), quoted(`${recorder}: ${what.zh} ${what.en}`), quoted(`→ ${close.zh} ${close.en}`)].join(' ');

const gateLine = ({ host, port, tls }: OwnListener): string => ['gate', quoted(host ?? ''), String(port), tls ? 'https' : 'http'].join(' ');

export const shScript = ({ ways, gates, untried }: Around): string =>
  [
    head,
    ...([...ways, ...gates].some(({ host }) => host === null) ? [needsAddress] : []),
    ...gates.map((it) => `${gateLine(it)}\n`),
    ...ways.map((way) => `${lineOf(way)}\n`),
    ...(untried.length > 0 ? ["echo\nsay '从外面试不了,请人工查看 cannot be tried from outside, look at them yourself:'\n"] : []),
    ...untried.map(({ recorder, what }) => `say ${quoted(`  ${recorder}: ${what}`)}\n`),
    tail,
  ].join('');
