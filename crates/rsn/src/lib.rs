//! WPA2-PSK: keys, the authenticator and supplicant of the four-way and group handshakes, CCMP.
