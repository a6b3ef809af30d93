@echo off
rem The forms in which people and programs write netsh's commands.
NETSH WLAN SET HOSTEDNETWORK MODE=ALLOW SSID="Up Per" KEY="pass word 1" KEYUSAGE=TEMPORARY >nul
echo capitals %ERRORLEVEL%
netsh wlan set hostednetwork allow MyNet password123 persistent >nul
echo values alone %ERRORLEVEL%
netsh wlan set hostednetwork mode = allow ssid = "Blank s" key = password123 >nul
echo blanks %ERRORLEVEL%
netsh.exe WLAN start HostedNetwork 
netsh wlan show hostednetwork | more | find "SSID"
"%SystemRoot%\system32\netsh.exe" wlan stop hostednetwork >nul
echo by path %ERRORLEVEL%
netsh wlan set hostednetwork ssid="100%% & more" key="a^b|c<d>e!" >nul
echo signs %ERRORLEVEL%
netsh wlan show hostednetwork setting=security | find "User security key"
set hs=netsh wlan start hostednetwork
%hs%
start /wait "" netsh wlan stop hostednetwork
call netsh wlan show hostednetwork | find "Status"
netsh -c wlan show hostednetwork | find "SSID"
echo wlan start hostednetwork| netsh
echo from a pipe %ERRORLEVEL%
