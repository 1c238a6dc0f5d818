; Puts the command line on the user's PATH, and says at the end where the vault stays.
!macro customInstall
  nsExec::Exec `powershell -NoProfile -Command "$$p=[Environment]::GetEnvironmentVariable('Path','User'); if (($$p -split ';') -notcontains '$INSTDIR\resources\cli') { [Environment]::SetEnvironmentVariable('Path', ($$p.TrimEnd(';') + ';$INSTDIR\resources\cli'), 'User') }"`
!macroend

!macro customUnInstall
  nsExec::Exec `powershell -NoProfile -Command "$$p=[Environment]::GetEnvironmentVariable('Path','User'); [Environment]::SetEnvironmentVariable('Path', (($$p -split ';' | Where-Object { $$_ -ne '$INSTDIR\resources\cli' }) -join ';'), 'User')"`
  ${ifNot} ${isUpdated}
    MessageBox MB_OK|MB_ICONINFORMATION "Your vault was not touched. It stays in $LOCALAPPDATA\latchkey\Data, its key file in $APPDATA\latchkey\Config." /SD IDOK
  ${endIf}
!macroend
