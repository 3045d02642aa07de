# Debian packages, for ./run and ./check to source. Defines lists and ensure_packages; does nothing by itself.
# shellcheck shell=bash

throng_build_packages=(g++ cmake ninja-build libboost-context-dev libconcurrentqueue-dev libmimalloc-dev libfmt-dev
  libcli11-dev nlohmann-json3-dev gcc-12-plugin-dev)
# The headers with which throng_preemptible() has its checks inserted by the compiler, g++ 12 and clang 14; lld and
# valgrind take part in their tests.
throng_check_packages=(clang clang-14 clang-format-14 libclang-rt-14-dev libbenchmark-dev doctest-dev pkg-config python3
  ccache gcc-12-plugin-dev llvm-14-dev lld valgrind)
# What bench/rivals/build needs for each of the systems that throng is compared with.
throng_rival_packages_go=(golang-go)
throng_rival_packages_erlang=(erlang-base)
throng_rival_packages_caf=(g++ cmake ninja-build libcli11-dev libcaf-dev)
throng_rival_packages_fiber=(g++ cmake ninja-build libcli11-dev libboost-fiber-dev libboost-context-dev)

# Prints those of the named packages that are not installed, one per line.
missing_packages() {
  local package
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || echo "$package"
  done
}

# ensure_packages NAME...: installs what is missing, or says in one sentence why it cannot. Silent if nothing is.
ensure_packages() {
  local missing as_root=() log
  if ! command -v dpkg-query >/dev/null; then
    if command -v cmake >/dev/null && command -v ninja >/dev/null; then
      echo "throng: this is not a Debian system, so its packages are taken as installed." >&2
      return 0
    fi
    echo "throng: this is not a Debian system; please install the equivalents of $*." >&2
    return 1
  fi
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  if ! command -v apt-get >/dev/null; then
    echo "throng: there is no apt-get here; please install these Debian packages: ${missing[*]}." >&2
    return 1
  fi
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null || { [[ ! -t 0 ]] && ! sudo -n true 2>/dev/null; }; then
      echo "throng: please install these Debian packages as root: apt-get install ${missing[*]}" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  echo "throng: installing ${missing[*]}" >&2
  log=$(mktemp)
  # A failed update is no reason to give up: the lists at hand may do.
  "${as_root[@]}" apt-get update -q >"$log" 2>&1 || true
  if "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" \
    >>"$log" 2>&1; then
    rm -f "$log"
    return 0
  fi
  tail -n 30 "$log" >&2
  rm -f "$log"
  echo "throng: apt-get could not install ${missing[*]}; its last words are above." >&2
  return 1
}
