#!/usr/bin/env python3
"""The Hosted Network from Python, on Linux and on Windows.

    hosted_network.py status            state, name and stations
    hosted_network.py key               set the passphrase read from standard input
    hosted_network.py host              hold the network up until Enter
    hosted_network.py watch             tell what happens until Enter

Nothing but ctypes. The types are our own because ctypes.wintypes is wrong outside Windows: its DWORD
is as wide as a C long, 64 bits here, where wlanapi means 32.
"""

import ctypes
import sys
from ctypes import POINTER, Structure, byref, c_char, c_int32, c_uint8, c_uint16, c_uint32, c_void_p

DWORD, BOOL, HANDLE, UCHAR = c_uint32, c_int32, c_void_p, c_uint8

STATES = ("unavailable", "idle", "active")
RADIO = ("unknown", "on", "off")
SOURCE_HNWK = 0x80
STATE_CHANGE, PEER_STATE_CHANGE, RADIO_STATE_CHANGE = 0x1000, 0x1001, 0x1002


class GUID(Structure):
    _fields_ = [("Data1", DWORD), ("Data2", c_uint16), ("Data3", c_uint16), ("Data4", UCHAR * 8)]


class Ssid(Structure):
    _fields_ = [("length", DWORD), ("bytes", UCHAR * 32)]


class ConnectionSettings(Structure):
    _fields_ = [("ssid", Ssid), ("max_peers", DWORD)]


class PeerState(Structure):
    _fields_ = [("mac", UCHAR * 6), ("auth_state", c_int32)]


class Status(Structure):
    _fields_ = [
        ("state", c_int32),
        ("device", GUID),
        ("bssid", UCHAR * 6),
        ("phy_type", c_int32),
        ("channel", DWORD),
        ("peer_count", DWORD),
        ("peers", PeerState * 1),  # peer_count of them
    ]


class StateChange(Structure):
    _fields_ = [("old", c_int32), ("new", c_int32), ("reason", c_int32)]


class PeerStateChange(Structure):
    _fields_ = [("old", PeerState), ("new", PeerState), ("reason", c_int32)]


class RadioState(Structure):
    _fields_ = [("software", c_int32), ("hardware", c_int32)]


class NotificationData(Structure):
    _fields_ = [
        ("source", DWORD),
        ("code", DWORD),
        ("device", GUID),
        ("size", DWORD),
        ("data", c_void_p),
    ]


if sys.platform == "win32":
    wlanapi = ctypes.WinDLL("wlanapi")
    CALLBACK = ctypes.WINFUNCTYPE(None, POINTER(NotificationData), c_void_p)
else:
    wlanapi = ctypes.CDLL("libwlanapi.so.0")
    CALLBACK = ctypes.CFUNCTYPE(None, POINTER(NotificationData), c_void_p)


class WlanError(Exception):
    """A function of wlanapi failed."""

    def __init__(self, function, code, reason=None):
        why = "" if reason is None else f", reason {reason}"
        super().__init__(f"{function}: error {code}{why}")
        self.code, self.reason = code, reason


def declare(name, *arguments, result=DWORD):
    """A function with the types that it takes; without them ctypes would cut handles to 32 bits."""
    function = getattr(wlanapi, name)
    function.argtypes, function.restype = arguments, result
    return function


free_memory = declare("WlanFreeMemory", c_void_p, result=None)
open_handle = declare("WlanOpenHandle", DWORD, c_void_p, POINTER(DWORD), POINTER(HANDLE))
close_handle = declare("WlanCloseHandle", HANDLE, c_void_p)
register_notification = declare(
    "WlanRegisterNotification", HANDLE, DWORD, BOOL, CALLBACK, c_void_p, c_void_p, POINTER(DWORD)
)
query_property = declare(
    "WlanHostedNetworkQueryProperty",
    HANDLE, c_int32, POINTER(DWORD), POINTER(c_void_p), POINTER(c_int32), c_void_p,
)
query_status = declare(
    "WlanHostedNetworkQueryStatus", HANDLE, POINTER(POINTER(Status)), c_void_p
)
set_secondary_key = declare(
    "WlanHostedNetworkSetSecondaryKey",
    HANDLE, DWORD, c_void_p, BOOL, BOOL, POINTER(c_int32), c_void_p,
)
query_secondary_key = declare(
    "WlanHostedNetworkQuerySecondaryKey",
    HANDLE, POINTER(DWORD), POINTER(c_void_p), POINTER(BOOL), POINTER(BOOL), POINTER(c_int32),
    c_void_p,
)


def mac_text(mac):
    return ":".join(f"{byte:02x}" for byte in mac)


class HostedNetwork:
    """A client handle; close it, or use it in a with statement."""

    def __init__(self):
        self._callback = None
        self._handle, version = HANDLE(), DWORD()
        code = open_handle(2, None, byref(version), byref(self._handle))
        if code:
            raise WlanError("WlanOpenHandle", code)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """References and registrations of the handle go with it."""
        close_handle(self._handle, None)

    def _call(self, name):
        reason = c_int32()
        function = declare(name, HANDLE, POINTER(c_int32), c_void_p)
        code = function(self._handle, byref(reason), None)
        if code:
            raise WlanError(name, code, reason.value)

    def init_settings(self):
        self._call("WlanHostedNetworkInitSettings")

    def start_using(self):
        self._call("WlanHostedNetworkStartUsing")

    def stop_using(self):
        self._call("WlanHostedNetworkStopUsing")

    def ssid(self):
        """The network's name, as bytes."""
        size, data, kind = DWORD(), c_void_p(), c_int32()
        code = query_property(self._handle, 0, byref(size), byref(data), byref(kind), None)
        if code:
            raise WlanError("WlanHostedNetworkQueryProperty", code)
        ssid = ConnectionSettings.from_address(data.value).ssid
        name = bytes(ssid.bytes[: ssid.length])
        free_memory(data)
        return name

    def status(self):
        """The state, and the addresses of the stations."""
        status = POINTER(Status)()
        code = query_status(self._handle, byref(status), None)
        if code:
            raise WlanError("WlanHostedNetworkQueryStatus", code)
        found = status.contents
        peers = []
        if STATES[found.state] == "active":
            first = ctypes.addressof(found) + Status.peers.offset
            rows = (PeerState * found.peer_count).from_address(first)
            peers = [mac_text(row.mac) for row in rows]
        state = STATES[found.state]
        free_memory(status)
        return state, peers

    def set_key(self, passphrase, persistent=True):
        """8 to 63 ASCII characters; None removes the key."""
        reason = c_int32()
        data = None if passphrase is None else ctypes.create_string_buffer(passphrase.encode())
        length = 0 if data is None else len(data)  # with the closing 0
        code = set_secondary_key(
            self._handle, length, data, True, persistent, byref(reason), None
        )
        if code:
            raise WlanError("WlanHostedNetworkSetSecondaryKey", code, reason.value)

    def key(self):
        """The secondary key as bytes, without its closing 0; None when there is none."""
        length, data, reason = DWORD(), c_void_p(), c_int32()
        is_passphrase, persistent = BOOL(), BOOL()
        code = query_secondary_key(
            self._handle, byref(length), byref(data), byref(is_passphrase), byref(persistent),
            byref(reason), None,
        )
        if code:
            raise WlanError("WlanHostedNetworkQuerySecondaryKey", code, reason.value)
        if not data:
            return None
        key = bytes((c_char * length.value).from_address(data.value))
        free_memory(data)
        return key[:-1] if is_passphrase else key

    def watch(self, tell):
        """Calls tell(text) for everything that happens, on a thread of the library."""

        def on_notification(what, _context):
            what = what.contents
            if what.source != SOURCE_HNWK:
                return
            if what.code == STATE_CHANGE:
                change = StateChange.from_address(what.data)
                tell(f"state: {STATES[change.old]} -> {STATES[change.new]} ({change.reason})")
            elif what.code == PEER_STATE_CHANGE:
                change = PeerStateChange.from_address(what.data)
                verb = "joined" if change.new.auth_state else "left"
                tell(f"{mac_text(change.new.mac)} {verb} ({change.reason})")
            elif what.code == RADIO_STATE_CHANGE:
                radio = RadioState.from_address(what.data)
                tell(f"radio: software {RADIO[radio.software]}, hardware {RADIO[radio.hardware]}")

        self._callback = CALLBACK(on_notification)  # must live as long as the registration
        code = register_notification(
            self._handle, SOURCE_HNWK, True, self._callback, None, None, None
        )
        if code:
            raise WlanError("WlanRegisterNotification", code)


def main(words):
    if words not in (["status"], ["key"], ["host"], ["watch"]):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        with HostedNetwork() as network:
            run(network, words[0])
    except WlanError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def run(network, word):
    if word == "status":
        state, peers = network.status()
        print(f"{state}, {len(peers)} stations", *peers, sep="\n")
    elif word == "key":
        network.set_key(sys.stdin.readline().rstrip("\r\n") or None)
        print("The secondary key is", "removed." if network.key() is None else "set.")
    elif word == "host":
        network.init_settings()
        network.start_using()
        print(f'"{network.ssid().decode(errors="replace")}" is on the air.', flush=True)
        sys.stdin.readline()
    elif word == "watch":
        network.watch(lambda text: print(text, flush=True))
        print("watching", flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
