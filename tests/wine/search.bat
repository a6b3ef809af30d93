@echo off
rem What scripts look for with findstr in what netsh prints; lines.txt is such a page.
type lines.txt | findstr Status
findstr /i /c:"ssid name" lines.txt
findstr /I "status CLIENTS" lines.txt
findstr /r /c:"[0-9][0-9]:[0-9a-f]*:" lines.txt
findstr /r "^Hosted.*Yes$" lines.txt
findstr /b "Hosted" lines.txt
findstr /n /e "2 Yes" lines.txt
findstr /v /r "[:]" lines.txt
echo nothing %ERRORLEVEL%
findstr /x /c:"Hosted network supported  : Yes" lines.txt >nul && echo whole
findstr "\<Net\>" lines.txt
findstr /l "." lines.txt
echo literal %ERRORLEVEL%
findstr /m Auth lines.txt
findstr x missing.txt 2>nul
echo missing %ERRORLEVEL%
findstr /q x lines.txt 2>nul
echo unknown %ERRORLEVEL%
for /f "tokens=2 delims=:" %%a in ('type lines.txt ^| findstr /c:"Status"') do echo [%%a]
