// The service's sharing, by way of `hostednet share`, and the pair that a program puts together.
#ifndef HOSTEDNET_SHARING_SERVICE_H
#define HOSTEDNET_SHARING_SERVICE_H

#include <string>

#include "connections.h"

// Whether the service can share at all.
bool can_share();

// Whether a connection has its part in sharing: Windows' flag, which is there before the pair is whole.
bool is_shared(const Connection &connection);

// Gives it its part, which is what it may be: the public one, or the access point's.
HRESULT enable(const Connection &connection);

// Takes it away. The other one keeps its own.
HRESULT disable(const Connection &connection);

#endif
