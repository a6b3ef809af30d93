/* WlanCloseHandle: page nf-wlanapi-wlanclosehandle. */
#include "client.h"
#include "report.h"
#include "service.h"

int main(void)
{
    int something = 0;
    service_start();
    HANDLE handle = open_client();
    IS("no handle", WlanCloseHandle(NULL, NULL), ERROR_INVALID_PARAMETER);
    IS("a handle never given out", WlanCloseHandle(never_issued(), NULL), ERROR_INVALID_HANDLE);
    IS("a reserved pointer", WlanCloseHandle(handle, &something), ERROR_INVALID_PARAMETER);
    IS("then the handle is still open", state_now(handle), wlan_hosted_network_idle);
    IS("it closes", WlanCloseHandle(handle, NULL), 0);
    IS("it closes once", WlanCloseHandle(handle, NULL), ERROR_INVALID_HANDLE);
    IS("a closed handle does nothing", WlanHostedNetworkForceStop(handle, NULL, NULL),
       ERROR_INVALID_HANDLE);

    for (int i = 0; i < 300; i++)
        WlanCloseHandle(open_client(), NULL);
    HANDLE fresh = open_client();
    IS("an old handle is not a new one", WlanCloseHandle(handle, NULL), ERROR_INVALID_HANDLE);
    service_kill();
    IS("it closes without a service too", WlanCloseHandle(fresh, NULL), 0);
    return report_status();
}
