#include "objects.h"

#include "service.h"

namespace {

enum : DISPID {
    SHARING_INSTALLED = 1,
    ENUM_PUBLIC = 2,
    ENUM_PRIVATE = 3,
    CONFIGURATION = 6,
    ENUM_EVERY = 7,
    PROPS = 8,
};
constexpr Member MEMBERS[] = {{L"SharingInstalled", SHARING_INSTALLED},
                              {L"EnumPublicConnections", ENUM_PUBLIC},
                              {L"EnumPrivateConnections", ENUM_PRIVATE},
                              {L"INetSharingConfigurationForINetConnection", CONFIGURATION},
                              {L"EnumEveryConnection", ENUM_EVERY},
                              {L"NetConnectionProps", PROPS},
                              {nullptr, 0}};

class Manager final : public Scripted<INetSharingManager> {
public:
    STDMETHODIMP get_SharingInstalled(VARIANT_BOOL *out) override
    {
        if (out == nullptr)
            return E_POINTER;
        return guarded([=] {
            *out = can_share() ? VARIANT_TRUE : VARIANT_FALSE;
            return S_OK;
        });
    }

    STDMETHODIMP get_EnumPublicConnections(SHARINGCONNECTION_ENUM_FLAGS flags,
                                           INetSharingPublicConnectionCollection **out) override
    {
        return make_public_collection(flags == ICSSC_ENABLED ? Which::is_public : Which::may_be_public, out);
    }

    STDMETHODIMP get_EnumPrivateConnections(SHARINGCONNECTION_ENUM_FLAGS flags,
                                            INetSharingPrivateConnectionCollection **out) override
    {
        return make_private_collection(flags == ICSSC_ENABLED ? Which::is_private : Which::may_be_private,
                                       out);
    }

    STDMETHODIMP get_INetSharingConfigurationForINetConnection(INetConnection *connection,
                                                               INetSharingConfiguration **out) override
    {
        return make_configuration(connection, out);
    }

    STDMETHODIMP get_EnumEveryConnection(INetSharingEveryConnectionCollection **out) override
    {
        return make_every_collection(out);
    }

    STDMETHODIMP get_NetConnectionProps(INetConnection *connection, INetConnectionProps **out) override
    {
        return make_props(connection, out);
    }

protected:
    bool answers(REFIID id) const override
    {
        return IsEqualIID(id, IID_INetSharingManager) || IsEqualIID(id, IID_IDispatch);
    }

    const Member *members() const override { return MEMBERS; }

    HRESULT call(DISPID id, const Arguments &arguments, VARIANT *result) override
    {
        UINT wanted = id == SHARING_INSTALLED || id == ENUM_EVERY ? 0 : 1;
        if (id >= SHARING_INSTALLED && id <= PROPS && arguments.count() != wanted)
            return DISP_E_BADPARAMCOUNT;
        switch (id) {
        case SHARING_INSTALLED:
            V_VT(result) = VT_BOOL;
            return get_SharingInstalled(&V_BOOL(result));
        case ENUM_PUBLIC:
        case ENUM_PRIVATE:
            return enumerate(id, arguments, result);
        case ENUM_EVERY: {
            INetSharingEveryConnectionCollection *all = nullptr;
            HRESULT code = get_EnumEveryConnection(&all);
            return give(code, all, result);
        }
        case CONFIGURATION:
        case PROPS:
            return describe(id, arguments, result);
        default:
            return DISP_E_MEMBERNOTFOUND;
        }
    }

private:
    HRESULT enumerate(DISPID id, const Arguments &arguments, VARIANT *result)
    {
        LONG flags = 0;
        HRESULT code = arguments.number(0, &flags);
        if (FAILED(code))
            return code;
        auto which = static_cast<SHARINGCONNECTION_ENUM_FLAGS>(flags);
        if (id == ENUM_PUBLIC) {
            INetSharingPublicConnectionCollection *some = nullptr;
            code = get_EnumPublicConnections(which, &some);
            return give(code, some, result);
        }
        INetSharingPrivateConnectionCollection *some = nullptr;
        code = get_EnumPrivateConnections(which, &some);
        return give(code, some, result);
    }

    HRESULT describe(DISPID id, const Arguments &arguments, VARIANT *result)
    {
        INetConnection *connection = nullptr;
        HRESULT code = arguments.connection(0, &connection);
        if (FAILED(code))
            return code;
        if (id == PROPS) {
            INetConnectionProps *props = nullptr;
            code = get_NetConnectionProps(connection, &props);
            code = give(code, props, result);
        } else {
            INetSharingConfiguration *made = nullptr;
            code = get_INetSharingConfigurationForINetConnection(connection, &made);
            code = give(code, made, result);
        }
        connection->Release();
        return code;
    }
};

} // namespace

HRESULT make_manager(REFIID id, void **out)
{
    auto *manager = new (std::nothrow) Manager;
    if (manager == nullptr)
        return E_OUTOFMEMORY;
    HRESULT result = manager->QueryInterface(id, out);
    manager->Release();
    return result;
}
