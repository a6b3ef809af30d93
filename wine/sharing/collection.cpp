#include "objects.h"

#include "service.h"

namespace {

// These two have no definition in mingw-w64's libraries.
DEFINE_GUID(IID_PublicCollection, 0x7d7a6355, 0xf372, 0x4971, 0xa1, 0x49, 0xbf, 0xc9, 0x27, 0xbe, 0x76, 0x2a);
DEFINE_GUID(IID_PrivateCollection, 0x38ae69e0, 0x4409, 0x402a, 0xa2, 0xcb, 0xe9, 0x65, 0xc7, 0x27, 0xf8, 0x40);
// Nor has this one.
DEFINE_GUID(IID_EnumEvery, 0xc08956b8, 0x1cd3, 0x11d1, 0xb1, 0xc5, 0x00, 0x80, 0x5f, 0xc1, 0x27, 0x0e);

// Members of a collection.
enum : DISPID { COUNT = 1 };
constexpr Member COLLECTION[] = {{L"Count", COUNT}, {L"_NewEnum", DISPID_NEWENUM}, {nullptr, 0}};

std::vector<Connection> select(Which which)
{
    std::vector<Connection> chosen;
    for (const Connection &connection : connections()) {
        bool side = which == Which::may_be_private || which == Which::is_private;
        bool shared = which == Which::is_public || which == Which::is_private;
        if (which == Which::every ||
            (connection.access_point == side && (!shared || is_shared(connection))))
            chosen.push_back(connection);
    }
    return chosen;
}

// The functions of IEnumNetSharing...Connection are those of IEnumVARIANT, in the same order.
class Enumerator final : public Object<IEnumVARIANT> {
public:
    explicit Enumerator(const std::vector<Connection> &all) : all_(all) {}

    STDMETHODIMP Next(ULONG wanted, VARIANT *to, ULONG *fetched) override
    {
        if (to == nullptr || (fetched == nullptr && wanted != 1))
            return E_POINTER;
        return guarded([=] {
            ULONG given = 0;
            for (; given < wanted && next_ < all_.size(); given++) {
                INetConnection *made = make_connection(all_[next_++]);
                V_VT(&to[given]) = VT_UNKNOWN;
                V_UNKNOWN(&to[given]) = made;
            }
            if (fetched != nullptr)
                *fetched = given;
            return given == wanted ? S_OK : S_FALSE;
        });
    }

    STDMETHODIMP Skip(ULONG count) override
    {
        size_t left = all_.size() - next_;
        next_ += count < left ? count : left;
        return count <= left ? S_OK : S_FALSE;
    }

    STDMETHODIMP Reset() override
    {
        next_ = 0;
        return S_OK;
    }

    STDMETHODIMP Clone(IEnumVARIANT **out) override
    {
        if (out == nullptr)
            return E_POINTER;
        return guarded([=] {
            auto *clone = new Enumerator(all_);
            clone->next_ = next_;
            *out = clone;
            return S_OK;
        });
    }

protected:
    bool answers(REFIID id) const override
    {
        return IsEqualIID(id, IID_IEnumVARIANT) || IsEqualIID(id, IID_EnumEvery) ||
               IsEqualIID(id, IID_IEnumNetSharingPublicConnection) ||
               IsEqualIID(id, IID_IEnumNetSharingPrivateConnection);
    }

private:
    std::vector<Connection> all_;
    size_t next_ = 0;
};

template <class Interface> class Collection final : public Scripted<Interface> {
public:
    Collection(const IID &id, Which which) : id_(id), all_(select(which)) {}

    STDMETHODIMP get__NewEnum(IUnknown **out) override
    {
        if (out == nullptr)
            return E_POINTER;
        return guarded([=] {
            *out = static_cast<IEnumVARIANT *>(new Enumerator(all_));
            return S_OK;
        });
    }

    STDMETHODIMP get_Count(LONG *out) override
    {
        if (out == nullptr)
            return E_POINTER;
        *out = static_cast<LONG>(all_.size());
        return S_OK;
    }

protected:
    bool answers(REFIID id) const override
    {
        return IsEqualIID(id, id_) || IsEqualIID(id, IID_IDispatch);
    }

    const Member *members() const override { return COLLECTION; }

    HRESULT call(DISPID id, const Arguments &arguments, VARIANT *result) override
    {
        if (id != COUNT && id != DISPID_NEWENUM)
            return DISP_E_MEMBERNOTFOUND;
        if (arguments.count() != 0)
            return DISP_E_BADPARAMCOUNT;
        if (id == COUNT) {
            V_VT(result) = VT_I4;
            return get_Count(&V_I4(result));
        }
        V_VT(result) = VT_UNKNOWN;
        HRESULT code = get__NewEnum(&V_UNKNOWN(result));
        if (FAILED(code))
            V_VT(result) = VT_EMPTY;
        return code;
    }

private:
    IID id_;
    std::vector<Connection> all_;
};

template <class Interface> HRESULT make(const IID &id, Which which, Interface **out)
{
    if (out == nullptr)
        return E_POINTER;
    *out = nullptr;
    return guarded([&] {
        *out = new Collection<Interface>(id, which);
        return S_OK;
    });
}

} // namespace

HRESULT make_every_collection(INetSharingEveryConnectionCollection **out)
{
    return make(IID_INetSharingEveryConnectionCollection, Which::every, out);
}

HRESULT make_public_collection(Which which, INetSharingPublicConnectionCollection **out)
{
    return make(IID_PublicCollection, which, out);
}

HRESULT make_private_collection(Which which, INetSharingPrivateConnectionCollection **out)
{
    return make(IID_PrivateCollection, which, out);
}
