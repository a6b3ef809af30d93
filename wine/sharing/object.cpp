#include "object.h"

namespace {

LONG held;

// Fills in what a script is told, from what `fail` left.
HRESULT told(HRESULT code, EXCEPINFO *exception)
{
    IErrorInfo *info = nullptr;
    if (GetErrorInfo(0, &info) != S_OK)
        return code;
    if (exception != nullptr) {
        *exception = EXCEPINFO{};
        exception->scode = code;
        info->GetDescription(&exception->bstrDescription);
        info->GetSource(&exception->bstrSource);
    }
    info->Release();
    return exception != nullptr ? DISP_E_EXCEPTION : code;
}

} // namespace

void library_held(bool more)
{
    if (more)
        InterlockedIncrement(&held);
    else
        InterlockedDecrement(&held);
}

bool library_is_free()
{
    return InterlockedCompareExchange(&held, 0, 0) == 0;
}

HRESULT fail(HRESULT code, const wchar_t *words)
{
    ICreateErrorInfo *made = nullptr;
    IErrorInfo *info = nullptr;
    if (FAILED(CreateErrorInfo(&made)))
        return code;
    made->SetDescription(const_cast<LPOLESTR>(words));
    made->SetSource(const_cast<LPOLESTR>(L"HNetCfg.HNetShare"));
    if (SUCCEEDED(made->QueryInterface(IID_IErrorInfo, reinterpret_cast<void **>(&info)))) {
        SetErrorInfo(0, info);
        info->Release();
    }
    made->Release();
    return code;
}

HRESULT give(const wchar_t *text, BSTR *to)
{
    if (to == nullptr)
        return E_POINTER;
    *to = SysAllocString(text);
    return *to != nullptr ? S_OK : E_OUTOFMEMORY;
}

const VARIANT *Arguments::at(UINT at) const
{
    // The last one comes first.
    const VARIANT *value = &given_.rgvarg[given_.cArgs - 1 - at];
    while (V_VT(value) == (VT_BYREF | VT_VARIANT))
        value = V_VARIANTREF(value);
    return value;
}

HRESULT Arguments::number(UINT index, LONG *to) const
{
    VARIANT number;
    VariantInit(&number);
    HRESULT result = VariantChangeType(&number, const_cast<VARIANT *>(at(index)), 0, VT_I4);
    if (SUCCEEDED(result))
        *to = V_I4(&number);
    return SUCCEEDED(result) ? S_OK : DISP_E_TYPEMISMATCH;
}

HRESULT Arguments::connection(UINT index, INetConnection **to) const
{
    const VARIANT *value = at(index);
    IUnknown *object = nullptr;
    switch (V_VT(value)) {
    case VT_UNKNOWN:
    case VT_DISPATCH:
        object = V_UNKNOWN(value);
        break;
    case VT_BYREF | VT_UNKNOWN:
    case VT_BYREF | VT_DISPATCH:
        object = *V_UNKNOWNREF(value);
        break;
    default:
        break;
    }
    if (object == nullptr ||
        FAILED(object->QueryInterface(IID_INetConnection, reinterpret_cast<void **>(to))))
        return DISP_E_TYPEMISMATCH;
    return S_OK;
}

HRESULT Callable::find(LPOLESTR *names, UINT count, DISPID *ids) const
{
    if (names == nullptr || ids == nullptr)
        return E_POINTER;
    // Names of parameters are not known.
    for (UINT i = 0; i < count; i++)
        ids[i] = DISPID_UNKNOWN;
    for (const Member *member = members(); count > 0 && member->name != nullptr; member++)
        if (_wcsicmp(member->name, names[0]) == 0)
            ids[0] = member->id;
    return count == 1 && ids[0] != DISPID_UNKNOWN ? S_OK : DISP_E_UNKNOWNNAME;
}

HRESULT Callable::invoke(DISPID id, WORD flags, DISPPARAMS *given, VARIANT *result,
                         EXCEPINFO *exception)
{
    if (given == nullptr)
        return E_POINTER;
    if (given->cNamedArgs != 0 || (flags & (DISPATCH_METHOD | DISPATCH_PROPERTYGET)) == 0)
        return given->cNamedArgs != 0 && (flags & (DISPATCH_METHOD | DISPATCH_PROPERTYGET)) != 0
                   ? DISP_E_NONAMEDARGS
                   : DISP_E_MEMBERNOTFOUND;
    VARIANT unwanted;
    VariantInit(&unwanted);
    VARIANT *to = result != nullptr ? result : &unwanted;
    VariantInit(to);
    // What an earlier call left is not this one's.
    SetErrorInfo(0, nullptr);
    HRESULT code = call(id, Arguments(*given), to);
    VariantClear(&unwanted);
    return FAILED(code) ? told(code, exception) : code;
}
