// Connection sharing as the programs use it that make a hotspot of a laptop, by the functions of the
// interfaces. Scripts, which use their names, are in sharing/share.vbs.
//   sharing shares INTERFACE    with a service that can
//   sharing refused INTERFACE   with one that cannot
//   sharing alone INTERFACE     without a service
#include <cstdio>
#include <cstring>
#include <cwchar>
#include <string>
#include <vector>

#include <winsock2.h>

#include <initguid.h>
#include <windows.h>

#include <netcon.h>
#include <oleauto.h>
#include <wlanapi.h>

// GCC's word in C, a standard one here.
#define _Noreturn [[noreturn]]
extern "C" {
#include "report.h"
}

// mingw-w64's libraries have no definition of it.
DEFINE_GUID(IID_EnumEvery, 0xc08956b8, 0x1cd3, 0x11d1, 0xb1, 0xc5, 0x00, 0x80, 0x5f, 0xc1, 0x27, 0x0e);

namespace {

constexpr wchar_t DEVICE[] = L"Microsoft Hosted Network Virtual Adapter";

// A reference.
template <class Interface> class Held {
public:
    Held() = default;
    Held(Held &&other) noexcept : object_(other.object_) { other.object_ = nullptr; }
    Held(const Held &) = delete;
    Held &operator=(const Held &) = delete;
    ~Held()
    {
        if (object_ != nullptr)
            object_->Release();
    }
    Interface *operator->() const { return object_; }
    Interface *get() const { return object_; }
    Interface **out() { return &object_; }

private:
    Interface *object_ = nullptr;
};

struct Entry {
    Held<INetConnection> connection;
    Held<INetConnectionProps> props;
    Held<INetSharingConfiguration> configuration;
    std::wstring name, device, guid;
};

using Entries = std::vector<Entry>;

std::wstring taken(BSTR text)
{
    std::wstring copy(text != nullptr ? text : L"");
    SysFreeString(text);
    return copy;
}

void make(Held<INetSharingManager> &manager)
{
    HRESULT code = CoCreateInstance(CLSID_NetSharingManager, nullptr, CLSCTX_INPROC_SERVER,
                                    IID_INetSharingManager, reinterpret_cast<void **>(manager.out()));
    if (FAILED(code))
        give_up("CoCreateInstance: %08lx", static_cast<unsigned long>(code));
}

Entries list(const Held<INetSharingManager> &manager)
{
    Held<INetSharingEveryConnectionCollection> all;
    Held<IUnknown> unknown;
    Held<IEnumVARIANT> enumerator;
    Entries entries;
    VARIANT item;
    VariantInit(&item);
    if (FAILED(manager->get_EnumEveryConnection(all.out())) || FAILED(all->get__NewEnum(unknown.out())) ||
        FAILED(unknown->QueryInterface(IID_IEnumVARIANT, reinterpret_cast<void **>(enumerator.out()))))
        give_up("there is no enumerator");
    while (enumerator->Next(1, &item, nullptr) == S_OK) {
        Entry entry;
        BSTR text = nullptr;
        if (V_VT(&item) != VT_UNKNOWN)
            give_up("an item is of type %d", V_VT(&item));
        V_UNKNOWN(&item)->QueryInterface(IID_INetConnection,
                                         reinterpret_cast<void **>(entry.connection.out()));
        VariantClear(&item);
        if (FAILED(manager->get_NetConnectionProps(entry.connection.get(), entry.props.out())) ||
            FAILED(manager->get_INetSharingConfigurationForINetConnection(entry.connection.get(),
                                                                          entry.configuration.out())))
            give_up("a connection has no properties or configuration");
        entry.props->get_Name(&text);
        entry.name = taken(text);
        entry.props->get_DeviceName(&text);
        entry.device = taken(text);
        entry.props->get_Guid(&text);
        entry.guid = taken(text);
        entries.push_back(std::move(entry));
    }
    LONG count = -1;
    all->get_Count(&count);
    IS("as many are counted as are listed", count, entries.size());
    return entries;
}

const Entry *named(const Entries &entries, const std::wstring &name)
{
    for (const Entry &entry : entries)
        if (entry.name == name || entry.device == name || entry.guid == name)
            return &entry;
    return nullptr;
}

bool enabled(const Entry &entry)
{
    VARIANT_BOOL on = 7;
    HRESULT code = entry.configuration->get_SharingEnabled(&on);
    if (FAILED(code) || (on != VARIANT_TRUE && on != VARIANT_FALSE))
        give_up("SharingEnabled: %08lx, %d", static_cast<unsigned long>(code), on);
    return on == VARIANT_TRUE;
}

DWORD characteristics(const Held<INetSharingManager> &manager, const Entry &entry)
{
    Held<INetConnectionProps> now;
    DWORD flags = 0;
    if (SUCCEEDED(manager->get_NetConnectionProps(entry.connection.get(), now.out())))
        now->get_Characteristics(&flags);
    return flags;
}

// What IErrorInfo says of the call that failed last.
std::wstring last_words()
{
    Held<IErrorInfo> info;
    BSTR text = nullptr;
    if (GetErrorInfo(0, info.out()) != S_OK || FAILED(info->GetDescription(&text)))
        return {};
    return taken(text);
}

bool says(const wchar_t *part)
{
    std::wstring words = last_words();
    if (words.find(part) != std::wstring::npos)
        return true;
    std::printf("     words: %ls\n", words.c_str());
    return false;
}

bool installed(const Held<INetSharingManager> &manager)
{
    VARIANT_BOOL is = 7;
    return manager->get_SharingInstalled(&is) == S_OK && is == VARIANT_TRUE;
}

void take_all_away(const Entries &entries)
{
    HRESULT worst = S_OK;
    for (const Entry &entry : entries) {
        HRESULT code = entry.configuration->DisableSharing();
        worst = FAILED(code) ? code : worst;
    }
    IS("DisableSharing on all of them", worst, S_OK);
}

// The hosted network, started as these programs do before they list connections.
class Network {
public:
    Network()
    {
        DWORD version;
        if (WlanOpenHandle(2, nullptr, &version, &client_) != ERROR_SUCCESS ||
            WlanHostedNetworkInitSettings(client_, nullptr, nullptr) != ERROR_SUCCESS ||
            WlanHostedNetworkStartUsing(client_, nullptr, nullptr) != ERROR_SUCCESS)
            give_up("the network does not start");
    }
    ~Network() { WlanCloseHandle(client_, nullptr); }
    Network(const Network &) = delete;
    Network &operator=(const Network &) = delete;

    std::wstring device() const
    {
        PWLAN_HOSTED_NETWORK_STATUS status = nullptr;
        wchar_t text[40] = L"";
        if (WlanHostedNetworkQueryStatus(client_, &status, nullptr) == ERROR_SUCCESS) {
            StringFromGUID2(status->IPDeviceID, text, 40);
            WlanFreeMemory(status);
        }
        return text;
    }

    void stop() { WlanHostedNetworkForceStop(client_, nullptr, nullptr); }

private:
    HANDLE client_ = nullptr;
};

// The access point among them.
void look(const Held<INetSharingManager> &manager, const Entries &entries, const Network &network,
          const Entry *upstream, const Entry *access)
{
    NETCON_STATUS status = NCS_DISCONNECTED;
    NETCON_MEDIATYPE type = NCM_NONE;
    NETCON_PROPERTIES *properties = nullptr;
    HOLDS("the GUID that the hosted network tells is its own", named(entries, network.device()) == access);
    access->props->get_Status(&status);
    access->props->get_MediaType(&type);
    IS("the access point is connected", status, NCS_CONNECTED);
    IS("and a LAN", type, NCM_LAN);
    upstream->props->get_Status(&status);
    IS("the other one is connected", status, NCS_CONNECTED);
    if (access->connection->GetProperties(&properties) == S_OK) {
        HOLDS("GetProperties agrees", access->device == properties->pszwDeviceName &&
                                          access->name == properties->pszwName);
        CoTaskMemFree(properties->pszwName);
        CoTaskMemFree(properties->pszwDeviceName);
        CoTaskMemFree(properties);
    } else {
        report_failed("GetProperties agrees", "no properties");
    }
    IS("nothing else can be done to it", access->connection->Disconnect(), E_NOTIMPL);
    IS("no pointer", manager->get_EnumEveryConnection(nullptr), E_POINTER);
    IS("nor there", access->configuration->get_SharingEnabled(nullptr), E_POINTER);
}

struct Elsewhere {
    IStream *stream;
    HRESULT code;
    VARIANT_BOOL on;
};

// A thread of another apartment, as worker threads of .NET are.
DWORD WINAPI ask_elsewhere(void *context)
{
    auto *elsewhere = static_cast<Elsewhere *>(context);
    INetSharingConfiguration *configuration = nullptr;
    CoInitializeEx(nullptr, COINIT_MULTITHREADED);
    elsewhere->code = CoGetInterfaceAndReleaseStream(elsewhere->stream, IID_INetSharingConfiguration,
                                                     reinterpret_cast<void **>(&configuration));
    if (SUCCEEDED(elsewhere->code)) {
        elsewhere->code = configuration->get_SharingEnabled(&elsewhere->on);
        configuration->Release();
    }
    CoUninitialize();
    return 0;
}

void other_apartment(const Entry &entry)
{
    Elsewhere elsewhere = {};
    elsewhere.code = CoMarshalInterThreadInterfaceInStream(IID_INetSharingConfiguration,
                                                           entry.configuration.get(), &elsewhere.stream);
    if (SUCCEEDED(elsewhere.code)) {
        HANDLE thread = CreateThread(nullptr, 0, ask_elsewhere, &elsewhere, 0, nullptr);
        WaitForSingleObject(thread, INFINITE);
        CloseHandle(thread);
    }
    IS("a thread of another apartment may ask", elsewhere.code, S_OK);
    IS("and is told the same", elsewhere.on, VARIANT_TRUE);
}

LONG count(const Held<INetSharingManager> &manager, bool access_points, SHARINGCONNECTION_ENUM_FLAGS flags)
{
    LONG count = -1;
    if (access_points) {
        Held<INetSharingPrivateConnectionCollection> some;
        if (SUCCEEDED(manager->get_EnumPrivateConnections(flags, some.out())))
            some->get_Count(&count);
    } else {
        Held<INetSharingPublicConnectionCollection> some;
        if (SUCCEEDED(manager->get_EnumPublicConnections(flags, some.out())))
            some->get_Count(&count);
    }
    return count;
}

void enumerators(const Held<INetSharingManager> &manager, size_t entries)
{
    Held<INetSharingEveryConnectionCollection> all;
    Held<IUnknown> unknown;
    Held<IEnumNetSharingEveryConnection> enumerator, clone;
    VARIANT items[64];
    ULONG given = 0;
    manager->get_EnumEveryConnection(all.out());
    all->get__NewEnum(unknown.out());
    IS("an enumerator of connections",
       unknown->QueryInterface(IID_EnumEvery, reinterpret_cast<void **>(enumerator.out())), S_OK);
    IS("more than there are", enumerator->Next(64, items, &given), S_FALSE);
    IS("gives what there are", given, entries);
    for (ULONG i = 0; i < given; i++)
        VariantClear(&items[i]);
    IS("none is left", enumerator->Next(1, items, &given), S_FALSE);
    IS("from the start", enumerator->Reset(), S_OK);
    IS("but the first", enumerator->Skip(1), S_OK);
    IS("a copy stands where it stands", enumerator->Clone(clone.out()), S_OK);
    clone->Next(64, items, &given);
    IS("with the others to come", given, entries - 1);
    for (ULONG i = 0; i < given; i++)
        VariantClear(&items[i]);
    IS("more than one needs a count", enumerator->Next(2, items, nullptr), E_POINTER);
}

void refusals(const Entry &upstream, const Entry &access)
{
    Held<INetSharingPortMappingCollection> mappings;
    IS("the access point is not public", access.configuration->EnableSharing(ICSSHARINGTYPE_PUBLIC),
       E_INVALIDARG);
    HOLDS("which is told", says(L"ICSSHARINGTYPE_PRIVATE"));
    IS("the other one is not private", upstream.configuration->EnableSharing(ICSSHARINGTYPE_PRIVATE),
       E_INVALIDARG);
    HOLDS("which is told as well", says(L"access point only"));
    IS("no ports are mapped", upstream.configuration->get_EnumPortMappings(ICSSC_DEFAULT, mappings.out()),
       E_NOTIMPL);
    HOLDS("which is told, too", says(L"maps no ports"));
    IS("no firewall is switched", upstream.configuration->EnableInternetFirewall(), E_NOTIMPL);
    HOLDS("with what to use", says(L"nft"));
}

void shares(const Held<INetSharingManager> &manager, const std::wstring &name)
{
    Network network;
    Entries entries = list(manager);
    const Entry *upstream = named(entries, name);
    const Entry *access = named(entries, DEVICE);
    HOLDS("sharing is installed", installed(manager));
    if (upstream == nullptr || access == nullptr)
        give_up("%ls or the access point is not listed", name.c_str());
    look(manager, entries, network, upstream, access);
    enumerators(manager, entries.size());
    take_all_away(entries);

    IS("the one with the internet", upstream->configuration->EnableSharing(ICSSHARINGTYPE_PUBLIC), S_OK);
    HOLDS("has its part", enabled(*upstream));
    HOLDS("the access point not yet", !enabled(*access));
    IS("the access point", access->configuration->EnableSharing(ICSSHARINGTYPE_PRIVATE), S_OK);
    HOLDS("has its part", enabled(*access) && enabled(*upstream));
    SHARINGCONNECTIONTYPE type = ICSSHARINGTYPE_PUBLIC;
    IS("its type", access->configuration->get_SharingConnectionType(&type), S_OK);
    IS("is private", type, ICSSHARINGTYPE_PRIVATE);
    upstream->configuration->get_SharingConnectionType(&type);
    IS("the other one's is public", type, ICSSHARINGTYPE_PUBLIC);
    IS("the same once more", upstream->configuration->EnableSharing(ICSSHARINGTYPE_PUBLIC), S_OK);
    HOLDS("flags say so", (characteristics(manager, *access) & NCCF_SHARED_PRIVATE) != 0 &&
                              (characteristics(manager, *upstream) & NCCF_SHARED) != 0);
    IS("one is public", count(manager, false, ICSSC_ENABLED), 1);
    IS("one is private", count(manager, true, ICSSC_ENABLED), 1);
    IS("one could be private", count(manager, true, ICSSC_DEFAULT), 1);
    IS("all others could be public", count(manager, false, ICSSC_DEFAULT), entries.size() - 1);
    other_apartment(*access);
    Held<INetSharingManager> another;
    make(another);
    HOLDS("another manager sees the same", enabled(*named(list(another), DEVICE)));
    refusals(*upstream, *access);

    IS("the public one ends", upstream->configuration->DisableSharing(), S_OK);
    HOLDS("the access point waits for the next", !enabled(*upstream) && enabled(*access));
    IS("which comes", upstream->configuration->EnableSharing(ICSSHARINGTYPE_PUBLIC), S_OK);
    IS("the access point ends", access->configuration->DisableSharing(), S_OK);
    HOLDS("the other one waits", enabled(*upstream) && !enabled(*access));
    take_all_away(entries);
    HOLDS("nobody has a part", !enabled(*upstream) && !enabled(*access));

    network.stop();
    Entries later = list(manager);
    const Entry *stopped = named(later, DEVICE);
    NETCON_STATUS status = NCS_CONNECTED;
    if (stopped != nullptr)
        stopped->props->get_Status(&status);
    IS("a network that stopped is there, not connected", status, NCS_MEDIA_DISCONNECTED);
}

void refused(const Held<INetSharingManager> &manager, const std::wstring &name, HRESULT code,
             const wchar_t *words)
{
    Entries entries = list(manager);
    const Entry *upstream = named(entries, name);
    HOLDS("sharing is not installed", !installed(manager));
    if (upstream == nullptr)
        give_up("%ls is not listed", name.c_str());
    take_all_away(entries);
    HOLDS("nobody has a part", !enabled(*upstream));
    IS("EnableSharing", upstream->configuration->EnableSharing(ICSSHARINGTYPE_PUBLIC), code);
    HOLDS("tells why", says(words));
    HOLDS("nobody has got one", !enabled(*upstream));
}

void the_library_may_go()
{
    HMODULE library = GetModuleHandleW(L"hostednet_hnetcfg.dll");
    auto may = reinterpret_cast<HRESULT(WINAPI *)()>(
        reinterpret_cast<void *>(GetProcAddress(library, "DllCanUnloadNow")));
    IS("no object is left", may != nullptr ? may() : E_FAIL, S_OK);
}

} // namespace

int main(int argc, char *argv[])
{
    if (argc != 3)
        give_up("usage: sharing shares|refused|alone INTERFACE");
    CoInitializeEx(nullptr, COINIT_APARTMENTTHREADED);
    const std::wstring name(argv[2], argv[2] + std::strlen(argv[2]));
    {
        Held<INetSharingManager> manager;
        make(manager);
        if (std::strcmp(argv[1], "shares") == 0)
            shares(manager, name);
        else if (std::strcmp(argv[1], "refused") == 0)
            refused(manager, name, HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED), L"simulated radio");
        else
            refused(manager, name, HRESULT_FROM_WIN32(ERROR_SERVICE_NOT_ACTIVE), L"does not answer");
    }
    the_library_may_go();
    CoUninitialize();
    return report_status();
}
