/* WlanReasonCodeToString: page nf-wlanapi-wlanreasoncodetostring. */
#include <string.h>

#include "client.h"
#include "report.h"

#define UNTOUCHED 0xabab

static WCHAR text[512];

static DWORD ask(DWORD code, DWORD size)
{
    for (size_t i = 0; i < sizeof text / sizeof *text; i++)
        text[i] = UNTOUCHED;
    return WlanReasonCodeToString(code, size, text, NULL);
}

static size_t length(void)
{
    size_t units = 0;
    while (units < sizeof text / sizeof *text && text[units] != 0)
        units++;
    return units;
}

int main(void)
{
    WCHAR whole[512];
    IS("success", ask(WLAN_REASON_CODE_SUCCESS, 512), 0);
    HOLDS("has a text", length() > 0 && length() < 512);
    memcpy(whole, text, sizeof whole);
    IS("cut to 5", ask(WLAN_REASON_CODE_SUCCESS, 5), 0);
    IS("its closing 0 among them", length(), 4);
    HOLDS("the same words", memcmp(whole, text, 4 * sizeof *text) == 0);
    IS("not more is written", text[5], UNTOUCHED);
    IS("cut to 1", ask(WLAN_REASON_CODE_SUCCESS, 1), 0);
    IS("is empty", length(), 0);
    IS("the Hosted Network's own code", ask(WLAN_REASON_CODE_AP_STARTING_FAILURE, 512), 0);
    HOLDS("has a text", length() > 0 && length() < 512);
    HOLDS("another one", memcmp(whole, text, 8 * sizeof *text) != 0);
    IS("a code nobody knows", ask(0x7fffffff, 512), 0);
    HOLDS("has a text", length() > 0 && length() < 512);
    IS("no room", ask(WLAN_REASON_CODE_SUCCESS, 0), ERROR_INVALID_PARAMETER);
    IS("nothing is written", text[0], UNTOUCHED);
    IS("no buffer", WlanReasonCodeToString(WLAN_REASON_CODE_SUCCESS, 512, NULL, NULL),
       ERROR_INVALID_PARAMETER);
    IS("a reserved pointer", WlanReasonCodeToString(WLAN_REASON_CODE_SUCCESS, 512, text, whole),
       ERROR_INVALID_PARAMETER);
    return report_status();
}
