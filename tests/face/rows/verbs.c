#include "verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service.h"

typedef DWORD(WINAPI *plain_function)(HANDLE, PWLAN_HOSTED_NETWORK_REASON, PVOID);

static const char *const states[] = {"unavailable", "idle", "active"};
static const char *const switches[] = {"unknown", "on", "off"};

/* Written before every call, to see that the function writes. */
static const WLAN_HOSTED_NETWORK_REASON UNWRITTEN = (WLAN_HOSTED_NETWORK_REASON)99;

static void done(struct outcome *outcome, DWORD code, WLAN_HOSTED_NETWORK_REASON reason)
{
    outcome->code = (long)code;
    outcome->reason = (int)reason;
}

static void do_open(struct client_state *client, const struct words *words,
                    struct outcome *outcome)
{
    DWORD version = words->count > 1 ? (DWORD)strtoul(word(words, 1), NULL, 0) : WLAN_API_VERSION;
    DWORD negotiated;
    outcome->code = (long)WlanOpenHandle(version, NULL, &negotiated, &client->handle);
}

/* set "TEXT" [temporary] */
static void do_set(struct client_state *client, const struct words *words, struct outcome *outcome)
{
    WLAN_HOSTED_NETWORK_REASON reason = UNWRITTEN;
    const char *text = word(words, 1);
    BOOL persistent = !word_is(words, 2, "temporary");
    DWORD code = WlanHostedNetworkSetSecondaryKey(client->handle, (DWORD)strlen(text) + 1,
                                                  (PUCHAR)text, TRUE, persistent, &reason, NULL);
    done(outcome, code, reason);
}

/* set-binary HEX [temporary] */
static void do_set_binary(struct client_state *client, const struct words *words,
                          struct outcome *outcome)
{
    WLAN_HOSTED_NETWORK_REASON reason = UNWRITTEN;
    const char *digits = word(words, 1);
    UCHAR key[LINE_SIZE / 2];
    DWORD length = (DWORD)strlen(digits) / 2;
    for (DWORD i = 0; i < length; i++) {
        char byte[3] = {digits[2 * i], digits[2 * i + 1], '\0'};
        key[i] = (UCHAR)strtoul(byte, NULL, 16);
    }
    DWORD code = WlanHostedNetworkSetSecondaryKey(client->handle, length, key, FALSE,
                                                  !word_is(words, 2, "temporary"), &reason, NULL);
    done(outcome, code, reason);
}

static void do_remove(struct client_state *client, const struct words *words,
                      struct outcome *outcome)
{
    (void)words;
    WLAN_HOSTED_NETWORK_REASON reason = UNWRITTEN;
    DWORD code =
        WlanHostedNetworkSetSecondaryKey(client->handle, 0, NULL, TRUE, FALSE, &reason, NULL);
    done(outcome, code, reason);
}

/* none | passphrase "TEXT" persistent | binary HEX temporary */
static void do_key(struct client_state *client, const struct words *words,
                   struct outcome *outcome)
{
    (void)words;
    WLAN_HOSTED_NETWORK_REASON reason = UNWRITTEN;
    DWORD length = 0;
    PUCHAR data = NULL;
    BOOL passphrase = FALSE, persistent = FALSE;
    DWORD code = WlanHostedNetworkQuerySecondaryKey(client->handle, &length, &data, &passphrase,
                                                    &persistent, &reason, NULL);
    done(outcome, code, reason);
    if (code != ERROR_SUCCESS)
        return;
    const char *kept = persistent != FALSE ? "persistent" : "temporary";
    if (length == 0) {
        strcpy(outcome->text, "none");
    } else if (passphrase != FALSE) {
        snprintf(outcome->text, sizeof outcome->text, "passphrase \"%.*s\" %s", (int)length - 1,
                 (const char *)data, kept);
    } else {
        size_t at = (size_t)snprintf(outcome->text, sizeof outcome->text, "binary ");
        for (DWORD i = 0; i < length && at + 16 < sizeof outcome->text; i++)
            at += (size_t)snprintf(outcome->text + at, 3, "%02x", data[i]);
        snprintf(outcome->text + at, sizeof outcome->text - at, " %s", kept);
    }
    WlanFreeMemory(data);
}

/* unavailable | idle | active, N peers */
static void do_status(struct client_state *client, const struct words *words,
                      struct outcome *outcome)
{
    (void)words;
    PWLAN_HOSTED_NETWORK_STATUS status = NULL;
    outcome->code = (long)WlanHostedNetworkQueryStatus(client->handle, &status, NULL);
    if (outcome->code != ERROR_SUCCESS)
        return;
    strcpy(outcome->text, states[status->HostedNetworkState]);
    if (status->HostedNetworkState == wlan_hosted_network_active)
        snprintf(outcome->text, sizeof outcome->text, "active, %lu peers",
                 (unsigned long)status->dwNumberOfPeers);
    WlanFreeMemory(status);
}

/* The text of a profile, or the part of it between two marks. */
static void tell_profile(const WCHAR *profile, DWORD size, const char *verb,
                         struct outcome *outcome)
{
    static char text[8192];
    DWORD units = size / 2;
    for (DWORD i = 0; i < units && i < sizeof text; i++)
        text[i] = (char)profile[i];
    text[sizeof text - 1] = '\0';
    if (strcmp(verb, "primary") == 0)
        between(text, "<keyMaterial>", "</keyMaterial>", outcome->text, sizeof outcome->text);
    else
        snprintf(outcome->text, sizeof outcome->text, "%s profile",
                 units > 0 && strlen(text) == units - 1 ? "a" : "no");
}

/* property OPCODE: "NAME" PEERS | AUTH CIPHER | a profile | on | off by policy; primary: the key */
static void do_property(struct client_state *client, const struct words *words,
                        struct outcome *outcome)
{
    int opcode = word_is(words, 0, "primary") ? 2 : (int)strtol(word(words, 1), NULL, 0);
    DWORD size = 0;
    PVOID data = NULL;
    WLAN_OPCODE_VALUE_TYPE type;
    outcome->code = (long)WlanHostedNetworkQueryProperty(
        client->handle, (WLAN_HOSTED_NETWORK_OPCODE)opcode, &size, &data, &type, NULL);
    if (outcome->code != ERROR_SUCCESS)
        return;
    const WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS *connection = data;
    const WLAN_HOSTED_NETWORK_SECURITY_SETTINGS *security = data;
    const BOOL *flag = data;
    switch (opcode) {
    case wlan_hosted_network_opcode_connection_settings:
        snprintf(outcome->text, sizeof outcome->text, "\"%.*s\" %lu",
                 (int)connection->hostedNetworkSSID.uSSIDLength,
                 (const char *)connection->hostedNetworkSSID.ucSSID,
                 (unsigned long)connection->dwMaxNumberOfPeers);
        break;
    case wlan_hosted_network_opcode_security_settings:
        snprintf(outcome->text, sizeof outcome->text, "%d %d", (int)security->dot11AuthAlgo,
                 (int)security->dot11CipherAlgo);
        break;
    case wlan_hosted_network_opcode_station_profile:
        tell_profile(data, size, word(words, 0), outcome);
        break;
    default:
        snprintf(outcome->text, sizeof outcome->text, "%s%s", *flag != FALSE ? "on" : "off",
                 type == wlan_opcode_value_type_set_by_group_policy ? " by policy" : "");
        break;
    }
    WlanFreeMemory(data);
}

/* name "NAME" PEERS [SIZE [LENGTH]]: connection settings, whole or misshapen */
static void do_name(struct client_state *client, const struct words *words,
                    struct outcome *outcome)
{
    struct {
        WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS settings;
        char more[64];
    } room = {{{0, {0}}, 0}, ""};
    WLAN_HOSTED_NETWORK_REASON reason = UNWRITTEN;
    const char *name = word(words, 1);
    DOT11_SSID *ssid = &room.settings.hostedNetworkSSID;
    ssid->uSSIDLength = (ULONG)strlen(name);
    memcpy(ssid->ucSSID, name, ssid->uSSIDLength < 32 ? ssid->uSSIDLength : 32);
    room.settings.dwMaxNumberOfPeers = (DWORD)strtoul(word(words, 2), NULL, 0);
    DWORD size = sizeof room.settings;
    if (words->count > 3)
        size = (DWORD)strtoul(word(words, 3), NULL, 0);
    if (words->count > 4)
        ssid->uSSIDLength = (ULONG)strtoul(word(words, 4), NULL, 0);
    DWORD code =
        WlanHostedNetworkSetProperty(client->handle, wlan_hosted_network_opcode_connection_settings,
                                     size, &room, &reason, NULL);
    done(outcome, code, reason);
}

/* put OPCODE SIZE [nothing]: zeros, or no data */
static void do_put(struct client_state *client, const struct words *words, struct outcome *outcome)
{
    static UCHAR zeros[64];
    WLAN_HOSTED_NETWORK_REASON reason = UNWRITTEN;
    DWORD code = WlanHostedNetworkSetProperty(
        client->handle, (WLAN_HOSTED_NETWORK_OPCODE)strtol(word(words, 1), NULL, 0),
        (DWORD)strtoul(word(words, 2), NULL, 0), word_is(words, 3, "nothing") ? NULL : zeros,
        &reason, NULL);
    done(outcome, code, reason);
}

/* enable | disable */
static void do_enable(struct client_state *client, const struct words *words,
                      struct outcome *outcome)
{
    WLAN_HOSTED_NETWORK_REASON reason = UNWRITTEN;
    BOOL value = word_is(words, 0, "enable") ? TRUE : FALSE;
    DWORD code = WlanHostedNetworkSetProperty(client->handle, wlan_hosted_network_opcode_enable,
                                              sizeof value, &value, &reason, NULL);
    done(outcome, code, reason);
}

/* register SOURCES [without-callback]: the sources before, as 0x0080 */
static void do_register(struct client_state *client, const struct words *words,
                        struct outcome *outcome)
{
    DWORD previous = 0x5a5a5a5a;
    DWORD sources = (DWORD)strtoul(word(words, 1), NULL, 0);
    outcome->code = (long)WlanRegisterNotification(
        client->handle, sources, FALSE, word_is(words, 2, "without-callback") ? NULL : inbox_put,
        &client->inbox, NULL, &previous);
    snprintf(outcome->text, sizeof outcome->text, "0x%04lx", (unsigned long)previous);
}

/* virtual-station on|off */
static void do_virtual_station(struct client_state *client, const struct words *words,
                               struct outcome *outcome)
{
    outcome->code = (long)WlanRegisterVirtualStationNotification(client->handle,
                                                                 word_is(words, 1, "on"), NULL);
}

/* state OLD NEW REASON | peer arrived|departed REASON | radio SOFTWARE HARDWARE */
static void tell_letter(const struct letter *letter, struct outcome *outcome)
{
    char *text = outcome->text;
    size_t size = sizeof outcome->text;
    if (letter->code == wlan_hosted_network_state_change && letter->size == 12) {
        const WLAN_HOSTED_NETWORK_STATE_CHANGE *state = &letter->data.state;
        snprintf(text, size, "state %s %s %d", states[state->OldState], states[state->NewState],
                 (int)state->StateChangeReason);
    } else if (letter->code == wlan_hosted_network_peer_state_change && letter->size == 28) {
        const WLAN_HOSTED_NETWORK_DATA_PEER_STATE_CHANGE *peer = &letter->data.peer;
        snprintf(text, size, "peer %s %d",
                 peer->NewState.PeerAuthState == wlan_hosted_network_peer_state_authenticated
                     ? "arrived"
                     : "departed",
                 (int)peer->PeerStateChangeReason);
    } else if (letter->code == wlan_hosted_network_radio_state_change && letter->size == 8) {
        const WLAN_HOSTED_NETWORK_RADIO_STATE *radio = &letter->data.radio;
        snprintf(text, size, "radio %s %s", switches[radio->dot11SoftwareRadioState],
                 switches[radio->dot11HardwareRadioState]);
    } else {
        snprintf(text, size, "code %#lx with %lu bytes", (unsigned long)letter->code,
                 (unsigned long)letter->size);
    }
}

/* The next notification; with "nothing" only what is here after a call went to and fro. */
static void do_hears(struct client_state *client, const struct words *words,
                     struct outcome *outcome)
{
    struct letter letter;
    outcome->code = ERROR_SUCCESS;
    if (word_is(words, 1, "nothing")) {
        do_status(client, words, outcome);
        outcome->code = ERROR_SUCCESS;
        strcpy(outcome->text, "nothing");
        if (inbox_waiting(&client->inbox) == 0)
            return;
    }
    if (inbox_take(&client->inbox, &letter))
        tell_letter(&letter, outcome);
    else
        strcpy(outcome->text, "nothing");
}

static void do_close(struct client_state *client, const struct words *words,
                     struct outcome *outcome)
{
    (void)words;
    outcome->code = (long)WlanCloseHandle(client->handle, NULL);
}

/* The functions that take nothing but a handle. */
static void do_plain(struct client_state *client, const struct words *words,
                     struct outcome *outcome)
{
    static const struct {
        const char *verb;
        plain_function function;
    } functions[] = {
        {"init", WlanHostedNetworkInitSettings},
        {"start", WlanHostedNetworkStartUsing},
        {"stop", WlanHostedNetworkStopUsing},
        {"force-start", WlanHostedNetworkForceStart},
        {"force-stop", WlanHostedNetworkForceStop},
        {"refresh", WlanHostedNetworkRefreshSecuritySettings},
    };
    WLAN_HOSTED_NETWORK_REASON reason = UNWRITTEN;
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (word_is(words, 0, functions[i].verb)) {
            DWORD code = functions[i].function(client->handle, &reason, NULL);
            done(outcome, code, reason);
        }
}

static const struct {
    const char *verb;
    void (*act)(struct client_state *, const struct words *, struct outcome *);
} verbs[] = {
    {"open", do_open},         {"close", do_close},
    {"init", do_plain},        {"start", do_plain},
    {"stop", do_plain},        {"force-start", do_plain},
    {"force-stop", do_plain},  {"refresh", do_plain},
    {"set", do_set},           {"set-binary", do_set_binary},
    {"remove", do_remove},     {"key", do_key},
    {"status", do_status},     {"property", do_property},
    {"primary", do_property},  {"name", do_name},
    {"put", do_put},           {"enable", do_enable},
    {"disable", do_enable},    {"register", do_register},
    {"hears", do_hears},       {"virtual-station", do_virtual_station},
};

void verb_do(struct client_state *client, const struct words *words, struct outcome *outcome)
{
    *outcome = (struct outcome){-1, NO_REASON, ""};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (word_is(words, 0, verbs[i].verb))
            verbs[i].act(client, words, outcome);
}
