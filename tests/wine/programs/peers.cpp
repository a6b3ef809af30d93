// A program as they are written in C++: a class that owns the handle, a callback that is a member, a
// queue between threads, exceptions on the near side of the callback.
#include <cstdio>
#include <cstring>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string>

#include <windows.h>

#include <wlanapi.h>

extern "C" {
#include "service.h"
}

namespace {

void check(const char *what, DWORD code)
{
    if (code != ERROR_SUCCESS)
        throw std::runtime_error(std::string(what) + ": " + std::to_string(code));
}

struct Free {
    void operator()(void *memory) const { WlanFreeMemory(memory); }
};

// Debian's compiler for Windows has no std::mutex.
class Guard {
public:
    explicit Guard(SRWLOCK &lock) : lock_(lock) { AcquireSRWLockExclusive(&lock_); }
    ~Guard() { ReleaseSRWLockExclusive(&lock_); }
    Guard(const Guard &) = delete;
    Guard &operator=(const Guard &) = delete;

private:
    SRWLOCK &lock_;
};

class Network {
public:
    Network()
    {
        DWORD version = 0;
        check("open", WlanOpenHandle(2, nullptr, &version, &handle_));
        check("settings", WlanHostedNetworkInitSettings(handle_, nullptr, nullptr));
        check("register", WlanRegisterNotification(handle_, WLAN_NOTIFICATION_SOURCE_HNWK, TRUE,
                                                   &Network::arrived, this, nullptr, nullptr));
    }

    ~Network() { WlanCloseHandle(handle_, nullptr); }

    Network(const Network &) = delete;
    Network &operator=(const Network &) = delete;

    void lend(const std::string &key)
    {
        std::string bytes = key;
        check("key", WlanHostedNetworkSetSecondaryKey(
                         handle_, static_cast<DWORD>(bytes.size()) + 1,
                         reinterpret_cast<PUCHAR>(&bytes[0]), TRUE, FALSE, nullptr, nullptr));
    }

    void start() { check("start", WlanHostedNetworkStartUsing(handle_, nullptr, nullptr)); }

    DWORD peers()
    {
        PWLAN_HOSTED_NETWORK_STATUS raw = nullptr;
        check("status", WlanHostedNetworkQueryStatus(handle_, &raw, nullptr));
        std::unique_ptr<WLAN_HOSTED_NETWORK_STATUS, Free> status(raw);
        return status->dwNumberOfPeers;
    }

    // The next notification's code.
    DWORD next()
    {
        Guard guard(lock_);
        while (codes_.empty())
            if (!SleepConditionVariableSRW(&more_, &lock_, 20000, 0))
                throw std::runtime_error("no notification came");
        DWORD code = codes_.front();
        codes_.pop_front();
        return code;
    }

private:
    static void WINAPI arrived(PWLAN_NOTIFICATION_DATA what, PVOID context)
    {
        auto self = static_cast<Network *>(context);
        try {
            if (what->NotificationSource != WLAN_NOTIFICATION_SOURCE_HNWK)
                throw std::logic_error("not the Hosted Network's");
            Guard guard(self->lock_);
            self->codes_.push_back(what->NotificationCode);
            throw 1; // must be caught here, in a thread the program did not make
        } catch (int) {
            WakeAllConditionVariable(&self->more_);
        }
    }

    HANDLE handle_ = nullptr;
    SRWLOCK lock_ = SRWLOCK_INIT;
    CONDITION_VARIABLE more_ = CONDITION_VARIABLE_INIT;
    std::deque<DWORD> codes_;
};

void expect(const char *what, bool holds)
{
    if (!holds)
        throw std::runtime_error(what);
    std::printf("ok      %s\n", what);
}

} // namespace

int main()
{
    service_start();
    try {
        Network network;
        network.lend("for tonight only");
        network.start();
        expect("the start is told", network.next() == wlan_hosted_network_state_change);
        expect("a phone joins", station_join("phone", "for tonight only") == 0);
        expect("which is told", network.next() == wlan_hosted_network_peer_state_change);
        expect("and counted", network.peers() == 1);
        expect("it leaves", station_leave("phone") == 0);
        expect("which is told as well", network.next() == wlan_hosted_network_peer_state_change);
    } catch (const std::exception &error) {
        std::printf("FAILED  %s\n", error.what());
        return 1;
    }
    return 0;
}
