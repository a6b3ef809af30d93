// Connection sharing as programs in C# ask for it: by interfaces as they are imported from the type library,
// listed with foreach, and by names alone.
//   sharing INTERFACE    the one to share, with a service that can
using System;
using System.Collections;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Threading;

[ComImport, Guid("c08956a1-1cd3-11d1-b1c5-00805fc1270e"), InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
interface INetConnection
{
}

[ComImport, Guid("f4277c95-ce5b-463d-8167-5662d9bcaa72"), InterfaceType(ComInterfaceType.InterfaceIsDual)]
interface INetConnectionProps
{
    [DispId(1)]
    string Guid { [return: MarshalAs(UnmanagedType.BStr)] get; }
    [DispId(2)]
    string Name { [return: MarshalAs(UnmanagedType.BStr)] get; }
    [DispId(3)]
    string DeviceName { [return: MarshalAs(UnmanagedType.BStr)] get; }
    [DispId(4)]
    int Status { get; }
    [DispId(5)]
    int MediaType { get; }
    [DispId(6)]
    uint Characteristics { get; }
}

[ComImport, Guid("c08956b6-1cd3-11d1-b1c5-00805fc1270e"), InterfaceType(ComInterfaceType.InterfaceIsDual)]
interface INetSharingConfiguration
{
    [DispId(1)]
    bool SharingEnabled { [return: MarshalAs(UnmanagedType.VariantBool)] get; }
    [DispId(2)]
    int SharingConnectionType { get; }
    [DispId(3)]
    void DisableSharing();
    [DispId(4)]
    void EnableSharing(int type);
}

[ComImport, Guid("33c4643c-7811-46fa-a89a-768597bd7223"), InterfaceType(ComInterfaceType.InterfaceIsDual)]
interface INetSharingEveryConnectionCollection : IEnumerable
{
    [DispId(-4)]
    [return: MarshalAs(UnmanagedType.CustomMarshaler, MarshalType =
        "System.Runtime.InteropServices.CustomMarshalers.EnumeratorToEnumVariantMarshaler, CustomMarshalers, " +
        "Version=4.0.0.0, Culture=neutral, PublicKeyToken=b03f5f7f11d50a3a")]
    new IEnumerator GetEnumerator();
    [DispId(1)]
    int Count { get; }
}

[ComImport, Guid("c08956b7-1cd3-11d1-b1c5-00805fc1270e"), InterfaceType(ComInterfaceType.InterfaceIsDual)]
interface INetSharingManager
{
    [DispId(1)]
    bool SharingInstalled { [return: MarshalAs(UnmanagedType.VariantBool)] get; }
    [DispId(2)]
    [return: MarshalAs(UnmanagedType.IDispatch)]
    object EnumPublicConnections(int flags);
    [DispId(3)]
    [return: MarshalAs(UnmanagedType.IDispatch)]
    object EnumPrivateConnections(int flags);
    [DispId(6)]
    INetSharingConfiguration INetSharingConfigurationForINetConnection(INetConnection connection);
    [DispId(7)]
    INetSharingEveryConnectionCollection EnumEveryConnection { get; }
    [DispId(8)]
    INetConnectionProps NetConnectionProps(INetConnection connection);
}

[ComImport, Guid("5c63c1ad-3956-4ff8-8486-40034758315b")]
class NetSharingManager
{
}

static class Sharing
{
    const string Device = "Microsoft Hosted Network Virtual Adapter";
    const int Public = 0, Private = 1, InvalidArgument = unchecked((int)0x80070057);

    static INetConnection Find(INetSharingManager manager, string name)
    {
        int count = 0;
        INetConnection found = null;
        INetSharingEveryConnectionCollection all = manager.EnumEveryConnection;
        foreach (INetConnection connection in all)
        {
            INetConnectionProps props = manager.NetConnectionProps(connection);
            count++;
            if (props.Name == name || props.DeviceName == name)
                found = connection;
        }
        Report.Is("as many are counted as are listed", count, all.Count);
        if (found == null)
            Report.Failed("connections are listed", "no " + name);
        return found;
    }

    static void ByInterfaces(string upstream)
    {
        var manager = (INetSharingManager)new NetSharingManager();
        Report.Holds("sharing is installed", manager.SharingInstalled);
        INetSharingConfiguration shared =
            manager.INetSharingConfigurationForINetConnection(Find(manager, upstream));
        INetConnection device = Find(manager, Device);
        INetSharingConfiguration access = manager.INetSharingConfigurationForINetConnection(device);
        Guid guid;
        Report.Holds("the access point has a GUID", Guid.TryParse(manager.NetConnectionProps(device).Guid, out guid));
        shared.EnableSharing(Public);
        access.EnableSharing(Private);
        Report.Holds("both have their part", shared.SharingEnabled && access.SharingEnabled);
        Report.Is("the access point's is private", access.SharingConnectionType, Private);
        string words = "none";
        int code = 0;
        try
        {
            access.EnableSharing(Public);
        }
        catch (ArgumentException error)
        {
            words = error.Message;
            code = error.HResult;
        }
        Report.Is("what cannot be is an exception", code, InvalidArgument);
        Report.Holds("with the reason: " + words, words.Contains("ICSSHARINGTYPE_PRIVATE"));

        bool elsewhere = false;
        var apartment = new Thread(() =>
        {
            elsewhere = ((INetSharingManager)new NetSharingManager()).SharingInstalled && access.SharingEnabled;
        });
        apartment.SetApartmentState(ApartmentState.STA);
        apartment.Start();
        apartment.Join();
        Report.Holds("a thread with a window may ask, too", elsewhere);
        shared.DisableSharing();
        access.DisableSharing();
        Report.Holds("nobody has a part", !shared.SharingEnabled && !access.SharingEnabled);
    }

    static object Ask(object target, string name, BindingFlags how, params object[] arguments)
    {
        return target.GetType().InvokeMember(name, how, null, target, arguments);
    }

    static void ByNames(string upstream)
    {
        const BindingFlags get = BindingFlags.GetProperty, call = BindingFlags.InvokeMethod;
        object manager = Activator.CreateInstance(Type.GetTypeFromProgID("HNetCfg.HNetShare"));
        object all = Ask(manager, "EnumEveryConnection", get);
        int shared = 0;
        foreach (object connection in (IEnumerable)all)
        {
            object props = Ask(manager, "NetConnectionProps", get, connection);
            object configuration = Ask(manager, "INetSharingConfigurationForINetConnection", get, connection);
            var name = (string)Ask(props, "Name", get);
            var device = (string)Ask(props, "DeviceName", get);
            if (name == upstream)
                Ask(configuration, "EnableSharing", call, Public);
            else if (device == Device)
                Ask(configuration, "EnableSharing", call, Private);
            if ((bool)Ask(configuration, "SharingEnabled", get))
                shared++;
            Ask(configuration, "DisableSharing", call);
        }
        Report.Is("by names alone", shared, 2);
    }

    static int Main(string[] arguments)
    {
        ByInterfaces(arguments[0]);
        ByNames(arguments[0]);
        return Report.Status;
    }
}
