#!/bin/bash
# Builds Mazescope.app and its .dmg on macOS 12 or later: Python 3.11 from python.org, Xcode's command line tools.
#   packaging/macos/build.sh                      signed for this machine alone
#   SIGN="Developer ID Application: ..." NOTARY=profile packaging/macos/build.sh    signed and notarised for others
set -euo pipefail
cd "$(dirname "$0")/../.."

python=build/package-env/bin/python
[ -x "$python" ] || python3.11 -m venv build/package-env
"$python" -m pip install --quiet -r requirements.txt -r packaging/requirements.txt
"$python" packaging/build.py

app=build/package/Mazescope.app
version=$("$python" -c 'import sys; sys.path.insert(0, "packaging"); import project; print(project.version())')
stem=$("$python" -c 'import sys; sys.path.insert(0, "packaging"); import project; print(project.stem())')

# Licence texts came in after PyInstaller signed, so everything is signed again; "-" means: for this machine alone.
codesign --force --deep --options runtime --entitlements packaging/macos/entitlements.plist --sign "${SIGN:--}" "$app"
codesign --verify --deep --strict "$app"

mkdir -p dist build/dmg
rm -rf build/dmg/*
cp -R "$app" build/dmg/
ln -s /Applications build/dmg/Applications
hdiutil create -volname "Mazescope $version" -srcfolder build/dmg -format ULFO -ov "dist/$stem.dmg"
if [ -n "${NOTARY:-}" ]; then
    codesign --sign "$SIGN" "dist/$stem.dmg"
    xcrun notarytool submit "dist/$stem.dmg" --keychain-profile "$NOTARY" --wait
    xcrun stapler staple "dist/$stem.dmg"
fi
"$python" packaging/smoke_test.py --no-installers
"$python" packaging/release.py
