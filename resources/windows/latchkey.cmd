@echo off
rem The command line with the Node it was tested with.
"%~dp0node.exe" "%~dp0out\main\cli.js" %*
