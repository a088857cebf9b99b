#!/bin/sh
# nats-server, ended when it lives and carries nothing any more, so that Docker starts it again (restart: unless-stopped):
# a container that is unhealthy is left as it is. A disk that was full for a while does that to it: JetStream is switched
# off until somebody starts the server anew. Nothing exists only on the bus: its end costs a moment, never a mail.
#
# Left alone, as by the launcher (infra/launcher/src/bus-watch.ts), is a server that does not answer at all (it hangs as a
# whole, and goes on when what stopped it lets go), and one whose disk is still full, since it would not come up.
# Written for the tools of busybox.
set -eu
every=${LOOK_SECONDS:-3}
stuck_looks=3
low_kib=65536
monitor=http://127.0.0.1:8222

nats-server "$@" &
server=$!
trap 'kill -TERM $server' TERM INT

answers() { wget -q -T 5 -O /dev/null "$monitor/$1" 2>/dev/null; }
has_room() { [ "$(df -Pk /data | awk 'END { print $4 }')" -ge "$low_kib" ]; }
is_stuck() { ! answers 'healthz?js-enabled-only=true' && answers varz && has_room; }

(
  looks=0
  while kill -0 $server 2>/dev/null; do
    sleep "$every"
    if is_stuck; then looks=$((looks + 1)); else looks=0; fi
    [ $looks -lt $stuck_looks ] && continue
    echo 'nats-server answers, but its JetStream does nothing: it is started anew' >&2
    kill -KILL $server
  done
) &
watch=$!

# A signal ends the wait, not the server: it is waited for until it has come to its end.
status=0
while kill -0 $server 2>/dev/null; do
  status=0
  wait $server || status=$?
done
kill $watch 2>/dev/null || true
exit $status
