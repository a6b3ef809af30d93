// What all objects of this library share: references, names for scripts, errors with words.
#ifndef HOSTEDNET_SHARING_OBJECT_H
#define HOSTEDNET_SHARING_OBJECT_H

#include <new>

// Before windows.h: iphlpapi.h has the newer half only then.
#include <winsock2.h>

#include <initguid.h>
#include <windows.h>

#include <cguid.h>
#include <netcon.h>
#include <oleauto.h>

// Counts what keeps the library in memory: objects, and locks of the class factory.
void library_held(bool more);
bool library_is_free();

// Fails with words that programs can show (IErrorInfo); gives `code`.
HRESULT fail(HRESULT code, const wchar_t *words);

// Does what may run out of memory, the only exception there is.
template <class Action> HRESULT guarded(Action action) noexcept
{
    try {
        return action();
    } catch (const std::bad_alloc &) {
        return E_OUTOFMEMORY;
    }
}

// Gives text away as a BSTR.
HRESULT give(const wchar_t *text, BSTR *to);

// References, and what every object answers. `Interface` is the one it is made for.
template <class Interface> class Object : public Interface, public ISupportErrorInfo {
public:
    Object() { library_held(true); }
    Object(const Object &) = delete;
    Object &operator=(const Object &) = delete;

    STDMETHODIMP QueryInterface(REFIID id, void **out) override
    {
        if (out == nullptr)
            return E_POINTER;
        *out = nullptr;
        if (IsEqualIID(id, IID_IUnknown) || answers(id)) {
            *out = static_cast<Interface *>(this);
        } else if (IsEqualIID(id, IID_ISupportErrorInfo)) {
            *out = static_cast<ISupportErrorInfo *>(this);
        } else if (IsEqualIID(id, IID_IMarshal)) {
            // Used from every apartment of the process as it is: there is no proxy for it.
            return marshaler(id, out);
        } else {
            return E_NOINTERFACE;
        }
        AddRef();
        return S_OK;
    }

    STDMETHODIMP_(ULONG) AddRef() override { return InterlockedIncrement(&references_); }

    STDMETHODIMP_(ULONG) Release() override
    {
        ULONG left = InterlockedDecrement(&references_);
        if (left == 0)
            delete this;
        return left;
    }

    STDMETHODIMP InterfaceSupportsErrorInfo(REFIID id) override { return answers(id) ? S_OK : S_FALSE; }

protected:
    virtual ~Object()
    {
        if (marshaler_ != nullptr)
            marshaler_->Release();
        library_held(false);
    }

    // Whether a pointer to `Interface` is one to that interface.
    virtual bool answers(REFIID id) const = 0;

private:
    HRESULT marshaler(REFIID id, void **out)
    {
        if (marshaler_ == nullptr) {
            IUnknown *made = nullptr;
            HRESULT result = CoCreateFreeThreadedMarshaler(static_cast<Interface *>(this), &made);
            if (FAILED(result))
                return result;
            // Another thread may have been faster.
            if (InterlockedCompareExchangePointer(reinterpret_cast<void *volatile *>(&marshaler_), made,
                                                  nullptr) != nullptr)
                made->Release();
        }
        return marshaler_->QueryInterface(id, out);
    }

    LONG references_ = 1;
    IUnknown *marshaler_ = nullptr;
};

// A member as scripts name it.
struct Member {
    const wchar_t *name;
    DISPID id;
};

// What a script gives to a member, the first argument first.
class Arguments {
public:
    explicit Arguments(const DISPPARAMS &given) : given_(given) {}
    UINT count() const { return given_.cArgs; }
    HRESULT number(UINT at, LONG *to) const;
    // The caller releases it.
    HRESULT connection(UINT at, INetConnection **to) const;

private:
    const VARIANT *at(UINT at) const;
    const DISPPARAMS &given_;
};

// How members are called by name.
class Callable {
public:
    // The last one's name is null.
    virtual const Member *members() const = 0;
    // Calls one; `result` is empty before. How many arguments there are has not been looked at.
    virtual HRESULT call(DISPID id, const Arguments &arguments, VARIANT *result) = 0;

    HRESULT find(LPOLESTR *names, UINT count, DISPID *ids) const;
    HRESULT invoke(DISPID id, WORD flags, DISPPARAMS *given, VARIANT *result, EXCEPINFO *exception);

protected:
    ~Callable() = default;
};

// An object for scripts as well.
template <class Interface> class Scripted : public Object<Interface>, protected Callable {
public:
    STDMETHODIMP GetTypeInfoCount(UINT *count) override
    {
        if (count == nullptr)
            return E_POINTER;
        *count = 0;
        return S_OK;
    }

    STDMETHODIMP GetTypeInfo(UINT, LCID, ITypeInfo **info) override
    {
        if (info == nullptr)
            return E_POINTER;
        *info = nullptr;
        return DISP_E_BADINDEX;
    }

    STDMETHODIMP GetIDsOfNames(REFIID id, LPOLESTR *names, UINT count, LCID, DISPID *ids) override
    {
        return IsEqualIID(id, IID_NULL) ? find(names, count, ids) : DISP_E_UNKNOWNINTERFACE;
    }

    STDMETHODIMP Invoke(DISPID member, REFIID id, LCID, WORD flags, DISPPARAMS *given, VARIANT *result,
                        EXCEPINFO *exception, UINT *) override
    {
        return IsEqualIID(id, IID_NULL) ? invoke(member, flags, given, result, exception)
                                        : DISP_E_UNKNOWNINTERFACE;
    }
};

// Gives an object to a script.
template <class Interface> HRESULT give(HRESULT made, Interface *object, VARIANT *to)
{
    if (SUCCEEDED(made)) {
        V_VT(to) = VT_DISPATCH;
        V_DISPATCH(to) = object;
    }
    return made;
}

#endif
