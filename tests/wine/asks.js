// What scripts do that drive netsh: they run it hidden, wait, read the file it was sent to, and cut the
// answer up by regular expressions. Services are asked for by name.
//   cscript //nologo asks.js
var shell = new ActiveXObject("WScript.Shell");
var files = new ActiveXObject("Scripting.FileSystemObject");
var file = "asked.txt";

function run(line) {
    return shell.Run("cmd /c " + line + " > " + file + " 2>&1", 0, true);
}

function printed() {
    var stream = files.OpenTextFile(file, 1);
    var text = stream.AtEndOfStream ? "" : stream.ReadAll();
    stream.Close();
    return text;
}

function value(label) {
    var match = new RegExp("^\\s*" + label + "\\s*:\\s*\"?(.*?)\"?\\s*$", "m").exec(printed());
    return match ? match[1] : "none";
}

WScript.Echo("set " + run("netsh wlan set hostednetwork mode=allow \"ssid=Two Words\" key=12345678"));
WScript.Echo("start " + run("netsh wlan start hostednetwork"));
run("netsh wlan show hostednetwork");
WScript.Echo(value("SSID name") + ", " + value("Status") + ", " + value("Number of clients"));
WScript.Echo("BSSID " + /BSSID\s+:\s+([0-9a-f]{2}(:[0-9a-f]{2}){5})/i.test(printed()));
WScript.Echo("stop " + run("netsh wlan stop hostednetwork"));
WScript.Echo("refused " + run("netsh wlan set hostednetwork key=1234567"));
run("sc query WlanSvc");
WScript.Echo("WlanSvc " + /STATE\s*:\s*\d+\s+(\w+)/.exec(printed())[1]);
new ActiveXObject("Shell.Application").ShellExecute("netsh.exe", "wlan start hostednetwork", "", "runas", 0);
for (var i = 0; i < 100 && value("Status") != "Started"; i++) // Wine 8 has no WScript.Sleep
    run("netsh wlan show hostednetwork");
WScript.Echo("elevated " + value("Status"));
files.DeleteFile(file);
