#include "connections.h"

#include <iphlpapi.h>
#include <wlanapi.h>

namespace {

constexpr wchar_t ACCESS_POINT[] = L"Local Area Connection* 2";
constexpr wchar_t ACCESS_POINT_DEVICE[] = L"Microsoft Hosted Network Virtual Adapter";

// The access point, where there is one, and its address on the air while it runs.
bool access_point(Connection *found, DOT11_MAC_ADDRESS bssid)
{
    DWORD version;
    HANDLE client;
    PWLAN_HOSTED_NETWORK_STATUS status = nullptr;
    if (WlanOpenHandle(2, nullptr, &version, &client) != ERROR_SUCCESS)
        return false;
    DWORD code = WlanHostedNetworkQueryStatus(client, &status, nullptr);
    WlanCloseHandle(client, nullptr);
    if (code != ERROR_SUCCESS)
        return false;
    bool active = status->HostedNetworkState == wlan_hosted_network_active;
    bool there = (active || status->HostedNetworkState == wlan_hosted_network_idle) &&
                 !IsEqualGUID(status->IPDeviceID, GUID_NULL);
    if (there)
        *found = {status->IPDeviceID, ACCESS_POINT, ACCESS_POINT_DEVICE,
                  active ? NCS_CONNECTED : NCS_MEDIA_DISCONNECTED, true};
    if (active)
        CopyMemory(bssid, status->wlanHostedNetworkBSSID, sizeof(DOT11_MAC_ADDRESS));
    WlanFreeMemory(status);
    return there;
}

bool has_address(const IP_ADAPTER_ADDRESSES &adapter, const DOT11_MAC_ADDRESS address)
{
    return adapter.PhysicalAddressLength == sizeof(DOT11_MAC_ADDRESS) &&
           memcmp(adapter.PhysicalAddress, address, sizeof(DOT11_MAC_ADDRESS)) == 0;
}

// What Wine knows of the interfaces, which is what the program sees of them elsewhere.
std::vector<char> adapters()
{
    std::vector<char> buffer(16384);
    ULONG flags = GAA_FLAG_SKIP_UNICAST | GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST |
                  GAA_FLAG_SKIP_DNS_SERVER;
    for (int tries = 0; tries < 5; tries++) {
        ULONG size = static_cast<ULONG>(buffer.size());
        ULONG code = GetAdaptersAddresses(AF_UNSPEC, flags, nullptr,
                                          reinterpret_cast<IP_ADAPTER_ADDRESSES *>(buffer.data()), &size);
        if (code == ERROR_SUCCESS)
            return buffer;
        if (code != ERROR_BUFFER_OVERFLOW)
            break;
        buffer.resize(size);
    }
    return {};
}

} // namespace

std::vector<Connection> connections()
{
    std::vector<Connection> all;
    Connection own;
    DOT11_MAC_ADDRESS bssid = {};
    bool hosted = access_point(&own, bssid);
    std::vector<char> buffer = adapters();
    const auto *adapter = buffer.empty() ? nullptr : reinterpret_cast<IP_ADAPTER_ADDRESSES *>(buffer.data());
    for (; adapter != nullptr; adapter = adapter->Next) {
        GUID id;
        if (adapter->IfType == IF_TYPE_SOFTWARE_LOOPBACK || (hosted && has_address(*adapter, bssid)) ||
            FAILED(CLSIDFromString(std::wstring(adapter->AdapterName, adapter->AdapterName +
                                                strlen(adapter->AdapterName)).c_str(), &id)))
            continue;
        all.push_back({id, adapter->FriendlyName, adapter->Description,
                       adapter->OperStatus == IfOperStatusUp ? NCS_CONNECTED : NCS_MEDIA_DISCONNECTED,
                       false});
    }
    if (hosted)
        all.push_back(own);
    return all;
}
