// The objects that programs get from the manager.
#ifndef HOSTEDNET_SHARING_OBJECTS_H
#define HOSTEDNET_SHARING_OBJECTS_H

#include "connections.h"

// Which connections a collection holds.
enum class Which { every, may_be_public, is_public, may_be_private, is_private };

// NetSharingManager.
HRESULT make_manager(REFIID id, void **out);

// A collection, whose enumerator gives INetConnection as VT_UNKNOWN. Each is a snapshot.
HRESULT make_every_collection(INetSharingEveryConnectionCollection **out);
HRESULT make_public_collection(Which which, INetSharingPublicConnectionCollection **out);
HRESULT make_private_collection(Which which, INetSharingPrivateConnectionCollection **out);

INetConnection *make_connection(const Connection &connection);
HRESULT make_props(INetConnection *connection, INetConnectionProps **out);
HRESULT make_configuration(INetConnection *connection, INetSharingConfiguration **out);

#endif
