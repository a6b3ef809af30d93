/*
 * Every other export: there so that programs load, refused with ERROR_NOT_SUPPORTED whatever it is
 * given; and the four that Windows does not document, ERROR_CALL_NOT_IMPLEMENTED.
 */
#include <string.h>

#include "client.h"
#include "report.h"
#include "service.h"

/* No header of Windows declares them. */
DWORD WINAPI WlanHostedNetworkHlpQueryEverUsed(void);
DWORD WINAPI WlanHostedNetworkQueryWCNSettings(void);
DWORD WINAPI WlanHostedNetworkSetWCNSettings(void);
DWORD WINAPI WlanHostedNetworkFreeWCNSettings(void);

#define REFUSED(call) IS(#call, call, ERROR_NOT_SUPPORTED)

static const WCHAR name[] = {'N', 0};
static GUID id;

static void stations(HANDLE h)
{
    PWLAN_AVAILABLE_NETWORK_LIST networks = NULL;
    PWLAN_INTERFACE_CAPABILITY capability = NULL;
    PWLAN_BSS_LIST bss = NULL;
    DWORD size = 0xabababab;
    PVOID data = NULL;
    REFUSED(WlanScan(h, &id, NULL, NULL, NULL));
    REFUSED(WlanGetAvailableNetworkList(h, &id, 0, NULL, &networks));
    REFUSED(WlanGetAvailableNetworkList2(h, &id, 0, NULL, NULL));
    REFUSED(WlanGetNetworkBssList(h, &id, NULL, dot11_BSS_type_any, FALSE, NULL, &bss));
    REFUSED(WlanConnect(h, &id, NULL, NULL));
    REFUSED(WlanConnect2(h, &id, NULL, NULL));
    REFUSED(WlanDisconnect(h, &id, NULL));
    REFUSED(WlanGetInterfaceCapability(h, &id, NULL, &capability));
    REFUSED(WlanQueryAutoConfigParameter(h, wlan_autoconf_opcode_power_setting, NULL, &size, &data,
                                         NULL));
    REFUSED(WlanSetAutoConfigParameter(h, wlan_autoconf_opcode_power_setting, 0, NULL, NULL));
    REFUSED(WlanGetFilterList(h, wlan_filter_list_type_gp_deny, NULL, NULL));
    REFUSED(WlanSetFilterList(h, wlan_filter_list_type_gp_deny, NULL, NULL));
    REFUSED(WlanSetPsdIEDataList(h, name, NULL, NULL));
    REFUSED(WlanExtractPsdIEDataList(h, 0, NULL, name, NULL, NULL));
    HOLDS("no output is touched", networks == NULL && capability == NULL && bss == NULL &&
                                      data == NULL && size == 0xabababab);
}

static void profiles(HANDLE h)
{
    EAP_METHOD_TYPE eap;
    LPWSTR xml = NULL;
    DWORD reason = 0xabababab;
    memset(&eap, 0, sizeof eap);
    REFUSED(WlanGetProfileList(h, &id, NULL, NULL));
    REFUSED(WlanSetProfileList(h, &id, 0, NULL, NULL));
    REFUSED(WlanGetProfile(h, &id, name, NULL, &xml, NULL, NULL));
    REFUSED(WlanSetProfile(h, &id, 0, name, NULL, TRUE, NULL, &reason));
    REFUSED(WlanSetProfilePosition(h, &id, name, 0, NULL));
    REFUSED(WlanRenameProfile(h, &id, name, name, NULL));
    REFUSED(WlanDeleteProfile(h, &id, name, NULL));
    REFUSED(WlanSaveTemporaryProfile(h, &id, name, NULL, 0, FALSE, NULL));
    REFUSED(WlanGetProfileCustomUserData(h, &id, name, NULL, NULL, NULL));
    REFUSED(WlanSetProfileCustomUserData(h, &id, name, 0, NULL, NULL));
    REFUSED(WlanSetProfileEapUserData(h, &id, name, eap, 0, 0, NULL, NULL));
    REFUSED(WlanSetProfileEapXmlUserData(h, &id, name, 0, name, NULL));
    HOLDS("no output is touched", xml == NULL && reason == 0xabababab);
}

static void vendors_and_wifi_direct(HANDLE h)
{
    HANDLE session = NULL;
    DOT11_MAC_ADDRESS mac = {2, 0, 0, 0, 0, 1};
    REFUSED(WlanIhvControl(h, &id, wlan_ihv_control_type_driver, 0, NULL, 0, NULL, NULL));
    REFUSED(WlanDeviceServiceCommand(h, &id, &id, 0, 0, NULL, 0, NULL, NULL));
    REFUSED(WlanGetSupportedDeviceServices(h, &id, NULL));
    REFUSED(WlanRegisterDeviceServiceNotification(h, NULL));
    REFUSED(WFDOpenHandle(WFD_API_VERSION, NULL, &session));
    REFUSED(WFDCloseHandle(h));
    REFUSED(WFDStartOpenSession(h, &mac, NULL, NULL, &session));
    REFUSED(WFDCancelOpenSession(h));
    REFUSED(WFDOpenLegacySession(h, &mac, &session, &id));
    REFUSED(WFDCloseSession(h));
    REFUSED(WFDUpdateDeviceVisibility(&mac));
    HOLDS("no output is touched", session == NULL);
}

static void rights(HANDLE h)
{
    WLAN_OPCODE_VALUE_TYPE type = wlan_opcode_value_type_invalid;
    LPWSTR sddl = NULL;
    DWORD access = 0xabababab;
    REFUSED(WlanGetSecuritySettings(h, wlan_secure_hosted_network_elevated_access, &type, &sddl,
                                    &access));
    REFUSED(WlanSetSecuritySettings(h, wlan_secure_hosted_network_elevated_access, name));
    HOLDS("no output is touched", type == wlan_opcode_value_type_invalid && sddl == NULL &&
                                      access == 0xabababab);
}

int main(void)
{
    IS("HlpQueryEverUsed", WlanHostedNetworkHlpQueryEverUsed(), ERROR_CALL_NOT_IMPLEMENTED);
    IS("QueryWCNSettings", WlanHostedNetworkQueryWCNSettings(), ERROR_CALL_NOT_IMPLEMENTED);
    IS("SetWCNSettings", WlanHostedNetworkSetWCNSettings(), ERROR_CALL_NOT_IMPLEMENTED);
    IS("FreeWCNSettings", WlanHostedNetworkFreeWCNSettings(), ERROR_CALL_NOT_IMPLEMENTED);
    service_start();
    HANDLE handle = open_client();
    stations(handle);
    profiles(handle);
    vendors_and_wifi_direct(handle);
    rights(handle);
    IS("the handle works on", state_now(handle), wlan_hosted_network_idle);
    WlanCloseHandle(handle, NULL);
    return report_status();
}
