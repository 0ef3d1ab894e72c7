#!/usr/bin/python3
"""An archive that replays by ONVIF, made of GStreamer's RTSP server: the recorder that our client did not grow up with.

    gstreamer-archive.py --media clip.mp4 --start 2026-03-01T02:00:00Z --seconds 300 --hole 60:75 --user gate --password secret

One H.264 clip is laid end to end from --start for --seconds; access units inside a --hole (seconds from the start, FROM:TO,
may be given again) are left out, and after it the archive goes on with the next key frame. Prints
"listening rtsp://127.0.0.1:PORT/archive" and serves until it is terminated.

Debian 12 packages: python3-gi gir1.2-gstreamer-1.0 gir1.2-gst-plugins-base-1.0 gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base
gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-rtsp
"""
import argparse
import datetime
import signal
import sys

import gi

gi.require_version('Gst', '1.0')
gi.require_version('GstApp', '1.0')
gi.require_version('GstRtsp', '1.0')
gi.require_version('GstRtspServer', '1.0')
from gi.repository import GLib, Gst, GstApp, GstRtsp, GstRtspServer  # noqa: E402,F401

# Buffers carry NTP time as their timestamp, so that the ONVIF element (ntp-offset=0) writes it out as it is.
NTP_OF_1970 = 2_208_988_800 * Gst.SECOND


def read_clip(path):
    """The clip's caps, its access units [(offset, key, bytes)] as stored, and its length; times in nanoseconds from its beginning."""
    pipeline = Gst.parse_launch('filesrc name=file ! qtdemux ! video/x-h264,stream-format=avc ! appsink name=out sync=false')
    pipeline.get_by_name('file').set_property('location', path)
    out = pipeline.get_by_name('out')
    pipeline.set_state(Gst.State.PLAYING)
    caps, units, length = None, [], 0
    while True:
        sample = out.emit('pull-sample')
        if sample is None:
            break
        caps, buffer = sample.get_caps(), sample.get_buffer()
        key = not buffer.has_flags(Gst.BufferFlags.DELTA_UNIT)
        units.append((buffer.pts, key, buffer.extract_dup(0, buffer.get_size())))
        length = buffer.pts + buffer.duration
    pipeline.set_state(Gst.State.NULL)
    if not units:
        sys.exit('no H.264 video in ' + path)
    return caps, units, length


class Archive:
    """All access units on the clock: (time, key, bytes, does a gap lie before it)."""

    def __init__(self, media, start, seconds, holes):
        self.caps, clip, length = read_clip(media)
        self.units = []
        gap = True
        for turn in range(seconds * Gst.SECOND // length + 1):
            for offset, key, data in clip:
                at = turn * length + offset
                if at >= seconds * Gst.SECOND:
                    break
                if any(first * Gst.SECOND <= at < last * Gst.SECOND for first, last in holes):
                    gap = True
                elif key or not gap:
                    self.units.append((start + at, key, data, gap))
                    gap = False
        self.end = self.units[-1][0] + Gst.SECOND

    def entry(self, wanted):
        """Where to begin for a wanted time: the key frame at or before it, or, inside a hole, the first unit behind the hole."""
        best = 0
        for number, (at, key, _, gap) in enumerate(self.units):
            if at > wanted:
                behind_hole = gap and number > 0 and wanted - self.units[number - 1][0] > Gst.SECOND // 2
                return number if behind_hole else best
            if key:
                best = number
        return best if wanted < self.end else len(self.units)


class Reel:
    """Feeds one client's appsrc from the archive."""

    def __init__(self, archive, source):
        self.archive, self.source, self.next, self.jumped = archive, source, 0, True
        source.set_property('caps', archive.caps)
        source.set_property('format', Gst.Format.TIME)
        source.set_property('stream-type', GstApp.AppStreamType.SEEKABLE)
        source.set_property('duration', archive.end)
        source.connect('seek-data', self.wind)
        source.connect('need-data', self.feed)
        source.get_static_pad('src').add_probe(Gst.PadProbeType.EVENT_UPSTREAM, self.align)

    def align(self, _pad, info):
        """A seek into the middle of a group of pictures becomes one to its key frame; else what leads to the time would be clipped off."""
        event = info.get_event()
        if event.type != Gst.EventType.SEEK:
            return Gst.PadProbeReturn.OK
        rate, form, flags, start_type, start, stop_type, stop = event.parse_seek()
        number = self.archive.entry(start)
        if number >= len(self.archive.units) or self.archive.units[number][0] >= start:
            return Gst.PadProbeReturn.OK
        aligned = Gst.Event.new_seek(rate, form, flags, start_type, self.archive.units[number][0], stop_type, stop)
        aligned.set_seqnum(event.get_seqnum())
        self.source.send_event(aligned)
        return Gst.PadProbeReturn.DROP

    def wind(self, _source, wanted):
        self.next, self.jumped = self.archive.entry(wanted), True
        return True

    def feed(self, source, _bytes):
        if self.next >= len(self.archive.units):
            source.emit('end-of-stream')
            return
        at, key, data, gap = self.archive.units[self.next]
        buffer = Gst.Buffer.new_wrapped(data)
        buffer.pts = buffer.dts = at
        if not key:
            buffer.set_flags(Gst.BufferFlags.DELTA_UNIT)
        if gap or self.jumped:
            buffer.set_flags(Gst.BufferFlags.DISCONT)
        self.next, self.jumped = self.next + 1, False
        source.emit('push-buffer', buffer)


class Shelf(GstRtspServer.RTSPOnvifMediaFactory):
    archive = None

    def do_create_element(self, _url):
        bin_ = Gst.parse_launch(
            '( appsrc name=reel ! rtph264pay config-interval=-1 aggregate-mode=zero-latency mtu=1200'
            ' ! rtponviftimestamp name=stamp ntp-offset=0 set-e-bit=true set-t-bit=true drop-out-of-segment=false ! queue name=pay0 )')
        bin_.get_by_name('stamp').set_clock(Gst.SystemClock.obtain())
        Reel(self.archive, bin_.get_by_name('reel'))
        return bin_


def serve(archive, user, password):
    shelf = Shelf()
    shelf.archive = archive
    shelf.set_media_gtype(GstRtspServer.RTSPOnvifMedia.__gtype__)
    shelf.set_replay_support(True)
    server = GstRtspServer.RTSPOnvifServer()
    server.set_address('127.0.0.1')
    server.set_service('0')
    if user:
        token, auth, rights = GstRtspServer.RTSPToken.new(), GstRtspServer.RTSPAuth(), GstRtspServer.RTSPPermissions.new()
        token.set_string('media.factory.role', 'reader')
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(user, password, token)
        rights.add_role('reader')
        for right in ('media.factory.access', 'media.factory.construct'):
            rights.add_permission_for_role('reader', right, True)
        shelf.set_permissions(rights)
        server.set_auth(auth)
    server.get_mount_points().add_factory('/archive', shelf)
    if not server.attach(None):
        sys.exit('no port to listen on')
    print('listening rtsp://127.0.0.1:%d/archive' % server.get_bound_port(), flush=True)
    loop = GLib.MainLoop()
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGTERM, loop.quit)
    loop.run()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--media', required=True)
    parser.add_argument('--start', required=True, help='UTC, like 2026-03-01T02:00:00Z')
    parser.add_argument('--seconds', type=int, required=True)
    parser.add_argument('--hole', action='append', default=[], metavar='FROM:TO')
    parser.add_argument('--user')
    parser.add_argument('--password', default='')
    given = parser.parse_args()
    Gst.init(None)
    start = datetime.datetime.strptime(given.start, '%Y-%m-%dT%H:%M:%SZ').replace(tzinfo=datetime.timezone.utc)
    holes = [tuple(int(part) for part in hole.split(':')) for hole in given.hole]
    serve(Archive(given.media, int(start.timestamp()) * Gst.SECOND + NTP_OF_1970, given.seconds, holes), given.user, given.password)


if __name__ == '__main__':
    main()
