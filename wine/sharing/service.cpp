#include "service.h"

#include "ask.h"

namespace {

// How the service shares.
struct Sharing {
    bool supported = true;
    bool on = false;
    std::wstring upstream; // empty: none, or not known yet
    std::wstring trouble;  // why it is not supported
};

// A part that waits for the other one. Windows keeps it for the machine; no program was seen that ends
// in between.
SRWLOCK lock = SRWLOCK_INIT;
std::wstring waiting_public; // its interface; empty: none
bool waiting_private;

class Locked {
public:
    Locked() { AcquireSRWLockExclusive(&lock); }
    ~Locked() { ReleaseSRWLockExclusive(&lock); }
    Locked(const Locked &) = delete;
    Locked &operator=(const Locked &) = delete;
};

std::wstring wide(const char *bytes, size_t size)
{
    std::wstring text(size, L'\0'); // no fewer letters than bytes
    int length = MultiByteToWideChar(CP_UTF8, 0, bytes, static_cast<int>(size), &text[0],
                                     static_cast<int>(size));
    text.resize(static_cast<size_t>(length));
    return text;
}

std::string utf8(const std::wstring &text)
{
    std::string bytes(3 * text.size(), '\0');
    int length = WideCharToMultiByte(CP_UTF8, 0, text.data(), static_cast<int>(text.size()), &bytes[0],
                                     static_cast<int>(bytes.size()), nullptr, nullptr);
    bytes.resize(static_cast<size_t>(length));
    return bytes;
}

// What the program said, without its name in front and the line's end.
std::wstring words(std::wstring text)
{
    const std::wstring name = L"hostednet: ";
    if (text.compare(0, name.size(), name) == 0)
        text.erase(0, name.size());
    while (!text.empty() && text.back() <= L' ')
        text.pop_back();
    return text;
}

HRESULT refused(int status, const std::wstring &said)
{
    auto names = [&said](const wchar_t *name) { return said.find(name) != std::wstring::npos; };
    switch (status) {
    case HOSTEDNET_HALF_SET_UP:
    case HOSTEDNET_GONE:
        return fail(HRESULT_FROM_WIN32(ERROR_SERVICE_NOT_ACTIVE),
                    L"This prefix is only half set up, or hostednet is gone: run `hostednet wine install` "
                    L"again.");
    case 2: // it does not know the command
        return fail(HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED),
                    L"This hostednet shares no connection: install a newer one, and run `hostednet wine "
                    L"install` again.");
    case 3:
        return fail(HRESULT_FROM_WIN32(ERROR_SERVICE_NOT_ACTIVE), said.c_str());
    default:
        return fail(names(L"ERROR_ACCESS_DENIED")   ? E_ACCESSDENIED
                    : names(L"ERROR_NOT_SUPPORTED") ? HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED)
                                                    : E_FAIL,
                    said.c_str());
    }
}

// Runs `hostednet share`.
HRESULT share(std::initializer_list<const char *> arguments, std::string *printed)
{
    char verb[] = "share";
    char *line[8] = {nullptr, verb};
    size_t count = 2;
    for (const char *argument : arguments)
        line[count++] = const_cast<char *>(argument);
    hostednet_text texts[2];
    int status = hostednet_ask(line, texts);
    if (status < 0)
        return refused(status, {});
    struct Forget {
        hostednet_text *texts;
        ~Forget() { hostednet_forget(texts); }
    } forget{texts};
    if (status != 0)
        return refused(status, words(wide(texts[1].bytes, texts[1].size)));
    if (printed != nullptr)
        printed->assign(texts[0].bytes, texts[0].size);
    return S_OK;
}

// The text that `"name":` is followed by; empty when it is no text. A quotation mark inside of a text
// has a backslash before it, so none of a host's name is taken for one of ours.
std::wstring member(const std::string &json, const char *name)
{
    std::string key = std::string("\"") + name + "\":\"";
    size_t at = json.find(key);
    std::string text;
    if (at == std::string::npos)
        return {};
    for (at += key.size(); at < json.size() && json[at] != '"'; at++) {
        if (json[at] == '\\' && at + 1 < json.size())
            at++;
        text += json[at];
    }
    return wide(text.data(), text.size());
}

HRESULT status(Sharing *to)
{
    std::string json;
    HRESULT result = share({"status", "--json"}, &json);
    if (FAILED(result))
        return result;
    to->supported = member(json, "state") != L"unsupported";
    to->on = to->supported && member(json, "mode") == L"full";
    // As asked for; else the one that holds the default route, while there is one.
    to->upstream = member(json, "to");
    if (to->upstream.empty())
        to->upstream = member(json, "upstream");
    if (!to->supported)
        to->trouble = member(json, "text") + L" " + member(json, "remedy");
    return S_OK;
}

// With the lock held.
bool has_part(const Connection &connection, const Sharing &sharing)
{
    if (connection.access_point)
        return waiting_private || sharing.on;
    return connection.name == waiting_public || (sharing.on && connection.name == sharing.upstream);
}

} // namespace

bool can_share()
{
    Sharing sharing;
    bool can = SUCCEEDED(status(&sharing)) && sharing.supported;
    SetErrorInfo(0, nullptr); // no is an answer
    return can;
}

bool is_shared(const Connection &connection)
{
    Sharing sharing;
    // Where the service has no sharing, nothing is shared.
    if (FAILED(status(&sharing)))
        SetErrorInfo(0, nullptr);
    Locked locked;
    return has_part(connection, sharing);
}

HRESULT enable(const Connection &connection)
{
    Locked locked;
    Sharing sharing;
    HRESULT result = status(&sharing);
    if (FAILED(result))
        return result;
    if (!sharing.supported)
        return fail(HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED),
                    (L"The service shares no connection here: " + sharing.trouble).c_str());
    if (has_part(connection, sharing))
        return S_OK;
    std::wstring upstream = connection.access_point ? waiting_public : connection.name;
    bool whole = !upstream.empty() && (connection.access_point || waiting_private || sharing.on);
    if (whole) {
        result = share({"on", "--to", utf8(upstream).c_str()}, nullptr);
        if (FAILED(result))
            return result;
        // From here on it is the service that knows.
        waiting_public.clear();
        waiting_private = false;
    } else if (connection.access_point) {
        waiting_private = true;
    } else {
        waiting_public = connection.name;
    }
    return S_OK;
}

HRESULT disable(const Connection &connection)
{
    Locked locked;
    if (connection.access_point)
        waiting_private = false;
    else if (connection.name == waiting_public)
        waiting_public.clear();
    Sharing sharing;
    if (FAILED(status(&sharing)) || !has_part(connection, sharing)) {
        SetErrorInfo(0, nullptr);
        return S_OK;
    }
    HRESULT result = share({"off"}, nullptr);
    if (FAILED(result))
        return result;
    if (connection.access_point)
        waiting_public = sharing.upstream;
    else
        waiting_private = true;
    return S_OK;
}
