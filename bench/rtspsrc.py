#!/usr/bin/python3
"""GStreamer's own client on an ONVIF replay: counts the access units that it gives out.

    rtspsrc.py URL USER PASSWORD FROM TO LIVE

FROM and TO: UTC, like 2026-03-01T02:00:00Z. LIVE: yes or no, rtspsrc's is-live. Prints one JSON object: units, whether the
end was told, seconds, an error. Gives up 5 s after the last unit. Debian packages: those of
test/peers/gstreamer-archive.py.
"""
import datetime
import json
import sys
import time

import gi

gi.require_version('Gst', '1.0')
from gi.repository import Gst  # noqa: E402

NTP_OF_1970 = 2_208_988_800 * Gst.SECOND
SILENCE = 5


def ntp(text):
    moment = datetime.datetime.strptime(text, '%Y-%m-%dT%H:%M:%SZ').replace(tzinfo=datetime.timezone.utc)
    return int(moment.timestamp()) * Gst.SECOND + NTP_OF_1970


def main():
    url, user, password, begin, end, live = sys.argv[1:]
    Gst.init(None)
    pipeline = Gst.parse_launch('rtspsrc name=source ! rtph264depay ! h264parse ! video/x-h264,alignment=au ! fakesink name=out sync=false signal-handoffs=true')
    source = pipeline.get_by_name('source')
    for name, value in {'location': url, 'user-id': user, 'user-pw': password, 'protocols': 4, 'onvif-mode': True,
                        'onvif-rate-control': False, 'is-live': live == 'yes', 'latency': 0}.items():
        source.set_property(name, value)
    begun, seen = time.monotonic(), {'units': 0, 'ended': False, 'error': None}
    last = begun

    def count(_sink, _buffer, _pad):
        nonlocal last
        last = time.monotonic()
        seen['units'] += 1

    pipeline.get_by_name('out').connect('handoff', count)
    pipeline.set_state(Gst.State.PAUSED)
    pipeline.get_state(5 * Gst.SECOND)
    source.send_event(Gst.Event.new_seek(1.0, Gst.Format.TIME, Gst.SeekFlags.FLUSH, Gst.SeekType.SET, ntp(begin), Gst.SeekType.SET, ntp(end)))
    pipeline.set_state(Gst.State.PLAYING)
    bus = pipeline.get_bus()
    while time.monotonic() - last < SILENCE:
        message = bus.timed_pop_filtered(Gst.SECOND // 10, Gst.MessageType.EOS | Gst.MessageType.ERROR)
        if message is None:
            continue
        if message.type == Gst.MessageType.EOS:
            seen['ended'] = True
        else:
            seen['error'] = message.parse_error()[0].message
        break
    finished = time.monotonic() if seen['ended'] else last
    pipeline.set_state(Gst.State.NULL)
    print(json.dumps({**seen, 'seconds': finished - begun}))


if __name__ == '__main__':
    main()
