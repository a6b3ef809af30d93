#include "objects.h"

#include "service.h"

namespace {

enum : DISPID {
    SHARING_ENABLED = 1,
    SHARING_CONNECTION_TYPE,
    DISABLE_SHARING,
    ENABLE_SHARING,
    FIREWALL_ENABLED,
    DISABLE_FIREWALL,
    ENABLE_FIREWALL,
    ENUM_PORT_MAPPINGS,
    ADD_PORT_MAPPING,
    REMOVE_PORT_MAPPING,
};
constexpr Member MEMBERS[] = {{L"SharingEnabled", SHARING_ENABLED},
                              {L"SharingConnectionType", SHARING_CONNECTION_TYPE},
                              {L"DisableSharing", DISABLE_SHARING},
                              {L"EnableSharing", ENABLE_SHARING},
                              {L"InternetFirewallEnabled", FIREWALL_ENABLED},
                              {L"DisableInternetFirewall", DISABLE_FIREWALL},
                              {L"EnableInternetFirewall", ENABLE_FIREWALL},
                              {L"EnumPortMappings", ENUM_PORT_MAPPINGS},
                              {L"AddPortMapping", ADD_PORT_MAPPING},
                              {L"RemovePortMapping", REMOVE_PORT_MAPPING},
                              {nullptr, 0}};

HRESULT no_firewall()
{
    return fail(E_NOTIMPL,
                L"Windows programs switch no firewall of this machine: use nft, ufw or firewalld.");
}

HRESULT no_mappings()
{
    return fail(E_NOTIMPL, L"hostednet maps no ports to those who joined: use nft for it.");
}

HRESULT is_not(const Connection &connection)
{
    return fail(E_INVALIDARG,
                connection.access_point
                    ? L"The access point is who a connection is shared with (ICSSHARINGTYPE_PRIVATE); it has "
                      L"no connection of its own."
                    : L"hostednet shares a connection with its access point only: enable that one as "
                      L"ICSSHARINGTYPE_PRIVATE, and this one as ICSSHARINGTYPE_PUBLIC.");
}

class Configuration final : public Scripted<INetSharingConfiguration> {
public:
    explicit Configuration(const Connection &connection) : connection_(connection) {}

    STDMETHODIMP get_SharingEnabled(VARIANT_BOOL *out) override
    {
        if (out == nullptr)
            return E_POINTER;
        return guarded([=] {
            *out = is_shared(connection_) ? VARIANT_TRUE : VARIANT_FALSE;
            return S_OK;
        });
    }

    // What it is, or could be.
    STDMETHODIMP get_SharingConnectionType(SHARINGCONNECTIONTYPE *out) override
    {
        if (out == nullptr)
            return E_POINTER;
        *out = type();
        return S_OK;
    }

    STDMETHODIMP DisableSharing() override
    {
        return guarded([=] { return disable(connection_); });
    }

    STDMETHODIMP EnableSharing(SHARINGCONNECTIONTYPE wanted) override
    {
        return wanted == type() ? guarded([=] { return enable(connection_); }) : is_not(connection_);
    }

    STDMETHODIMP get_InternetFirewallEnabled(VARIANT_BOOL *) override { return no_firewall(); }
    STDMETHODIMP DisableInternetFirewall() override { return no_firewall(); }
    STDMETHODIMP EnableInternetFirewall() override { return no_firewall(); }

    STDMETHODIMP get_EnumPortMappings(SHARINGCONNECTION_ENUM_FLAGS,
                                      INetSharingPortMappingCollection **out) override
    {
        if (out != nullptr)
            *out = nullptr;
        return no_mappings();
    }

    STDMETHODIMP AddPortMapping(BSTR, UCHAR, USHORT, USHORT, DWORD, BSTR, ICS_TARGETTYPE,
                                INetSharingPortMapping **out) override
    {
        if (out != nullptr)
            *out = nullptr;
        return no_mappings();
    }

    STDMETHODIMP RemovePortMapping(INetSharingPortMapping *) override { return no_mappings(); }

protected:
    bool answers(REFIID id) const override
    {
        return IsEqualIID(id, IID_INetSharingConfiguration) || IsEqualIID(id, IID_IDispatch);
    }

    const Member *members() const override { return MEMBERS; }

    HRESULT call(DISPID id, const Arguments &arguments, VARIANT *result) override
    {
        if (id >= ENUM_PORT_MAPPINGS && id <= REMOVE_PORT_MAPPING)
            return no_mappings();
        if (id >= SHARING_ENABLED && id <= ENABLE_FIREWALL &&
            arguments.count() != (id == ENABLE_SHARING ? 1 : 0))
            return DISP_E_BADPARAMCOUNT;
        LONG wanted = 0;
        HRESULT code;
        switch (id) {
        case SHARING_ENABLED:
            V_VT(result) = VT_BOOL;
            return get_SharingEnabled(&V_BOOL(result));
        case SHARING_CONNECTION_TYPE:
            V_VT(result) = VT_I4;
            V_I4(result) = type();
            return S_OK;
        case DISABLE_SHARING:
            return DisableSharing();
        case ENABLE_SHARING:
            code = arguments.number(0, &wanted);
            return SUCCEEDED(code) ? EnableSharing(static_cast<SHARINGCONNECTIONTYPE>(wanted)) : code;
        case FIREWALL_ENABLED:
        case DISABLE_FIREWALL:
        case ENABLE_FIREWALL:
            return no_firewall();
        default:
            return DISP_E_MEMBERNOTFOUND;
        }
    }

private:
    SHARINGCONNECTIONTYPE type() const
    {
        return connection_.access_point ? ICSSHARINGTYPE_PRIVATE : ICSSHARINGTYPE_PUBLIC;
    }

    Connection connection_;
};

} // namespace

HRESULT make_configuration(INetConnection *connection, INetSharingConfiguration **out)
{
    if (connection == nullptr || out == nullptr)
        return E_POINTER;
    *out = nullptr;
    NETCON_PROPERTIES *properties = nullptr;
    HRESULT result = connection->GetProperties(&properties);
    if (FAILED(result))
        return result;
    GUID id = properties->guidId;
    CoTaskMemFree(properties->pszwName);
    CoTaskMemFree(properties->pszwDeviceName);
    CoTaskMemFree(properties);
    return guarded([=] {
        for (const Connection &known : connections())
            if (IsEqualGUID(known.id, id)) {
                *out = new Configuration(known);
                return S_OK;
            }
        return fail(HRESULT_FROM_WIN32(ERROR_NOT_FOUND),
                    L"This connection is not there any more: list them again.");
    });
}
