' What scripts do to share a connection, by the names of the members alone: takes everybody's part
' away, gives the network that has a connection and the access point theirs, and asks what came of it.
'   cscript //nologo share.vbs INTERFACE
Option Explicit
Dim manager, connection, props, config, upstream, access

Set manager = CreateObject("HNetCfg.HNetShare")
WScript.Echo "installed " & CStr(CInt(manager.SharingInstalled))

For Each connection In manager.EnumEveryConnection
    Set props = manager.NetConnectionProps(connection)
    Set config = manager.INetSharingConfigurationForINetConnection(connection)
    config.DisableSharing
    If props.DeviceName = "Microsoft Hosted Network Virtual Adapter" Then
        Set access = config
        WScript.Echo "access point " & props.Name & ", status " & props.Status & ", type " & props.MediaType
    ElseIf props.Name = WScript.Arguments(0) Then
        Set upstream = config
        WScript.Echo "upstream " & props.Name & ", status " & props.Status
    End If
Next

If IsEmpty(access) Then
    WScript.Echo "no access point"
    WScript.Quit 1
End If

On Error Resume Next
upstream.EnableSharing 0
If Err.Number = 0 Then access.EnableSharing 1
If Err.Number <> 0 Then
    WScript.Echo "refused " & Hex(Err.Number) & " " & Err.Description
    WScript.Quit 1
End If
WScript.Echo "public " & CStr(CInt(upstream.SharingEnabled)) & ", type " & upstream.SharingConnectionType
WScript.Echo "private " & CStr(CInt(access.SharingEnabled)) & ", type " & access.SharingConnectionType
For Each connection In manager.EnumPublicConnections(1)
    WScript.Echo "shared " & manager.NetConnectionProps(connection).Name
Next
WScript.Echo "with " & manager.EnumPrivateConnections(1).Count & " of " & manager.EnumPrivateConnections(0).Count
access.EnableSharing 0
WScript.Echo "refused " & Hex(Err.Number) & " " & Err.Description
Err.Clear
upstream.AddPortMapping "web", 6, 80, 80, 0, "phone", 0
WScript.Echo "refused " & Hex(Err.Number) & " " & Err.Description
Err.Clear
access.DisableSharing
WScript.Echo "private " & CStr(CInt(access.SharingEnabled)) & ", public " & CStr(CInt(upstream.SharingEnabled))
upstream.DisableSharing
WScript.Echo "public " & CStr(CInt(upstream.SharingEnabled)) & ", error " & Err.Number
