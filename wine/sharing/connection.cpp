#include "objects.h"

#include "service.h"

namespace {

// Kinds of connections (NETCON_PROPERTIES): a LAN, by Windows' own class.
DEFINE_GUID(CLSID_Lan, 0xba126adb, 0x2166, 0x11d1, 0xb1, 0xd0, 0x00, 0x80, 0x5f, 0xc1, 0x27, 0x0e);

HRESULT refuse()
{
    return fail(E_NOTIMPL, L"The network interfaces of this machine are not managed by Windows programs: use "
                           L"ip or NetworkManager, and hostednet for the access point.");
}

LPWSTR copy(const std::wstring &text)
{
    size_t size = (text.size() + 1) * sizeof(wchar_t);
    auto *memory = static_cast<LPWSTR>(CoTaskMemAlloc(size));
    if (memory == nullptr)
        throw std::bad_alloc();
    CopyMemory(memory, text.c_str(), size);
    return memory;
}

void forget(NETCON_PROPERTIES *properties)
{
    CoTaskMemFree(properties->pszwName);
    CoTaskMemFree(properties->pszwDeviceName);
    CoTaskMemFree(properties);
}

class NetConnection final : public Object<INetConnection> {
public:
    explicit NetConnection(const Connection &connection) : connection_(connection) {}

    STDMETHODIMP Connect() override { return refuse(); }
    STDMETHODIMP Disconnect() override { return refuse(); }
    STDMETHODIMP Delete() override { return refuse(); }
    STDMETHODIMP Rename(LPCWSTR) override { return refuse(); }

    STDMETHODIMP Duplicate(LPCWSTR, INetConnection **out) override
    {
        if (out != nullptr)
            *out = nullptr;
        return refuse();
    }

    STDMETHODIMP GetUiObjectClassId(CLSID *out) override
    {
        if (out != nullptr)
            *out = CLSID_NULL;
        return refuse();
    }

    STDMETHODIMP GetProperties(NETCON_PROPERTIES **out) override
    {
        if (out == nullptr)
            return E_POINTER;
        *out = nullptr;
        return guarded([=] {
            auto *made = static_cast<NETCON_PROPERTIES *>(CoTaskMemAlloc(sizeof(NETCON_PROPERTIES)));
            if (made == nullptr)
                return E_OUTOFMEMORY;
            *made = NETCON_PROPERTIES{};
            try {
                made->guidId = connection_.id;
                made->pszwName = copy(connection_.name);
                made->pszwDeviceName = copy(connection_.device);
                made->Status = connection_.status;
                made->MediaType = NCM_LAN;
                made->dwCharacter = NCCF_ALL_USERS | NCCF_HOMENET_CAPABLE;
                if (is_shared(connection_))
                    made->dwCharacter |= connection_.access_point ? NCCF_SHARED_PRIVATE : NCCF_SHARED;
                made->clsidThisObject = CLSID_Lan;
            } catch (...) {
                forget(made);
                throw;
            }
            *out = made;
            return S_OK;
        });
    }

protected:
    bool answers(REFIID id) const override { return IsEqualIID(id, IID_INetConnection); }

private:
    Connection connection_;
};

enum : DISPID { IDENTIFIER = 1, NAME, DEVICE_NAME, STATUS, MEDIA_TYPE, CHARACTERISTICS };
constexpr Member PROPS[] = {{L"Guid", IDENTIFIER},     {L"Name", NAME},
                            {L"DeviceName", DEVICE_NAME}, {L"Status", STATUS},
                            {L"MediaType", MEDIA_TYPE},   {L"Characteristics", CHARACTERISTICS},
                            {nullptr, 0}};

template <class Value> HRESULT give(Value value, Value *to)
{
    if (to == nullptr)
        return E_POINTER;
    *to = value;
    return S_OK;
}

class Props final : public Scripted<INetConnectionProps> {
public:
    // Owns them from here on.
    explicit Props(NETCON_PROPERTIES *properties) : properties_(properties) {}

    STDMETHODIMP get_Guid(BSTR *out) override
    {
        wchar_t text[40];
        StringFromGUID2(properties_->guidId, text, 40);
        return ::give(text, out);
    }

    STDMETHODIMP get_Name(BSTR *out) override { return ::give(properties_->pszwName, out); }
    STDMETHODIMP get_DeviceName(BSTR *out) override { return ::give(properties_->pszwDeviceName, out); }
    STDMETHODIMP get_Status(NETCON_STATUS *out) override { return give(properties_->Status, out); }
    STDMETHODIMP get_MediaType(NETCON_MEDIATYPE *out) override { return give(properties_->MediaType, out); }
    STDMETHODIMP get_Characteristics(DWORD *out) override { return give(properties_->dwCharacter, out); }

protected:
    ~Props() override { forget(properties_); }

    bool answers(REFIID id) const override
    {
        return IsEqualIID(id, IID_INetConnectionProps) || IsEqualIID(id, IID_IDispatch);
    }

    const Member *members() const override { return PROPS; }

    HRESULT call(DISPID id, const Arguments &arguments, VARIANT *result) override
    {
        if (id < IDENTIFIER || id > CHARACTERISTICS)
            return DISP_E_MEMBERNOTFOUND;
        if (arguments.count() != 0)
            return DISP_E_BADPARAMCOUNT;
        if (id <= DEVICE_NAME) {
            BSTR text = nullptr;
            HRESULT code = id == IDENTIFIER ? get_Guid(&text) : id == NAME ? get_Name(&text)
                                                                            : get_DeviceName(&text);
            V_VT(result) = SUCCEEDED(code) ? VT_BSTR : VT_EMPTY;
            V_BSTR(result) = text;
            return code;
        }
        V_VT(result) = VT_I4;
        V_I4(result) = id == STATUS       ? static_cast<LONG>(properties_->Status)
                       : id == MEDIA_TYPE ? static_cast<LONG>(properties_->MediaType)
                                          : static_cast<LONG>(properties_->dwCharacter);
        return S_OK;
    }

private:
    NETCON_PROPERTIES *properties_;
};

} // namespace

INetConnection *make_connection(const Connection &connection)
{
    return new NetConnection(connection);
}

HRESULT make_props(INetConnection *connection, INetConnectionProps **out)
{
    if (connection == nullptr || out == nullptr)
        return E_POINTER;
    *out = nullptr;
    NETCON_PROPERTIES *properties = nullptr;
    HRESULT result = connection->GetProperties(&properties);
    if (FAILED(result))
        return result;
    *out = new (std::nothrow) Props(properties);
    if (*out == nullptr)
        forget(properties);
    return *out != nullptr ? S_OK : E_OUTOFMEMORY;
}
