@echo off
rem A menu's worth of what .bat files do around a hotspot: rights, services, questions, answers.
rem Without && and ||, to which Wine 8's cmd pays no heed.
setlocal enabledelayedexpansion
net session >nul 2>&1
if %errorLevel% neq 0 (
    echo This script must be run as administrator.
    exit /b 5
)
sc query wlansvc | find "RUNNING" >nul
if errorlevel 1 net start wlansvc
for /f "tokens=4" %%s in ('sc query wlansvc ^| find "STATE"') do set "SERVICE=%%s"
echo service !SERVICE!
netsh wlan show drivers | findstr /r /c:"Hosted network supported *: Yes" >nul
if errorlevel 1 goto unsupported
set "NAME=Cafe am Markt"
set "KEY=correct horse"
call :make "%NAME%" "%KEY%"
if errorlevel 1 goto failed
call :state
echo state %STATE%
if "%STATE%"=="Started" echo It is started.
for /f "tokens=1* delims=:" %%a in ('netsh wlan show hostednetwork setting^=security ^| find "User security key  "') do echo key%%b
netsh wlan show hostednetwork >out.txt 2>&1
if %ERRORLEVEL%==0 echo written
for /f "tokens=2 delims=:" %%c in ('type out.txt ^| findstr /i /c:"number of clients"') do set /a CLIENTS=%%c
echo clients %CLIENTS%
cmd /c "chcp 65001 >nul & netsh wlan show hostednetwork" | find "Started"
netsh interface show interface >nul
echo neighbours %ERRORLEVEL%
netsh wlan show profiles
echo other commands %ERRORLEVEL%
netsh wlan stop hostednetwork >nul
call :state
echo state %STATE%
netsh wlan set hostednetwork mode=disallow >nul
if not %ERRORLEVEL%==0 goto failed
netsh wlan start hostednetwork
echo forbidden %ERRORLEVEL%
exit /b 3

:make
netsh wlan set hostednetwork mode=allow ssid="%~1" key="%~2" keyUsage=persistent >nul
if errorlevel 1 exit /b 1
netsh wlan start hostednetwork >nul
goto :eof

:state
for /f "tokens=2 delims=:" %%i in ('netsh wlan show hostednetwork ^| find "Status"') do set "STATE=%%i"
set "STATE=%STATE:~1%"
goto :eof

:unsupported
echo not supported
exit /b 1

:failed
echo failed
exit /b 2
