#!/bin/sh
# Installs Mazescope for one user, without root. `sh FILE.run --help` says how; --uninstall removes it again.
set -eu
version="@VERSION@"
sum="@SHA256@"
prefix="${HOME:?}/.local/opt/mazescope"
data="${XDG_DATA_HOME:-$HOME/.local/share}"
bin="$HOME/.local/bin"
task=install

usage() {
    cat <<END
Mazescope $version. Usage: sh $0 [--prefix FOLDER] [--uninstall] [--check]
  --prefix FOLDER  where the program goes; without it $prefix
  --uninstall      remove the program, its menu entry and its file types (also: FOLDER/uninstall)
  --check          only check that this file is whole
What you made with Mazescope, and its settings, are never touched.
END
}

fail() {
    echo "$1" >&2
    exit 1
}

while [ $# -gt 0 ]; do
    case "$1" in
        --prefix)
            [ $# -ge 2 ] || fail "--prefix was given without a folder."
            prefix="$2"
            shift
            ;;
        --uninstall) task=uninstall ;;
        --check) task=check ;;
        -h | --help) usage && exit 0 ;;
        *) fail "An option $1 was found; --help lists what there is." ;;
    esac
    shift
done
case "$prefix" in /*) ;; *) prefix="$(pwd)/$prefix" ;; esac

# The desktop looks at its folders by itself sooner or later; these tell it now.
refresh() {
    if command -v update-mime-database >/dev/null; then update-mime-database "$data/mime" >/dev/null 2>&1 || true; fi
    if command -v update-desktop-database >/dev/null; then update-desktop-database "$data/applications" || true; fi
}

remove() {
    [ -f "$prefix/.mazescope-files" ] || fail "No Mazescope was found in $prefix."
    while IFS= read -r name; do
        rm -f "$data/$name"
    done <"$prefix/.mazescope-files"
    if [ "$(readlink "$bin/mazescope" 2>/dev/null)" = "$prefix/mazescope" ]; then rm -f "$bin/mazescope"; fi
    rm -rf "$prefix"
    refresh
}

payload() {
    tail -n +@LINES@ "$0"
}

if [ "$task" = uninstall ]; then
    remove
    echo "Mazescope was removed from $prefix."
    exit 0
fi

for tool in tail tar xz sha256sum; do
    command -v "$tool" >/dev/null || fail "Installing needs the command $tool, which was not found here."
done
[ "$(payload | sha256sum | cut -d ' ' -f 1)" = "$sum" ] || fail "This file is damaged: its checksum is not the one expected."
if [ "$task" = check ]; then
    echo "Mazescope $version: the file is whole."
    exit 0
fi
if [ -e "$prefix" ] && [ ! -f "$prefix/.mazescope-files" ]; then
    if [ ! -d "$prefix" ] || [ -n "$(ls -A "$prefix")" ]; then
        fail "$prefix exists and is not a Mazescope; expected a new or empty folder, or an older Mazescope."
    fi
fi

mkdir -p "$(dirname "$prefix")"
stage="$prefix.new.$$"
trap 'rm -rf "$stage"' EXIT
trap 'exit 130' INT TERM
mkdir "$stage"
echo "Installing Mazescope $version into $prefix ..."
payload | tar --extract --xz --no-same-owner --directory "$stage"
if [ -f "$prefix/.mazescope-files" ]; then remove; fi
if [ -d "$prefix" ]; then rmdir "$prefix"; fi
mv "$stage/mazescope" "$prefix"

(cd "$stage/share" && find . -type f) | sed 's,^\./,,' >"$prefix/.mazescope-files"
mkdir -p "$data" "$bin"
# The menu starts the program by its whole path, quoted as desktop entries want it: a folder's name may have spaces.
quoted=$(printf '%s' "$prefix/mazescope" | sed 's/[\\"`$]/\\\\&/g; s/%/%%/g')
entry="$stage/share/applications/mazescope.desktop"
QUOTED="$quoted" awk '/^Exec=/ { print "Exec=\"" ENVIRON["QUOTED"] "\" %F"; next } { print }' "$entry" >"$entry.new"
mv "$entry.new" "$entry"
cp -R "$stage/share/." "$data/"
ln -sf "$prefix/mazescope" "$bin/mazescope"
tail -n +1 "$0" | head -n $((@LINES@ - 1)) >"$prefix/uninstall.sh"
cat >"$prefix/uninstall" <<'END'
#!/bin/sh
# Removes Mazescope; what you made with it stays.
folder=$(cd "$(dirname "$0")" && pwd)
script=$(mktemp)
cp "$folder/uninstall.sh" "$script"
sh "$script" --prefix "$folder" --uninstall
status=$?
rm -f "$script"
exit "$status"
END
chmod 755 "$prefix/uninstall"
refresh
echo "Done. Mazescope is in your menu, and $bin/mazescope starts it; $prefix/uninstall removes it."
exit 0
