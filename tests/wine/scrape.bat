@echo off
rem What scripts do to find out how the network is.
for /f "tokens=2 delims=:" %%i in ('netsh wlan show hostednetwork ^| find "Status"') do set STATE=%%i
echo state:%STATE%
for /f "usebackq tokens=1* delims=:" %%i in (`netsh wlan show hostednetwork`) do if not "%%j" == "" echo %%i=%%j
netsh wlan show drivers | find "Hosted network supported" | find "Yes" > nul && echo supported
