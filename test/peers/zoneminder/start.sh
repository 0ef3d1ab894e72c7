#!/usr/bin/env bash
# Brings up a real ZoneMinder 1.36 (Debian 12) on loopback: MariaDB on a unix socket, Apache with PHP, three painted cameras that record all
# the time, login on, accounts with different rights. As root, without systemd; again while it runs, it only tells where it is.
#
#   start.sh STATE [--http 8088] [--rtsp 18554] [--section 5] [--zone Asia/Shanghai] [--for PID]
#
# STATE: a folder of its own, which www-data and mysql can enter. peer.json in it says where everything is. With --for it is kept for a
# process, and several may use it; README.md has the rest.
set -Eeuo pipefail
# One at a time starts and stops. Not held by what is started here.
[ "${PEER_LOCKED:-}" = 1 ] || PEER_LOCKED=1 exec flock -o /run/lock/exportgate-zoneminder "$0" "$@"
here=$(cd "$(dirname "$0")" && pwd)
state=${1:?start.sh STATE [--http PORT] [--rtsp PORT] [--section SECONDS] [--zone ZONE] [--for PID]}
shift
http=8088 rtsp=18554 section=5 zone=Asia/Shanghai user=hand
while [ $# -gt 0 ]; do
  case $1 in
    --http) http=$2 ;;
    --rtsp) rtsp=$2 ;;
    --section) section=$2 ;;
    --zone) zone=$2 ;;
    --for) user=$2 ;;
    *) echo "start.sh: what is $1?" >&2; exit 2 ;;
  esac
  shift 2
done

# Fictional, and of this peer alone.
admin_password='peer-admin-9182' operator_password='peer-operator-7364' viewer_password='peer-viewer-5546' gate_password='peer-gate-3728'
hash_secret='peer-hash-secret-1900' database_password='peer-database-4455' camera_password='peer-camera-6677'

die() { echo "start.sh: $*" >&2; exit 1; }
trap 'echo "start.sh: failed in line $LINENO; stop.sh $state ends what was started" >&2' ERR
[ "$(id -u)" = 0 ] || die "run as root"
command -v node >/dev/null || die "node is not there"
[ ! -e "$state" ] || [ -e "$state/.zoneminder-peer" ] || [ -z "$(ls -A "$state")" ] || die "$state is not empty and not this peer's"
mkdir -p "$state/log" "$state/users"
state=$(cd "$state" && pwd)
chmod 755 "$state"
: >"$state/.zoneminder-peer"

# A process is ours where its file names it and its command line holds the word.
alive() { [ -s "$1" ] && tr '\0' ' ' <"/proc/$(cat "$1" 2>/dev/null)/cmdline" 2>/dev/null | grep -q -- "$2"; }
taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
wait_for() { # seconds, then a command
  local until=$((SECONDS + $1)); shift
  until "$@" >/dev/null 2>&1; do [ $SECONDS -lt "$until" ] || return 1; sleep 0.2; done
}

# 1. Packages. apt must not start what it installs.
missing=()
for package in zoneminder mariadb-server apache2 libapache2-mod-php ffmpeg; do
  dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  policy=/usr/sbin/policy-rc.d made=
  [ -e $policy ] || { printf '#!/bin/sh\nexit 101\n' >$policy; chmod +x $policy; made=1; }
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"; } \
    >"$state/log/apt.log" 2>&1 || die "apt could not install ${missing[*]}; see $state/log/apt.log"
  [ -z "$made" ] || rm $policy
fi
runuser -u www-data -- test -x "$state" || die "www-data cannot enter $state"

# ZoneMinder's folders in /etc, /run, /tmp and /dev/shm are fixed: there is one on a machine.
owner=$(sed -n 's/^ZM_DIR_EVENTS=\(.*\)\/events$/\1/p' /etc/zm/conf.d/90-peer.conf 2>/dev/null || true)
[ -z "$owner" ] || [ "$owner" = "$state" ] || ! alive "$owner/zoneminder.pid" zoneminder-peer || die "the peer of $owner runs; stop it first"
alive "$state/zoneminder.pid" zoneminder-peer || ! pgrep -x zmc >/dev/null || die "another ZoneMinder runs on this machine"
alive "$state/apache.pid" apache2 || ! taken "$http" || die "port $http is taken"
alive "$state/cameras.pid" cameras.mjs || ! taken "$rtsp" || die "port $rtsp is taken"

# 2. Cameras.
if ! alive "$state/cameras.pid" cameras.mjs; then
  setsid node "$here/cameras.mjs" --port "$rtsp" cam1=1280x720@15 cam2=1280x720@15 cam3=640x360@10 >"$state/log/cameras.log" 2>&1 </dev/null &
  echo $! >"$state/cameras.pid"
fi

# 3. MariaDB. All parts live in one zone: events carry local times without it.
export TZ=$zone
socket=$state/run/mysql.sock
install -d -o mysql -g mysql "$state/database" "$state/run"
mariadb_options=(--no-defaults --user=mysql --datadir="$state/database" --tmpdir="$state/run" --innodb-flush-log-at-trx-commit=0
  --innodb-log-file-size=16M --innodb-buffer-pool-size=64M)
[ -d "$state/database/mysql" ] ||
  mariadb-install-db "${mariadb_options[@]}" --skip-test-db --auth-root-authentication-method=socket >"$state/log/mariadb-install.log" 2>&1
if ! alive "$state/run/mariadb.pid" mariadbd; then
  setsid mariadbd "${mariadb_options[@]}" --socket="$socket" --skip-networking --skip-log-bin --pid-file="$state/run/mariadb.pid" \
    >"$state/log/mariadb.log" 2>&1 </dev/null &
fi
wait_for 60 mariadb-admin --no-defaults --socket="$socket" ping || die "MariaDB does not answer; see $state/log/mariadb.log"
sql() { mariadb --no-defaults --socket="$socket" -N "$@"; }

# 4. ZoneMinder: configuration, schema, accounts, cameras.
cat >/etc/zm/conf.d/90-peer.conf <<CONF
ZM_DB_HOST=localhost:$socket
ZM_DB_PASS=$database_password
ZM_DIR_EVENTS=$state/events
ZM_DIR_EXPORTS=$state/exports
ZM_PATH_FFMPEG=/usr/bin/ffmpeg
CONF
chown root:www-data /etc/zm/zm.conf /etc/zm/conf.d/90-peer.conf
chmod 640 /etc/zm/zm.conf /etc/zm/conf.d/90-peer.conf
install -d -o www-data -g www-data /run/zm /tmp/zm /var/log/zm /var/cache/zoneminder/temp "$state/events" "$state/exports"
sql -e 'SELECT 1 FROM zm.Users LIMIT 1' >/dev/null 2>&1 || { echo 'SET autocommit=0;'; cat /usr/share/zoneminder/db/zm_create.sql; echo 'COMMIT;'; } | sql
hashed() { PW=$1 php -r 'echo password_hash(getenv("PW"), PASSWORD_BCRYPT, ["cost" => 8]);'; }
monitor() { # id, name, path, user, password, width, height, JPEGs, writer
  cat <<SQL
INSERT IGNORE INTO Monitors (Id, Name, Type, \`Function\`, Method, Path, User, Pass, ONVIF_URL, ONVIF_Username, ONVIF_Password, Width, Height, Colours,
  SaveJPEGs, VideoWriter, OutputContainer, PreEventCount, PostEventCount, MinSectionLength, Sequence, StorageId)
  VALUES ($1, '$2', 'Ffmpeg', 'Record', 'rtpRtsp', '$3', '$4', '$5', 'http://127.0.0.1/onvif', '$4', '$5', $6, $7, 4, $8, $9, 'mp4', 5, 5, 1, $1, 1);
UPDATE Monitors SET SectionLength = $section, Path = '$3' WHERE Id = $1;
INSERT IGNORE INTO Zones (Id, MonitorId, Name, Type, Units, NumCoords, Coords, Area, AlarmRGB, CheckMethod)
  VALUES ($1, $1, 'All', 'Active', 'Pixels', 4, '0,0 $(($6 - 1)),0 $(($6 - 1)),$(($7 - 1)) 0,$(($7 - 1))', $(($6 * $7)), 16711680, 'Blobs');
SQL
}
account() { # id, name, password, stream, events, monitors, monitor ids
  cat <<SQL
REPLACE INTO Users (Id, Username, Password, Language, Enabled, Stream, Events, Control, Monitors, \`Groups\`, Devices, Snapshots, \`System\`, MonitorIds, APIEnabled)
  VALUES ($1, '$2', '$(hashed "$3")', '', 1, '$4', '$5', 'None', '$6', 'None', 'None', 'None', 'None', '$7', 1);
SQL
}
{
  cat <<SQL
CREATE USER IF NOT EXISTS zmuser@localhost; ALTER USER zmuser@localhost IDENTIFIED BY '$database_password'; GRANT ALL ON zm.* TO zmuser@localhost;
USE zm; SET autocommit = 0;
UPDATE Config SET Value = '1' WHERE Name IN ('ZM_OPT_USE_AUTH', 'ZM_OPT_USE_API', 'ZM_OPT_FFMPEG', 'ZM_AUTH_HASH_LOGINS');
UPDATE Config SET Value = '0' WHERE Name IN ('ZM_AUTH_HASH_IPS', 'ZM_SHOW_PRIVACY', 'ZM_CHECK_FOR_UPDATES', 'ZM_TELEMETRY_DATA', 'ZM_OPT_CONTROL', 'ZM_DYN_SHOW_DONATE_REMINDER');
UPDATE Config SET Value = '$hash_secret' WHERE Name = 'ZM_AUTH_HASH_SECRET';
UPDATE Config SET Value = 'hashed' WHERE Name = 'ZM_AUTH_RELAY';
UPDATE Config SET Value = '/usr/bin/ffmpeg' WHERE Name = 'ZM_PATH_FFMPEG';
UPDATE Config SET Value = 'time' WHERE Name = 'ZM_EVENT_CLOSE_MODE';
UPDATE Config SET Value = '$zone' WHERE Name = 'ZM_TIMEZONE';
UPDATE Storage SET Path = '$state/events' WHERE Id = 1;
UPDATE Users SET Password = '$(hashed "$admin_password")', APIEnabled = 1 WHERE Username = 'admin';
SQL
  account 2 operator "$operator_password" View View View '1,3'
  account 3 viewer "$viewer_password" View None View ''
  account 4 gate "$gate_password" View Edit View ''
  monitor 1 Gate-north "rtsp://camera:$camera_password@127.0.0.1:$rtsp/cam1" '' '' 1280 720 0 2
  monitor 2 Gate-south "rtsp://127.0.0.1:$rtsp/cam2" camera "$camera_password" 1280 720 0 2
  monitor 3 Stairs "rtsp://127.0.0.1:$rtsp/cam3" '' '' 640 360 1 0
  echo 'COMMIT;'
} | sql

# 5. Apache with a configuration of its own. The package's alias for recordings that asks nobody is kept: it is what the gate must close.
cat >"$state/apache.conf" <<CONF
ServerRoot /etc/apache2
ServerName 127.0.0.1
Listen 127.0.0.1:$http
PidFile $state/apache.pid
ErrorLog $state/log/apache-error.log
$(for module in mpm_prefork authz_core authz_host dir mime alias env rewrite headers cgi; do echo "LoadModule ${module}_module /usr/lib/apache2/modules/mod_$module.so"; done)
LoadModule php_module $(ls /usr/lib/apache2/modules/libphp*.so | head -1)
User www-data
Group www-data
MaxRequestWorkers 60
TypesConfig /etc/mime.types
DocumentRoot /var/www/html
DirectoryIndex index.php index.html
LogFormat "%u %t \"%r\" %>s %O" short
CustomLog $state/log/apache-access.log short
php_admin_value date.timezone $zone
<Directory />
  Require all denied
</Directory>
<FilesMatch "\.php$">
  SetHandler application/x-httpd-php
</FilesMatch>
Alias /zm/cache/events $state/events
<Directory $state/events>
  Require all granted
</Directory>
Include /etc/apache2/conf-available/zoneminder.conf
<Directory /usr/share/zoneminder/www>
  Require all granted
</Directory>
# The package brings no .htaccess for its API.
<Directory /usr/share/zoneminder/www/api>
  AllowOverride None
  RewriteEngine on
  RewriteBase /zm/api
  RewriteRule ^$ app/webroot/ [L]
  RewriteRule (.*) app/webroot/\$1 [L]
</Directory>
<Directory /usr/share/zoneminder/www/api/app>
  RewriteEngine on
  RewriteBase /zm/api
  RewriteRule ^$ webroot/ [L]
  RewriteRule (.*) webroot/\$1 [L]
</Directory>
<Directory /usr/share/zoneminder/www/api/app/webroot>
  RewriteEngine on
  RewriteBase /zm/api
  RewriteCond %{REQUEST_FILENAME} !-d
  RewriteCond %{REQUEST_FILENAME} !-f
  RewriteRule ^ index.php [L]
</Directory>
CONF
[ -e /etc/mime.types ] || sed -i '/^TypesConfig/d' "$state/apache.conf"
alive "$state/apache.pid" apache2 || apache2 -f "$state/apache.conf" -k start

# 6. ZoneMinder's own programs. Its supervisor ends everything of its names when it starts: a PID namespace is all that it can reach. Where
# there may be none, the recorders run without it.
if ! alive "$state/zoneminder.pid" zoneminder-peer; then
  rm -f /run/zm/zmdc.sock "$state/direct"
  sql -e 'DELETE FROM zm.Monitor_Status'
  if unshare --pid --fork --mount-proc true 2>/dev/null; then
    setsid unshare --pid --fork --kill-child --mount-proc bash -c \
      ': zoneminder-peer; runuser -u www-data -- /usr/bin/zmpkg.pl start; while sleep 3600 & wait $!; do :; done' >"$state/log/zoneminder.log" 2>&1 </dev/null &
  else
    : >"$state/direct"
    setsid bash -c ': zoneminder-peer
      for id in 1 2 3; do (while :; do setpriv --reuid=www-data --regid=www-data --init-groups /usr/bin/zmc -m $id; sleep 2; done) & done
      wait' >"$state/log/zoneminder.log" 2>&1 </dev/null &
  fi
  echo $! >"$state/zoneminder.pid"
fi

# 7. Ready: each camera has an event that is finished, and the interface for programs takes a login.
recorded() { [ "$(sql -e 'SELECT COUNT(DISTINCT MonitorId) FROM zm.Events WHERE EndDateTime IS NOT NULL AND Length > 1')" = 3 ]; }
wait_for 90 recorded || die "no finished event of each camera; see $state/log and /var/log/zm"
# Two workers of Debian's PHP may fall over each other's cache of classes at first: asked until it answers.
answers() {
  (exec 3<>"/dev/tcp/127.0.0.1/$http"; printf 'GET /zm/api/host/getVersion.json HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' >&3; head -1 <&3 | grep -q ' 401 ')
}
wait_for 30 answers || die "Apache does not answer; see $state/log/apache-error.log"
: >"$state/users/$user"
cat >"$state/peer.json" <<JSON
{
  "url": "http://127.0.0.1:$http/zm/",
  "rtsp": "rtsp://127.0.0.1:$rtsp/",
  "zone": "$zone",
  "sectionSeconds": $section,
  "events": "$state/events",
  "exports": "$state/exports",
  "databaseSocket": "$socket",
  "accounts": {
    "admin": "$admin_password",
    "operator": "$operator_password",
    "viewer": "$viewer_password",
    "gate": "$gate_password"
  },
  "secrets": {
    "hash": "$hash_secret",
    "database": "$database_password",
    "camera": "$camera_password"
  }
}
JSON
cat "$state/peer.json"
