# To be sourced: `scratch` is apt-get for Debian 13, in a folder of its own ($apt), without root and without
# touching the system.  $types says which lists are wanted: deb or deb-src.
mkdir -p "$apt/parts" "$apt/lists/partial" "$apt/cache/archives/partial"
site=$(apt-get indextargets --format '$(SITE)' | grep -m1 'debian/*$' || true)
if [ -z "$site" ]; then
  echo "No Debian mirror is configured here; $otherwise" >&2
  exit 1
fi
echo "$types [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site trixie main" >"$apt/parts/trixie.list"
scratch() {
  apt-get -q -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$apt/parts" \
    -o Dir::State::Lists="$apt/lists" -o Dir::Cache="$apt/cache" -o APT::Sandbox::User=root "$@"
}
