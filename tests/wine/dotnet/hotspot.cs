// A program in C#, as hotspot programs are: functions declared by hand, structures and strings that the
// runtime copies and frees, a delegate as callback, netsh run and read.
using System;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;

static class Wlan
{
    public const uint SourceHostedNetwork = 0x80;
    public const int StateChange = 0x1000, PeerStateChange = 0x1001;

    [StructLayout(LayoutKind.Sequential)]
    public struct Ssid
    {
        public uint Length;
        [MarshalAs(UnmanagedType.ByValTStr, SizeConst = 32)]
        public string Text;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct ConnectionSettings
    {
        public Ssid Ssid;
        public uint MaxPeers;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Peer
    {
        [MarshalAs(UnmanagedType.ByValArray, SizeConst = 6)]
        public byte[] Mac;
        public int Auth;
    }

    // A class: the runtime follows the pointer that the function gives, copies, and frees.
    [StructLayout(LayoutKind.Sequential)]
    public class Status
    {
        public int State;
        public Guid Device;
        [MarshalAs(UnmanagedType.ByValArray, SizeConst = 6)]
        public byte[] Bssid;
        public int Phy;
        public uint Frequency;
        public uint Peers;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Notification
    {
        public uint Source;
        public int Code;
        public Guid Device;
        public uint Size;
        public IntPtr Data;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct StateChanged
    {
        public int Old, New, Reason;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct PeerChanged
    {
        public Peer Old, New;
        public int Reason;
    }

    public delegate void Callback(ref Notification notification, IntPtr context);

    [DllImport("wlanapi.dll")]
    public static extern uint WlanOpenHandle(uint wanted, IntPtr reserved, out uint version, out IntPtr handle);
    [DllImport("wlanapi.dll")]
    public static extern uint WlanCloseHandle(IntPtr handle, IntPtr reserved);
    [DllImport("wlanapi.dll")]
    public static extern void WlanFreeMemory(IntPtr memory);
    [DllImport("wlanapi.dll")]
    public static extern uint WlanRegisterNotification(IntPtr handle, uint sources, bool onlyNew, Callback callback,
        IntPtr context, IntPtr reserved, out uint before);
    [DllImport("wlanapi.dll")]
    public static extern uint WlanHostedNetworkInitSettings(IntPtr handle, out int reason, IntPtr reserved);
    [DllImport("wlanapi.dll")]
    public static extern uint WlanHostedNetworkSetProperty(IntPtr handle, int code, uint size,
        ref ConnectionSettings settings, out int reason, IntPtr reserved);
    [DllImport("wlanapi.dll")]
    public static extern uint WlanHostedNetworkSetProperty(IntPtr handle, int code, uint size,
        [MarshalAs(UnmanagedType.Bool)] ref bool allowed, out int reason, IntPtr reserved);
    [DllImport("wlanapi.dll")]
    public static extern uint WlanHostedNetworkQueryProperty(IntPtr handle, int code, out uint size,
        out IntPtr data, out int type, IntPtr reserved);
    [DllImport("wlanapi.dll")]
    public static extern uint WlanHostedNetworkSetSecondaryKey(IntPtr handle, uint length,
        [MarshalAs(UnmanagedType.LPStr)] string key, bool passphrase, bool persistent, out int reason,
        IntPtr reserved);
    // The string is copied by the runtime, and freed with CoTaskMemFree.
    [DllImport("wlanapi.dll")]
    public static extern uint WlanHostedNetworkQuerySecondaryKey(IntPtr handle, out uint length,
        [MarshalAs(UnmanagedType.LPStr)] out string key, out bool passphrase, out bool persistent, out int reason,
        IntPtr reserved);
    [DllImport("wlanapi.dll")]
    public static extern uint WlanHostedNetworkStartUsing(IntPtr handle, out int reason, IntPtr reserved);
    [DllImport("wlanapi.dll")]
    public static extern uint WlanHostedNetworkStopUsing(IntPtr handle, out int reason, IntPtr reserved);
    [DllImport("wlanapi.dll")]
    public static extern uint WlanHostedNetworkForceStop(IntPtr handle, IntPtr reason, IntPtr reserved);
    [DllImport("wlanapi.dll")]
    public static extern uint WlanHostedNetworkQueryStatus(IntPtr handle, out Status status, IntPtr reserved);
    [DllImport("wlanapi.dll", EntryPoint = "WlanHostedNetworkQueryStatus")]
    public static extern uint QueryStatusRaw(IntPtr handle, out IntPtr status, IntPtr reserved);
}

static class Hotspot
{
    const string Key = "come as you are";
    static readonly BlockingCollection<Wlan.StateChanged> States = new BlockingCollection<Wlan.StateChanged>();
    static readonly BlockingCollection<Wlan.PeerChanged> Peers = new BlockingCollection<Wlan.PeerChanged>();
    static int strangers;

    static void Arrived(ref Wlan.Notification notification, IntPtr context)
    {
        if (notification.Source != Wlan.SourceHostedNetwork || context.ToInt64() != 4711)
            Interlocked.Increment(ref strangers);
        else if (notification.Code == Wlan.StateChange)
            States.Add(Marshal.PtrToStructure<Wlan.StateChanged>(notification.Data));
        else if (notification.Code == Wlan.PeerStateChange)
            Peers.Add(Marshal.PtrToStructure<Wlan.PeerChanged>(notification.Data));
    }

    static void Settings(IntPtr handle)
    {
        int reason;
        Report.Is("settings are made", Wlan.WlanHostedNetworkInitSettings(handle, out reason, IntPtr.Zero), 0u);
        var settings = new Wlan.ConnectionSettings
        {
            Ssid = new Wlan.Ssid { Length = 11, Text = "Sharp Notes" },
            MaxPeers = 7,
        };
        Report.Is("a name", Wlan.WlanHostedNetworkSetProperty(handle, 0,
            (uint)Marshal.SizeOf<Wlan.ConnectionSettings>(), ref settings, out reason, IntPtr.Zero), 0u);
        bool allowed = true;
        Report.Is("it is allowed", Wlan.WlanHostedNetworkSetProperty(handle, 3, 4, ref allowed, out reason,
            IntPtr.Zero), 0u);

        uint size;
        int type;
        IntPtr data;
        Report.Is("settings are read", Wlan.WlanHostedNetworkQueryProperty(handle, 0, out size, out data, out type,
            IntPtr.Zero), 0u);
        var read = Marshal.PtrToStructure<Wlan.ConnectionSettings>(data);
        Wlan.WlanFreeMemory(data);
        Report.Is("as large as the structure", size, (uint)Marshal.SizeOf<Wlan.ConnectionSettings>());
        Report.Is("the name", read.Ssid.Text.Substring(0, (int)read.Ssid.Length), "Sharp Notes");
        Report.Is("the most peers", read.MaxPeers, 7u);
    }

    static void SecondaryKey(IntPtr handle)
    {
        int reason;
        uint length;
        string key;
        bool passphrase, persistent;
        Report.Is("a key", Wlan.WlanHostedNetworkSetSecondaryKey(handle, (uint)Key.Length + 1, Key, true, true,
            out reason, IntPtr.Zero), 0u);
        for (int i = 0; i < 200; i++)
        {
            uint code = Wlan.WlanHostedNetworkQuerySecondaryKey(handle, out length, out key, out passphrase,
                out persistent, out reason, IntPtr.Zero);
            if (code != 0 || key != Key || length != Key.Length + 1 || !passphrase || !persistent)
                Report.Failed("the key is read", code);
        }
        Report.Holds("the key is read two hundred times, freed by the runtime", true);
        Report.Is("a key that is too short", Wlan.WlanHostedNetworkSetSecondaryKey(handle, 4, "abc", true, true,
            out reason, IntPtr.Zero), 87u);
    }

    static void Run(IntPtr handle)
    {
        int reason;
        Wlan.PeerChanged peer;
        Report.Is("the network starts", Wlan.WlanHostedNetworkStartUsing(handle, out reason, IntPtr.Zero), 0u);
        Report.Is("which is told", Told(), "1 to 2, 17");
        Task<uint>[] tasks = new Task<uint>[8];
        for (int i = 0; i < tasks.Length; i++)
            tasks[i] = Task.Run(() => Ask(handle));
        Task.WaitAll(tasks);
        Report.Holds("eight tasks ask a hundred times", Array.TrueForAll(tasks, task => task.Result == 100));
        GC.Collect();
        GC.WaitForPendingFinalizers();

        // The tier lets one in as soon as the network is there.
        Report.Holds("a peer joins", Peers.TryTake(out peer, 30000) && peer.New.Auth == 1);
        IntPtr raw;
        Report.Is("peers are asked for", Wlan.QueryStatusRaw(handle, out raw, IntPtr.Zero), 0u);
        int head = Marshal.SizeOf<Wlan.Status>(), count = Marshal.ReadInt32(raw, head - 4);
        var first = Marshal.PtrToStructure<Wlan.Peer>(IntPtr.Add(raw, head));
        Wlan.WlanFreeMemory(raw);
        Report.Is("there is one", count, 1);
        Report.Is("the one that was told", BitConverter.ToString(first.Mac), BitConverter.ToString(peer.New.Mac));
        Report.Is("authenticated", first.Auth, 1);

        Report.Is("the network stops", Wlan.WlanHostedNetworkStopUsing(handle, out reason, IntPtr.Zero), 0u);
        Report.Is("which is told, too", Told(), "2 to 1, 17");
        Report.Is("stopping by force asks for no reason", Wlan.WlanHostedNetworkForceStop(handle, IntPtr.Zero,
            IntPtr.Zero), 0u);
    }

    // The next change of state: settings that change are told the same way, from a state to itself.
    static string Told()
    {
        Wlan.StateChanged change;
        while (States.TryTake(out change, 20000))
            if (change.Old != change.New)
                return $"{change.Old} to {change.New}, {change.Reason}";
        return "nothing";
    }

    static uint Ask(IntPtr handle)
    {
        for (uint i = 0; i < 100; i++)
        {
            Wlan.Status status;
            if (Wlan.WlanHostedNetworkQueryStatus(handle, out status, IntPtr.Zero) != 0 || status.State != 2)
                return i;
        }
        return 100;
    }

    static string Netsh(string arguments, int wanted)
    {
        var how = new ProcessStartInfo("netsh", arguments)
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardOutput = true,
        };
        using (var netsh = Process.Start(how))
        {
            string output = netsh.StandardOutput.ReadToEnd();
            netsh.WaitForExit();
            Report.Is("netsh " + arguments, netsh.ExitCode, wanted);
            return output;
        }
    }

    static void Commands()
    {
        string shown = Netsh("wlan show hostednetwork", 0);
        Match name = Regex.Match(shown, "SSID name\\s*:\\s*\"(.*)\"");
        Match state = Regex.Match(shown, @"^\s*Status\s*:\s*(.*?)\r?$", RegexOptions.Multiline);
        Report.Is("the name is found", name.Groups[1].Value, "Sharp Notes");
        Report.Is("and the state", state.Groups[1].Value, "Not started");
        Netsh("wlan set hostednetwork mode=allow ssid=\"two words\" key=12345678", 0);
        Netsh("wlan set hostednetwork key=short", 1);
    }

    static int Main()
    {
        uint version, before;
        IntPtr handle;
        Wlan.Callback callback = Arrived;
        Report.Is("a handle", Wlan.WlanOpenHandle(2, IntPtr.Zero, out version, out handle), 0u);
        Report.Is("notifications", Wlan.WlanRegisterNotification(handle, Wlan.SourceHostedNetwork, true, callback,
            new IntPtr(4711), IntPtr.Zero, out before), 0u);
        Settings(handle);
        SecondaryKey(handle);
        Run(handle);
        Commands();
        Report.Is("the end", Wlan.WlanCloseHandle(handle, IntPtr.Zero), 0u);
        Report.Is("no other notification came", strangers, 0);
        GC.KeepAlive(callback);
        return Report.Status;
    }
}
