// The connections of this machine, as INetSharingManager lists them.
#ifndef HOSTEDNET_SHARING_CONNECTIONS_H
#define HOSTEDNET_SHARING_CONNECTIONS_H

#include <string>
#include <vector>

#include "object.h"

struct Connection {
    GUID id;
    // The interface's, as Linux has it; that of the access point as Windows has it.
    std::wstring name;
    std::wstring device;
    NETCON_STATUS status;
    bool access_point;
};

// All of them, the access point last; it is there once the hosted network has a device.
std::vector<Connection> connections();

#endif
