; The Windows installer, made by NSIS from the frozen program:
;   makensis -DVERSION=0.1.0 -DBUNDLE=..\..\build\package\mazescope -DICON=...\mazescope.ico -DOUTPUT=...\setup.exe mazescope.nsi
; For one user by default, without an administrator's rights; removal leaves what the user made.
Unicode true
ManifestDPIAware true
!include "MUI2.nsh"
!include "FileFunc.nsh"
!define NAME "Mazescope"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\${NAME}"
!define CLASSES "Software\Classes"

Name "${NAME} ${VERSION}"
OutFile "${OUTPUT}"
InstallDir "$LOCALAPPDATA\Programs\${NAME}"
InstallDirRegKey HKCU "Software\${NAME}" "Folder"
RequestExecutionLevel user
SetCompressor /SOLID lzma
SetCompressorDictSize 64
BrandingText " "
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "${NAME}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "${NAME} installer"
VIAddVersionKey "LegalCopyright" "The Mazescope project"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_FINISHPAGE_RUN "$INSTDIR\mazescope.exe"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

; A folder that holds something else is never installed into: removal would remove that as well.
Function .onVerifyInstDir
    IfFileExists "$INSTDIR\mazescope.exe" known
    ${DirState} "$INSTDIR" $0
    IntCmp $0 1 0 known known
    Abort
known:
FunctionEnd

Section "Mazescope"
    ; An older version goes first: a file that it alone had would stay for ever.
    IfFileExists "$INSTDIR\mazescope.exe" 0 +2
    RMDir /r "$INSTDIR"
    SetOutPath "$INSTDIR"
!ifdef NSIS_WIN32_MAKENSIS
    File /r "${BUNDLE}\*"
!else
    File /r "${BUNDLE}/*"
!endif
    File "/oname=mazescope.ico" "${ICON}"
    WriteUninstaller "$INSTDIR\uninstall.exe"

    CreateShortcut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\mazescope.exe" "" "$INSTDIR\mazescope.ico"

    WriteRegStr HKCU "Software\${NAME}" "Folder" "$INSTDIR"
    WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "${NAME}"
    WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
    WriteRegStr HKCU "${UNINSTALL}" "Publisher" "The Mazescope project"
    WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\mazescope.ico"
    WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
    WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
    WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
    WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
    WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
    ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
    IntFmt $0 "0x%08X" $0
    WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" "$0"

    ; Sessions are ours; checkpoints are only offered under "Open with".
    WriteRegStr HKCU "${CLASSES}\.mazescope" "" "Mazescope.Session"
    WriteRegStr HKCU "${CLASSES}\Mazescope.Session" "" "Mazescope session"
    WriteRegStr HKCU "${CLASSES}\Mazescope.Session\DefaultIcon" "" "$INSTDIR\mazescope.ico"
    WriteRegStr HKCU "${CLASSES}\Mazescope.Session\shell\open\command" "" '"$INSTDIR\mazescope.exe" "%1"'
    WriteRegStr HKCU "${CLASSES}\Mazescope.Checkpoint" "" "Policy checkpoint"
    WriteRegStr HKCU "${CLASSES}\Mazescope.Checkpoint\shell\open\command" "" '"$INSTDIR\mazescope.exe" "%1"'
    WriteRegNone HKCU "${CLASSES}\.pth\OpenWithProgids" "Mazescope.Checkpoint"
    WriteRegNone HKCU "${CLASSES}\.pt\OpenWithProgids" "Mazescope.Checkpoint"
    WriteRegNone HKCU "${CLASSES}\.safetensors\OpenWithProgids" "Mazescope.Checkpoint"
    System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd

Section "Uninstall"
    Delete "$SMPROGRAMS\${NAME}.lnk"
    IfFileExists "$INSTDIR\mazescope.exe" 0 +2
    RMDir /r "$INSTDIR"
    DeleteRegKey HKCU "${UNINSTALL}"
    DeleteRegKey HKCU "Software\${NAME}"
    ReadRegStr $0 HKCU "${CLASSES}\.mazescope" ""
    StrCmp $0 "Mazescope.Session" 0 +2
    DeleteRegKey HKCU "${CLASSES}\.mazescope"
    DeleteRegKey HKCU "${CLASSES}\Mazescope.Session"
    DeleteRegKey HKCU "${CLASSES}\Mazescope.Checkpoint"
    DeleteRegValue HKCU "${CLASSES}\.pth\OpenWithProgids" "Mazescope.Checkpoint"
    DeleteRegValue HKCU "${CLASSES}\.pt\OpenWithProgids" "Mazescope.Checkpoint"
    DeleteRegValue HKCU "${CLASSES}\.safetensors\OpenWithProgids" "Mazescope.Checkpoint"
    System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd
