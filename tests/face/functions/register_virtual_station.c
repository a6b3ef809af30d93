/* WlanRegisterVirtualStationNotification: page nf-...-wlanregistervirtualstationnotification. */
#include "client.h"
#include "report.h"
#include "service.h"

static DWORD call(HANDLE handle, PVOID reserved)
{
    return WlanRegisterVirtualStationNotification(handle, TRUE, reserved);
}

int main(void)
{
    service_start();
    HANDLE handle = open_client();
    IS("on", WlanRegisterVirtualStationNotification(handle, TRUE, NULL), 0);
    IS("again", WlanRegisterVirtualStationNotification(handle, 2, NULL), 0);
    IS("off", WlanRegisterVirtualStationNotification(handle, FALSE, NULL), 0);
    WlanCloseHandle(handle, NULL);
    check_common_rules("WlanRegisterVirtualStationNotification", call, 1);
    return report_status();
}
