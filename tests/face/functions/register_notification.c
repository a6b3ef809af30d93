/*
 * WlanRegisterNotification: page nf-wlanapi-wlanregisternotification. What notifications say at which
 * transition is in ../rows/life.rows; threads and slow callbacks are in ../life.
 */
#include "client.h"
#include "inbox.h"
#include "report.h"
#include "service.h"

static struct inbox inbox;

static DWORD call(HANDLE handle, PVOID reserved)
{
    return WlanRegisterNotification(handle, WLAN_NOTIFICATION_SOURCE_HNWK, FALSE, inbox_put, &inbox,
                                    reserved, NULL);
}

static DWORD register_for(HANDLE handle, DWORD sources, PDWORD previous)
{
    return WlanRegisterNotification(handle, sources, FALSE, inbox_put, &inbox, NULL, previous);
}

/* Every size and the address in both halves. */
static void check_contents(HANDLE handle)
{
    struct letter letter;
    IS("a key is set", set_passphrase(handle, "come as you are", TRUE, NULL), 0);
    IS("the network starts", WlanHostedNetworkStartUsing(handle, NULL, NULL), 0);
    HOLDS("that is told", inbox_until_state(&inbox, wlan_hosted_network_active, &letter));
    IS("by the Hosted Network", letter.source, WLAN_NOTIFICATION_SOURCE_HNWK);
    IS("in 12 bytes", letter.size, 12);
    HOLDS("with the device", letter.device.Data1 != 0);
    IS("from idle", letter.data.state.OldState, wlan_hosted_network_idle);
    IS("by somebody", letter.data.state.StateChangeReason, wlan_hosted_network_reason_user_action);
    IS("a phone joins", station_join("phone", "come as you are"), 0);
    HOLDS("that is told", inbox_take(&inbox, &letter));
    IS("as a change of a peer", letter.code, wlan_hosted_network_peer_state_change);
    IS("in 28 bytes", letter.size, 28);
    IS("it was nobody", letter.data.peer.OldState.PeerAuthState,
       wlan_hosted_network_peer_state_invalid);
    IS("it is authenticated", letter.data.peer.NewState.PeerAuthState,
       wlan_hosted_network_peer_state_authenticated);
    int same = 1;
    for (int i = 0; i < 6; i++)
        same &= letter.data.peer.OldState.PeerMacAddress[i] ==
                letter.data.peer.NewState.PeerMacAddress[i];
    HOLDS("its address is in both halves", same);
    IS("it arrived", letter.data.peer.PeerStateChangeReason,
       wlan_hosted_network_reason_peer_arrived);
    IS("the phone leaves", station_leave("phone"), 0);
    HOLDS("that is told", inbox_take(&inbox, &letter));
    IS("it departed", letter.data.peer.PeerStateChangeReason,
       wlan_hosted_network_reason_peer_departed);
    IS("the radio is switched off", hostednet(NULL, "sim", "radio", "off", NULL), 0);
    HOLDS("that is told", inbox_take(&inbox, &letter));
    IS("first as a change of the radio", letter.code, wlan_hosted_network_radio_state_change);
    IS("in 8 bytes", letter.size, 8);
    IS("off by software", letter.data.radio.dot11SoftwareRadioState, dot11_radio_state_off);
    IS("on by hardware", letter.data.radio.dot11HardwareRadioState, dot11_radio_state_on);
    HOLDS("then as one of the state",
          inbox_until_state(&inbox, wlan_hosted_network_unavailable, &letter));
    IS("the radio is switched on", hostednet(NULL, "sim", "radio", "on", NULL), 0);
    HOLDS("the network is back", inbox_until_state(&inbox, wlan_hosted_network_idle, &letter));
}

/* A source that is not the Hosted Network's sends nothing; NONE ends it. */
static void check_sources(HANDLE handle)
{
    DWORD previous = 0xabababab;
    struct letter letter;
    IS("another source", register_for(handle, WLAN_NOTIFICATION_SOURCE_ACM, &previous), 0);
    IS("takes the place of the old", previous, WLAN_NOTIFICATION_SOURCE_HNWK);
    start_network(handle);
    IS("nothing comes from it", inbox_waiting(&inbox), 0);
    IS("all sources", register_for(handle, WLAN_NOTIFICATION_SOURCE_ALL, &previous), 0);
    IS("take its place", previous, WLAN_NOTIFICATION_SOURCE_ACM);
    IS("the network stops", WlanHostedNetworkStopUsing(handle, NULL, NULL), 0);
    HOLDS("that is told", inbox_until_state(&inbox, wlan_hosted_network_idle, &letter));
    IS("no source", register_for(handle, WLAN_NOTIFICATION_SOURCE_NONE, &previous), 0);
    IS("all sources were asked for", previous, WLAN_NOTIFICATION_SOURCE_ALL);
    start_network(handle);
    IS("nothing comes any more", inbox_waiting(&inbox), 0);
    IS("no source, no callback", WlanRegisterNotification(handle, WLAN_NOTIFICATION_SOURCE_NONE,
                                                          FALSE, NULL, NULL, NULL, NULL),
       0);
    IS("a source without a callback",
       WlanRegisterNotification(handle, WLAN_NOTIFICATION_SOURCE_HNWK, FALSE, NULL, NULL, NULL,
                                NULL),
       ERROR_INVALID_PARAMETER);
}

int main(void)
{
    DWORD previous = 0xabababab;
    service_start();
    inbox_init(&inbox);
    HANDLE handle = open_client();
    IS("settings are made", WlanHostedNetworkInitSettings(handle, NULL, NULL), 0);
    IS("it registers", register_for(handle, WLAN_NOTIFICATION_SOURCE_HNWK, &previous), 0);
    IS("there was none", previous, WLAN_NOTIFICATION_SOURCE_NONE);
    check_contents(handle);
    check_sources(handle);
    WlanCloseHandle(handle, NULL);
    check_common_rules("WlanRegisterNotification", call, 1);
    return report_status();
}
