#!/usr/bin/python3
"""An archive that replays by ONVIF, made of GStreamer's RTSP server: the recorder that our client did not grow up with.

    gstreamer-archive.py --media clip.mp4 --start 2026-03-01T02:00:00Z --seconds 300 --hole 60:75 --user gate --password secret

One clip (H.264, H.265 or JPEG, with or without AAC or G.711 beside it) is laid end to end from --start for --seconds. A --hole
(seconds from the start, FROM:TO, may be given again) begins with the first access unit, in decode order, whose time lies in it, and
ends with the next key frame behind it; audio is left out by its times. The last 50 ms of each turn of the clip are without sound.
--audio-tracks 0 serves the pictures alone, 2 the sound twice. --certificate and --key (PEM) make it rtsps. Prints
"listening rtsp://127.0.0.1:PORT/archive" and serves until it is terminated.

Debian 12 packages: python3-gi gir1.2-gstreamer-1.0 gir1.2-gst-plugins-base-1.0 gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base
gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-rtsp, and for rtsps glib-networking
"""
import argparse
import bisect
import datetime
import signal
import sys
import threading

import gi

gi.require_version('Gst', '1.0')
gi.require_version('GstApp', '1.0')
gi.require_version('GstRtsp', '1.0')
gi.require_version('GstRtspServer', '1.0')
from gi.repository import Gio, GLib, Gst, GstApp, GstRtsp, GstRtspServer  # noqa: E402,F401

# Buffers carry NTP time as their timestamp, so that the ONVIF element (ntp-offset=0) writes it out as it is.
NTP_OF_1970 = 2_208_988_800 * Gst.SECOND

# qtdemux leaves out the last unit of sound where an edit list cuts it short; so the archive does, always.
SEAM = 50 * Gst.MSECOND

# What each kind of track is packed with. Parameter sets go out before each key frame.
PAYLOADERS = {
    'video/x-h264': 'rtph264pay config-interval=-1 aggregate-mode=zero-latency mtu=1200',
    'video/x-h265': 'rtph265pay config-interval=-1 aggregate-mode=zero-latency mtu=1200',
    'image/jpeg': 'rtpjpegpay',
    'audio/mpeg': 'rtpmp4gpay',
    'audio/x-mulaw': 'rtppcmupay',
    'audio/x-alaw': 'rtppcmapay',
}


def read_tracks(path):
    """The clip's tracks as stored, pictures first: [(media type, caps, [(offset, key, bytes)])] in decode order, offsets in
    nanoseconds from the beginning of what is shown; and the length of the pictures."""
    pipeline = Gst.Pipeline()
    source, demux = Gst.ElementFactory.make('filesrc'), Gst.ElementFactory.make('qtdemux')
    source.set_property('location', path)
    pipeline.add(source)
    pipeline.add(demux)
    source.link(demux)
    sinks = []

    def take(_demux, pad):
        media = pad.get_current_caps().get_structure(0).get_name()
        if media not in PAYLOADERS:
            return
        queue, sink = Gst.ElementFactory.make('queue'), Gst.ElementFactory.make('appsink')
        for limit in ('max-size-buffers', 'max-size-bytes', 'max-size-time'):
            queue.set_property(limit, 0)
        sink.set_property('sync', False)
        sink.set_property('wait-on-eos', False)
        for element in (queue, sink):
            pipeline.add(element)
            element.sync_state_with_parent()
        queue.link(sink)
        pad.link(queue.get_static_pad('sink'))
        sinks.append((media, sink))

    demux.connect('pad-added', take)
    pipeline.set_state(Gst.State.PLAYING)
    ended = pipeline.get_bus().timed_pop_filtered(60 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    if ended is None or ended.type == Gst.MessageType.ERROR:
        sys.exit('cannot read ' + path)
    tracks, length = [], 0
    for media, sink in sinks:
        caps, units = None, []
        while (sample := sink.emit('pull-sample')) is not None:
            caps, buffer, segment = sample.get_caps(), sample.get_buffer(), sample.get_segment()
            offset = buffer.pts - segment.start + segment.base
            key = not media.startswith('video/') or not buffer.has_flags(Gst.BufferFlags.DELTA_UNIT)
            units.append((offset, key, buffer.extract_dup(0, buffer.get_size())))
            if not media.startswith('audio/'):
                length = max(length, offset + buffer.duration)
        tracks.append((media, caps, units))
    pipeline.set_state(Gst.State.NULL)
    if not length:
        sys.exit('no video in ' + path)
    return sorted(tracks, key=lambda track: track[0].startswith('audio/')), length


class Track:
    """All access units of one track on the clock, in decode order: (time, key, bytes, does a gap lie before it)."""

    def __init__(self, track, length, start, seconds, holes):
        self.media, self.caps, clip = track
        self.is_audio = self.media.startswith('audio/')
        self.units = []
        end, gap = seconds * Gst.SECOND, True
        for turn in range(end // length + 1):
            for offset, key, data in clip:
                at = turn * length + offset
                if offset < 0 or (self.is_audio and offset > length - SEAM):
                    continue
                if at >= end or any(first * Gst.SECOND <= at < last * Gst.SECOND for first, last in holes):
                    gap = True
                elif key or not gap:
                    self.units.append((start + at, key, data, gap))
                    gap = False
        self.keys = [number for number, unit in enumerate(self.units) if unit[1]]
        self.key_times = [self.units[number][0] for number in self.keys]
        self.end = max(unit[0] for unit in self.units) + Gst.SECOND

    def entry(self, wanted):
        """Where to begin for a wanted time: the key frame at or before it, or, inside a hole, the first unit behind the hole."""
        if wanted >= self.end:
            return len(self.units)
        place = bisect.bisect_right(self.key_times, wanted)
        behind = self.keys[place] if place < len(self.keys) else len(self.units)
        if place == 0:
            return 0
        latest = max(unit[0] for unit in self.units[max(0, behind - 8):behind])
        in_hole = behind < len(self.units) and self.units[behind][3] and wanted - latest > Gst.SECOND // 2
        return behind if in_hole else self.keys[place - 1]


class Reel:
    """Feeds one client's appsrc from a track."""

    def __init__(self, track, source):
        self.track, self.source, self.next, self.jumped, self.lock = track, source, 0, True, threading.Lock()
        source.set_property('caps', track.caps)
        source.set_property('format', Gst.Format.TIME)
        source.set_property('stream-type', GstApp.AppStreamType.SEEKABLE)
        source.set_property('duration', track.end)
        source.connect('seek-data', self.wind)
        source.connect('need-data', self.feed)
        source.get_static_pad('src').add_probe(Gst.PadProbeType.EVENT_UPSTREAM, self.align)

    def align(self, _pad, info):
        """A seek into the middle of a group of pictures becomes one to its key frame; else what leads to the time would be clipped off."""
        event = info.get_event()
        if event.type != Gst.EventType.SEEK:
            return Gst.PadProbeReturn.OK
        rate, form, flags, start_type, start, stop_type, stop = event.parse_seek()
        units, number = self.track.units, self.track.entry(start)
        if number >= len(units) or units[number][0] >= start:
            return Gst.PadProbeReturn.OK
        aligned = Gst.Event.new_seek(rate, form, flags, start_type, units[number][0], stop_type, stop)
        aligned.set_seqnum(event.get_seqnum())
        self.source.send_event(aligned)
        return Gst.PadProbeReturn.DROP

    def wind(self, _source, wanted):
        with self.lock:
            self.next, self.jumped = self.track.entry(wanted), True
        return True

    def feed(self, source, _bytes):
        with self.lock:
            if self.next >= len(self.track.units):
                source.emit('end-of-stream')
                return
            at, key, data, gap = self.track.units[self.next]
            buffer = Gst.Buffer.new_wrapped(data)
            buffer.pts = at
            if not key:
                buffer.set_flags(Gst.BufferFlags.DELTA_UNIT)
            if gap or self.jumped:
                buffer.set_flags(Gst.BufferFlags.DISCONT)
            self.next, self.jumped = self.next + 1, False
        source.emit('push-buffer', buffer)


def describe(tracks, stamp):
    """The bin of one client, as text: each track packed, stamped, and given out by its number."""
    stages = [
        f'appsrc name=reel{number} ! {PAYLOADERS[track.media]} pt={96 + number} ! {stamp.format(number)} ! queue name=pay{number}'
        for number, track in enumerate(tracks)
    ]
    return '( ' + ' '.join(stages) + ' )'


class Shelf(GstRtspServer.RTSPOnvifMediaFactory):
    """Replay with ONVIF's clock range, times and flags."""

    tracks = ()

    def do_create_element(self, _url):
        stamp = 'rtponviftimestamp name=stamp{0} ntp-offset=0 set-e-bit=true set-t-bit=true drop-out-of-segment=false'
        bin_ = Gst.parse_launch(describe(self.tracks, stamp))
        for number, track in enumerate(self.tracks):
            bin_.get_by_name(f'stamp{number}').set_clock(Gst.SystemClock.obtain())
            Reel(track, bin_.get_by_name(f'reel{number}'))
        return bin_


def authorise(shelf, user, password, certificate):
    """Digest where there is a user; a certificate alone still wants a token, without which nobody may enter."""
    token, auth, rights = GstRtspServer.RTSPToken.new(), GstRtspServer.RTSPAuth(), GstRtspServer.RTSPPermissions.new()
    token.set_string('media.factory.role', 'reader')
    if user:
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(user, password, token)
    else:
        auth.set_default_token(token)
    if certificate:
        auth.set_tls_certificate(certificate)
    rights.add_role('reader')
    for right in ('media.factory.access', 'media.factory.construct'):
        rights.add_permission_for_role('reader', right, True)
    shelf.set_permissions(rights)
    return auth


def serve(tracks, user, password, certificate):
    shelf = Shelf()
    shelf.tracks = tracks
    shelf.set_media_gtype(GstRtspServer.RTSPOnvifMedia.__gtype__)
    shelf.set_replay_support(True)
    server = GstRtspServer.RTSPOnvifServer()
    server.set_address('127.0.0.1')
    server.set_service('0')
    if user or certificate:
        server.set_auth(authorise(shelf, user, password, certificate))
    server.get_mount_points().add_factory('/archive', shelf)
    if not server.attach(None):
        sys.exit('no port to listen on')
    scheme = 'rtsps' if certificate else 'rtsp'
    print('listening %s://127.0.0.1:%d/archive' % (scheme, server.get_bound_port()), flush=True)
    loop = GLib.MainLoop()
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGTERM, loop.quit)
    loop.run()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--media', required=True)
    parser.add_argument('--start', required=True, help='UTC, like 2026-03-01T02:00:00Z')
    parser.add_argument('--seconds', type=int, required=True)
    parser.add_argument('--hole', action='append', default=[], metavar='FROM:TO')
    parser.add_argument('--audio-tracks', type=int, default=1)
    parser.add_argument('--user')
    parser.add_argument('--password', default='')
    parser.add_argument('--certificate')
    parser.add_argument('--key')
    given = parser.parse_args()
    Gst.init(None)
    start = datetime.datetime.strptime(given.start, '%Y-%m-%dT%H:%M:%SZ').replace(tzinfo=datetime.timezone.utc)
    holes = [tuple(float(part) for part in hole.split(':')) for hole in given.hole]
    found, length = read_tracks(given.media)
    place = (length, int(start.timestamp()) * Gst.SECOND + NTP_OF_1970, given.seconds, holes)
    pictures, sound = found[:1], [track for track in found if track[0].startswith('audio/')][:1]
    tracks = [Track(track, *place) for track in pictures + sound * given.audio_tracks]
    certificate = Gio.TlsCertificate.new_from_files(given.certificate, given.key) if given.certificate else None
    serve(tracks, given.user, given.password, certificate)


if __name__ == '__main__':
    main()
