# Builds Mazescope's installer on Windows 10 or 11 (x86-64): PowerShell, Python 3.11 from python.org, NSIS 3.
#   powershell -ExecutionPolicy Bypass -File packaging\windows\build.ps1
$ErrorActionPreference = "Stop"
$root = Resolve-Path "$PSScriptRoot\..\.."
Set-Location $root

function Invoke-Checked { & $args[0] $args[1..($args.Length - 1)]; if ($LASTEXITCODE -ne 0) { throw "$($args[0]) ended with $LASTEXITCODE" } }

if (-not (Test-Path build\package-env)) { Invoke-Checked py -3.11 -m venv build\package-env }
$python = "$root\build\package-env\Scripts\python.exe"
# The plain torch wheel of Windows is the CPU one.
Invoke-Checked $python -m pip install --quiet -r requirements.txt -r packaging\requirements.txt
Invoke-Checked $python packaging\build.py

$version = (& $python -c "import sys; sys.path.insert(0, 'packaging'); import project; print(project.version())").Trim()
$makensis = (Get-Command makensis -ErrorAction SilentlyContinue).Source
if (-not $makensis) { $makensis = "${env:ProgramFiles(x86)}\NSIS\makensis.exe" }
New-Item -ItemType Directory -Force dist | Out-Null
Invoke-Checked $makensis /V2 "/DVERSION=$version" "/DBUNDLE=$root\build\package\mazescope" `
    "/DICON=$root\build\package\prepared\icons\mazescope.ico" `
    "/DOUTPUT=$root\dist\mazescope-$version-windows-x86_64-setup.exe" packaging\windows\mazescope.nsi
Invoke-Checked $python packaging\smoke_test.py --no-installers
Invoke-Checked $python packaging\release.py
