#!/usr/bin/env python3
"""A service of another release: answers every packet with a version nobody has."""
import socket
import sys

with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
    listener.bind(sys.argv[1])
    listener.listen()
    while True:
        client, _ = listener.accept()
        with client:
            if client.recv(65536):
                client.send(b"\xf7stranger")
