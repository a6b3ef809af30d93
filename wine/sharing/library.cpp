// hostednet_hnetcfg.dll: Windows' NetSharingManager (HNetCfg.HNetShare) for the programs of a Wine prefix.
#include "objects.h"

namespace {

class Factory final : public IClassFactory {
public:
    STDMETHODIMP QueryInterface(REFIID id, void **out) override
    {
        if (out == nullptr)
            return E_POINTER;
        bool known = IsEqualIID(id, IID_IUnknown) || IsEqualIID(id, IID_IClassFactory);
        *out = known ? this : nullptr;
        return known ? S_OK : E_NOINTERFACE;
    }

    // There is one, as long as the library is there.
    STDMETHODIMP_(ULONG) AddRef() override { return 2; }
    STDMETHODIMP_(ULONG) Release() override { return 1; }

    STDMETHODIMP CreateInstance(IUnknown *outer, REFIID id, void **out) override
    {
        if (out == nullptr)
            return E_POINTER;
        *out = nullptr;
        return outer == nullptr ? make_manager(id, out) : CLASS_E_NOAGGREGATION;
    }

    STDMETHODIMP LockServer(BOOL lock) override
    {
        library_held(lock != FALSE);
        return S_OK;
    }
};

Factory factory;

} // namespace

STDAPI DllGetClassObject(REFCLSID of, REFIID id, void **out)
{
    if (out == nullptr)
        return E_POINTER;
    *out = nullptr;
    return IsEqualCLSID(of, CLSID_NetSharingManager) ? factory.QueryInterface(id, out)
                                                     : CLASS_E_CLASSNOTAVAILABLE;
}

STDAPI DllCanUnloadNow()
{
    return library_is_free() ? S_OK : S_FALSE;
}
