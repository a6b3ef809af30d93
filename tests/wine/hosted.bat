@echo off
netsh wlan set hostednetwork mode=allow ssid="My Net" key=come-as-you-are
echo set %ERRORLEVEL%
netsh wlan start hostednetwork
echo start %ERRORLEVEL%
netsh wlan show hostednetwork > show.txt
type show.txt
netsh wlan stop hostednetwork
netsh wlan set hostednetwork key=short
echo refused %ERRORLEVEL%
