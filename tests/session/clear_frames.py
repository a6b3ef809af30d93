"""Data frames of a capture of the simulated air that are not encrypted: one line for each kind.

    clear_frames.py FILE [ADDRESS]      frames from or to this station only

A line is the EtherType and how many there were. Handshakes have to be in clear: 888e is that of WPA2,
88b5 that of the example extensions. The last line counts the encrypted frames.
"""

import collections
import struct
import sys

HEADER = struct.Struct("<IIII")
DATA, PROTECTED, QOS, EMPTY = 2, 0x40, 0x8, 0x4


def frames(content):
    assert content[:4] == b"\xd4\xc3\xb2\xa1" and content[20] == 105, "no capture of bare frames"
    at = 24
    while at < len(content):
        _, _, size, _ = HEADER.unpack_from(content, at)
        at += HEADER.size
        yield content[at : at + size]
        at += size


def main(path, address=None):
    station = bytes.fromhex(address.replace(":", "")) if address else None
    with open(path, "rb") as file:
        content = file.read()
    clear, encrypted = collections.Counter(), 0
    for frame in frames(content):
        kind, subtype, flags = frame[0] >> 2 & 3, frame[0] >> 4, frame[1]
        if kind != DATA or subtype & EMPTY:
            continue
        if station and station not in (frame[4:10], frame[10:16]):
            continue
        if flags & PROTECTED:
            encrypted += 1
            continue
        llc = frame[26 if subtype & QOS else 24 :]
        clear[llc[6:8].hex()] += 1
    for ether_type in sorted(clear):
        print(ether_type, clear[ether_type])
    print("encrypted", encrypted)


main(*sys.argv[1:])
