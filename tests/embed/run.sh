#!/usr/bin/env bash
# The steps of the embedding tests; ctest calls it, see CMakeLists.txt beside it.
#   run.sh install BUILD STAGE               installs BUILD, then moves the installed tree to STAGE
#   run.sh subdirectory CXX SOURCE WORK      a host project with add_subdirectory(SOURCE)
#   run.sh package CXX STAGE WORK            a host project with find_package(throng)
#   run.sh pkg_config CXX STAGE WORK         no build system: one compiler line
#   run.sh lab CXX STAGE WORK                workloads and policies for the installed `throng lab`, compiled by hand
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

install_and_move() {
  local build=$1 stage=$2
  rm -rf "$stage" "$stage.before_move"
  cmake --install "$build" --prefix "$stage.before_move" >/dev/null
  mv "$stage.before_move" "$stage"
  ! grep -rIl "before_move" "$stage" || { echo "an installed file knows its prefix" >&2; return 1; }
  ! grep -rIl "boost/\|concurrentqueue\|mimalloc\.h" "$stage/include" ||
    { echo "an installed header includes a package" >&2; return 1; }
}

build_and_run_project() {
  local project=$1 compiler=$2 work=$3
  shift 3
  rm -rf "$work"
  cmake -S "$here/$project" -B "$work" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER="$compiler" "$@" >/dev/null
  cmake --build "$work" --parallel 2
  "$work/host"
}

# The command line of docs/lab.md, with `options` added; then a measurement with what it has made.
measure_by_hand() {
  local compiler=$1 stage=$2 work=$3 options=$4
  for name in workload policies; do
    # shellcheck disable=SC2086  # several options
    "$compiler" -std=c++20 -O2 -Wall -Wextra -Werror $options -fPIC -shared -I "$stage/include" \
      "$here/../../examples/lab/$name.cpp" -o "$work/$name.so"
  done
  "$stage/bin/throng" lab --load "$work/workload.so" --load "$work/policies.so" --workers 2 --runs 1 --size 0.02 \
    --policy fifo --policy newest_mostly --json "$work/figures.json" >"$work/table.txt" 2>"$work/told.txt"
  grep -q newest_mostly "$work/table.txt" || { echo "$compiler $options: it was not measured" >&2; return 1; }
  # A policy that was thrown out would be told of here, and the built-in queues would have been measured.
  [ ! -s "$work/told.txt" ] || { cat "$work/told.txt" >&2; return 1; }
}

mode=$1
shift
case $mode in
  install) install_and_move "$@" ;;
  subdirectory)  # the whole library is compiled once more: not for its speed
    build_and_run_project subdirectory "$1" "$3" -DTHRONG_SOURCE="$2" -DTHRONG_UNITY=ON \
      -DCMAKE_CXX_FLAGS_RELEASE="-O0 -DNDEBUG"
    ;;
  package)
    build_and_run_project package "$1" "$3" -DCMAKE_PREFIX_PATH="$2"
    "$3/preempted"
    ;;
  pkg_config)
    compiler=$1 stage=$2 work=$3
    PKG_CONFIG_PATH=$(dirname "$(find "$stage" -name throng.pc)")
    export PKG_CONFIG_PATH
    mkdir -p "$work"
    # shellcheck disable=SC2046  # pkg-config's answer is several words
    "$compiler" -std=c++20 -O2 -Wall -Wextra -Werror -o "$work/host" "$here/host.cpp" $(pkg-config --cflags --libs throng)
    "$work/host"
    checks=$(pkg-config --variable=preempt_cflags throng)
    case $compiler:$checks in
      g++:-fplugin=*|clang++:-fpass-plugin=*)  # the plugin of this very compiler
        # shellcheck disable=SC2046,SC2086
        "$compiler" -std=c++20 -O2 $checks -o "$work/preempted" "$here/preempted.cpp" $(pkg-config --cflags --libs throng)
        "$work/preempted"
        ;;
    esac
    # Bound at load: no lazy binding on a process's stack.
    readelf -d "$work/host" | grep -q "BIND_NOW\|NOW" || { echo "the program is not bound at load" >&2; exit 1; }
    ! readelf -d "$work/host" | grep -q mimalloc || { echo "mimalloc is linked" >&2; exit 1; }
    ;;
  lab)
    compiler=$1 stage=$2 work=$3
    mkdir -p "$work"
    PKG_CONFIG_PATH=$(dirname "$(find "$stage" -name throng.pc)")
    export PKG_CONFIG_PATH
    for options in "" -flto "-O0 -fvisibility=hidden"; do
      measure_by_hand "$compiler" "$stage" "$work" "$options"
    done
    checks=$(pkg-config --variable=preempt_cflags throng)
    case $compiler:$checks in
      g++:-fplugin=*|clang++:-fpass-plugin=*) measure_by_hand "$compiler" "$stage" "$work" "$checks" ;;
    esac
    ;;
  *) echo "run.sh: unknown mode $mode" >&2; exit 2 ;;
esac
